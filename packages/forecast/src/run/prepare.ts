/** From a checked document to data that a model can be trained on. */
import {
  ahead,
  column,
  DataError,
  fitMinMaxScaler,
  fitStandardScaler,
  fixedScaler,
  listed,
  windows,
  withColumns,
  type RowRange,
  type Scaler,
  type Series,
  type WindowOptions,
} from '@chronograd/data';
import { checkColumns } from '../experiment/columns.ts';
import type { PartName } from '../experiment/data-document.ts';
import { asForecast, parseExperiment, type ForecastExperiment } from '../experiment/experiment.ts';
import type { ScalingSpec } from '../experiment/task-document.ts';
import { readPanel, type Member, type Panel } from '../data/panel.ts';
import { WindowSet } from '../data/window-set.ts';
import { designForecast, type ForecastDesign } from '../task/design.ts';

/** An experiment with its data. */
export interface Prepared {
  readonly spec: ForecastExperiment;
  readonly panel: Panel;
  readonly design: ForecastDesign;
  /** One for each series, in the order of the panel; fitted on its training rows alone. */
  readonly scalers: readonly Scaler[];
  /** The series as the model sees them: scaled, with columns of what is known ahead. */
  readonly scaled: readonly Series[];
}

/**
 * Checks an experiment and reads its data.
 *
 * @param document what JSON.parse gives
 * @param folder from which relative paths of files go: that of the document
 * @param given scalers of a trained experiment by id of their series; fitted if left out
 * @throws SpecError for the document, DataError for the data
 */
export async function prepare(
  document: unknown,
  folder: string,
  given?: ReadonlyMap<string, Scaler>,
): Promise<Prepared> {
  const spec = asForecast(parseExperiment(document));
  checkColumns(spec);
  const design = designForecast(spec);
  const panel = await readPanel(spec.data, folder);
  const seen = [...design.past, ...design.ahead.map((each) => each.column), ...design.targets];
  const scalers = scalersOf(panel, { columns: seen, scaling: spec.task.scaling }, given);
  const scaled = panel.members.map(({ series }, i) =>
    withAhead((scalers[i] as Scaler).transform(series), design),
  );
  return { spec, panel, design, scalers, scaled };
}

/**
 * The scaler of each series: given by its id, else fitted on its training rows.
 *
 * @param panel the series
 * @param wanted columns, of which those of numbers are scaled, and how
 * @param wanted.columns their names
 * @param wanted.scaling how
 * @param given those of a trained experiment
 */
export function scalersOf(
  panel: Panel,
  wanted: { readonly columns: readonly string[]; readonly scaling: ScalingSpec },
  given?: ReadonlyMap<string, Scaler>,
): Scaler[] {
  const columns = [...new Set(wanted.columns)].filter((name) => panel.numbers.has(name));
  return panel.members.map((member) =>
    given ? savedScaler(given, member.id) : fitScaler(wanted.scaling, columns, member),
  );
}

function savedScaler(given: ReadonlyMap<string, Scaler>, id: string): Scaler {
  const found = given.get(id);
  if (found) return found;
  throw new DataError({
    code: 'bad-argument',
    subject: `series "${id}"`,
    expected: `a series that the model was trained on: ${listed([...given.keys()])}`,
    found: 'another, for which there is no scaler',
    advice: 'Train on a file that holds it too',
  });
}

function fitScaler(
  scaling: ScalingSpec,
  columns: readonly string[],
  { series, parts, source }: Member,
): Scaler {
  const rows = parts.train as RowRange;
  switch (scaling.type) {
    case 'none':
      return fixedScaler(columns, 1);
    case 'divide':
      return fixedScaler(columns, scaling.by);
    case 'standard':
      return fitStandardScaler(series, { columns, rows, source });
    case 'minMax':
      return fitMinMaxScaler(series, { columns, rows, source });
  }
}

/** A scaled series with columns of what the model sees of the rows to forecast. */
export function withAhead(series: Series, design: ForecastDesign): Series {
  const columns = design.ahead.map(
    ({ column: name, steps, name: own }) => [own, ahead(column(series, name), steps)] as const,
  );
  return withColumns(series, Object.fromEntries(columns));
}

/** Which windows of a part: for the model, of scaled values, or as the file has them. */
export interface PartWindowOptions {
  readonly part: PartName;
  /**
   * `model`: as the model is trained, in scaled values. `judged`: inputs as the model's, and the
   * whole horizon as targets, `manySteps`, in scaled values. `raw`: targets alone, as in the file.
   */
  readonly view: 'model' | 'judged' | 'raw';
}

/**
 * The windows of a part of all series; windows with missing values are left out. The three views of
 * a part have the same windows, but that the targets of `model` may be fewer, so that it has more.
 *
 * @throws DataError where the experiment has no such part, or no window fits
 */
export function partWindows(prepared: Prepared, { part, view }: PartWindowOptions): WindowSet {
  const { design, panel, scaled, spec } = prepared;
  const { task } = spec;
  const inputs = [...design.past, ...design.ahead.map(({ name }) => name)];
  const isModel = view === 'model';
  const members = panel.members.map(({ series, parts, id, source }, member) => {
    const rows = parts[part];
    if (rows === undefined)
      throw new DataError({
        code: 'bad-argument',
        subject: `part "${part}"${id && ` of "${id}"`}`,
        expected: `one of ${Object.keys(parts).join(', ')}`,
        found: 'none of that name in data.split',
      });
    const options: WindowOptions = {
      inputs,
      targets: design.targets,
      length: task.window,
      horizon: isModel ? design.modelHorizon : task.horizon,
      kind: isModel ? design.kind : 'manySteps',
      rows,
      within: task.within,
      missing: 'drop',
      source: `${source}, part "${part}"`,
    };
    const cut = windows(scaled[member] as Series, options);
    return { member, windows: view === 'raw' ? cut.of(series, design.targets) : cut };
  });
  return new WindowSet(members);
}
