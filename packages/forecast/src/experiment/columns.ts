/** Which columns an experiment has, and whether all that it names are among them. */
import { nearest, SpecError, type SpecIssue } from '@chronograd/spec';
import type { DataSpec, DerivedSpec } from './data-document.ts';
import type { ForecastExperiment, ImputeExperiment } from './experiment.ts';
import type { ForecastSpec } from './task-document.ts';

/** Name of a lagged column: `rail-7`. */
export function lagName({ column, steps }: Extract<DerivedSpec, { type: 'lag' }>): string {
  return `${column}-${steps}`;
}

/** Names of the columns that a derived column adds. */
function derivedNames(derived: DerivedSpec, { columns }: DataSpec): string[] {
  switch (derived.type) {
    case 'oneHot': {
      const of = columns[derived.column];
      const categories = of?.type === 'category' ? of.categories : [];
      return categories.map((category) => `${derived.column}=${category}`);
    }
    case 'calendar':
      return [`${derived.of}Sin`, `${derived.of}Cos`];
    case 'lag':
      return [lagName(derived)];
  }
}

/**
 * A name in a task as the columns that it stands for: a category column that was made one-hot
 * stands for all its columns of zeros and ones, and `dayOfWeek` for its sine and cosine.
 */
export function expandName(name: string, data: DataSpec): string[] {
  const group = data.derived.find(
    (derived) =>
      (derived.type === 'oneHot' && derived.column === name) ||
      (derived.type === 'calendar' && derived.of === name),
  );
  return group ? derivedNames(group, data) : [name];
}

/** The fault of a name that no column has. */
export function noColumn(path: string, name: string, names: readonly string[]): SpecIssue {
  const near = nearest(name, names);
  return {
    path,
    expected: `a column: ${names.join(', ')}`,
    found: JSON.stringify(name),
    ...(near !== undefined && { suggestion: `did you mean ${JSON.stringify(near)}?` }),
  };
}

/**
 * Holds every column that an experiment names to those that it has.
 *
 * @throws {@link SpecError} with all that are not there, and with categories taken for numbers
 */
export function checkColumns({ data, task }: ForecastExperiment | ImputeExperiment): void {
  const issues: SpecIssue[] = [];
  const known = Object.keys(data.columns);
  const look = (path: string, name: string, names: readonly string[]): void => {
    if (!names.includes(name)) issues.push(noColumn(path, name, names));
  };
  data.derived.forEach((derived, i) => {
    const path = `$.data.derived[${i}].column`;
    if (derived.type === 'calendar') return;
    look(path, derived.column, known);
    const type = data.columns[derived.column]?.type;
    const wanted = derived.type === 'oneHot' ? 'category' : 'number';
    if (type !== undefined && type !== wanted)
      issues.push({
        path,
        expected: `a ${wanted} column`,
        found: `"${derived.column}", a ${type}`,
      });
  });
  const derived = data.derived.flatMap((each) => derivedNames(each, data));
  const groups = data.derived.flatMap((each) =>
    each.type === 'lag' ? [] : [each.type === 'oneHot' ? each.column : each.of],
  );
  const usable = [...new Set([...known, ...derived, ...groups])];
  const codes = known.filter(
    (name) => data.columns[name]?.type === 'category' && !groups.includes(name),
  );
  const named: Readonly<Record<string, readonly string[] | undefined>> =
    task.type === 'impute'
      ? { columns: task.columns, inputs: task.inputs }
      : { targets: task.targets, inputs: task.inputs, future: task.future, static: task.static };
  for (const [key, names] of Object.entries(named))
    names?.forEach((name, i) => {
      const path = `$.task.${key}[${i}]`;
      look(path, name, usable);
      if (
        codes.includes(name) ||
        ((key === 'targets' || key === 'columns') && groups.includes(name))
      )
        issues.push({
          path,
          expected: 'a column of numbers',
          found: `"${name}", a category`,
          suggestion: `derive { "type": "oneHot", "column": "${name}" }`,
        });
    });
  if (task.type === 'forecast') issues.push(...unknownAhead(data, task), ...staticTargets(task));
  if (issues.length > 0) throw new SpecError('The experiment', issues);
}

/** What is named as known ahead, but is what is to be forecast, or follows from a value too soon. */
function unknownAhead({ derived }: DataSpec, task: ForecastSpec): SpecIssue[] {
  const { future, futureSteps, horizon, strategy, targets } = task;
  // An iterated forecast sees at every step what is known ahead of the next one.
  const reach = strategy === 'iterated' ? horizon : (futureSteps ?? horizon);
  return future.flatMap((name, i): SpecIssue[] => {
    const path = `$.task.future[${i}]`;
    if (targets.includes(name))
      return [
        {
          path,
          expected: 'a column that is known ahead',
          found: `"${name}", which is to be forecast`,
          suggestion: 'its past is an input',
        },
      ];
    const lag = derived.find((each) => each.type === 'lag' && lagName(each) === name);
    if (lag?.type !== 'lag' || future.includes(lag.column) || lag.steps >= reach) return [];
    const what = targets.includes(lag.column)
      ? 'what the model forecasts itself'
      : `a value of "${lag.column}" that is not known yet`;
    return [
      {
        path,
        expected: `a lag of at least ${reach} rows, as "${lag.column}-${reach}"`,
        found: `"${name}", which at step ${lag.steps + 1} is ${what}`,
      },
    ];
  });
}

function staticTargets({ static: fixed, targets }: ForecastSpec): SpecIssue[] {
  return fixed.flatMap((name, i) =>
    targets.includes(name)
      ? [
          {
            path: `$.task.static[${i}]`,
            expected: 'a column that does not change within a series',
            found: `"${name}", which is to be forecast`,
          },
        ]
      : [],
  );
}
