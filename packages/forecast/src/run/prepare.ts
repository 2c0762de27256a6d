/** From a checked document to data that a model can be trained on. */
import {
  ahead,
  column,
  DataError,
  fitMinMaxScaler,
  fitStandardScaler,
  fixedScaler,
  listed,
  timeAt,
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
import { cutMember, knownRows, readPanel, type Member, type Panel } from '../data/panel.ts';
import { scalerWith, staticScale, withStatic } from '../data/static-columns.ts';
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
 * @param given scalers of a trained experiment by id of their series, whose parts need not all be in
 *   the data; fitted if left out
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
  const panel = await readPanel(spec.data, folder, given && 'leaveOut');
  return assemble(spec, design, panel, given);
}

/** What follows from the rows of the panel's parts: scalers, and what the model sees. */
function assemble(
  spec: ForecastExperiment,
  design: ForecastDesign,
  read: Panel,
  given?: ReadonlyMap<string, Scaler>,
): Prepared {
  const members = read.members.map((member) => ({
    ...member,
    series: withStatic(member.series, design.static, member),
  }));
  const panel = { ...read, members };
  const seen = [...design.past, ...design.ahead.map((each) => each.column), ...design.targets];
  const columns = seen.filter((name) => !design.static.includes(name));
  const own = scalersOf(panel, { columns, scaling: spec.task.scaling }, given);
  const scalers = given ? own : withStaticScales(own, panel, { spec, design });
  const scaled = members.map(({ series }, i) =>
    withAhead((scalers[i] as Scaler).transform(series), design),
  );
  return { spec, panel, design, scalers, scaled };
}

/**
 * The experiment with its series cut in other parts. Nothing of before is kept but what the file
 * holds: gaps are filled, scalers fitted and columns computed anew for these parts. Their windows may
 * reach back before them for inputs, and without a calibration part no interval is calibrated.
 *
 * @param prepared the experiment
 * @param parts rows of the parts of each series, in the order of the panel, each with `train`
 * @param keepScalers whether the scalers stay, as those of a model that was trained with them
 */
export function recut(
  prepared: Prepared,
  parts: readonly Member['parts'][],
  keepScalers = false,
): Prepared {
  const { spec, design, panel, scalers } = prepared;
  const members = panel.members.map((member, i) =>
    cutMember(member, spec.data, parts[i] ?? member.parts),
  );
  const [first] = members;
  const dates = Object.entries(first?.parts ?? {}).map(([name, { from, to }]) => {
    const series = first?.series as Series;
    return [name, { from: timeAt(series, from), to: timeAt(series, to - 1) }] as const;
  });
  const split = Object.fromEntries(dates) as ForecastExperiment['data']['split'];
  const given = keepScalers
    ? new Map(panel.members.map(({ id }, i) => [id, scalers[i] as Scaler]))
    : undefined;
  const { coverage, ...task } = spec.task;
  const isCalibrated = coverage !== undefined && first?.parts.calibration !== undefined;
  const own: ForecastExperiment = {
    ...spec,
    data: { ...spec.data, split },
    task: { ...task, within: false, ...(isCalibrated && { coverage }) },
  };
  return assemble(own, design, { ...panel, members }, given);
}

/** The scalers with those of the static columns of numbers. */
function withStaticScales(
  scalers: readonly Scaler[],
  { members, numbers }: Panel,
  { spec, design }: Pick<Prepared, 'spec' | 'design'>,
): Scaler[] {
  const names = design.static.filter((name) => numbers.has(name));
  const scales = names.map((name) => {
    const values = members.map(({ series }) => column(series, name)[0] ?? NaN);
    return [name, staticScale(values, spec.task.scaling)] as const;
  });
  return scalers.map((scaler) => scalerWith(scaler, Object.fromEntries(scales)));
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
  /** Where no window is without missing values: an error (default), or no window. */
  readonly none?: 'refuse' | 'keep';
}

/**
 * The windows of a part of all series; windows with missing values are left out. The three views of
 * a part have the same windows, but that the targets of `model` may be fewer, so that it has more.
 *
 * @throws DataError where the experiment has no such part, or no window fits
 */
export function partWindows(
  prepared: Prepared,
  { part, view, none = 'refuse' }: PartWindowOptions,
): WindowSet {
  const { design, panel, scaled, spec } = prepared;
  const { task } = spec;
  const isModel = view === 'model';
  const seen = [...design.past, ...design.ahead.map((each) => each.column)];
  const members = panel.members.map((own, member) => {
    const { series, parts, id, source } = own;
    const known = knownRows(own, spec.data, seen);
    const rows = parts[part];
    if (rows === undefined)
      throw new DataError({
        code: 'bad-argument',
        ...(spec.data.split[part] && { file: source }),
        subject: `part "${part}"${id && ` of "${id}"`}`,
        expected: `one of ${Object.keys(parts).join(', ')}`,
        found: spec.data.split[part] ? 'no row of its dates' : 'none of that name in data.split',
      });
    const options: WindowOptions = {
      inputs: design.features,
      targets: design.targets,
      length: task.window,
      horizon: isModel ? design.modelHorizon : task.horizon,
      kind: isModel ? design.kind : 'manySteps',
      rows,
      within: task.within,
      missing: 'drop',
      // One of several series may have none.
      none: panel.members.length > 1 ? 'keep' : none,
      ...(known && { known }),
      source: `${source}, part "${part}"`,
    };
    const cut = windows(scaled[member] as Series, options);
    return { member, windows: view === 'raw' ? cut.of(series, design.targets) : cut };
  });
  const set = new WindowSet(members);
  if (set.count > 0 || none === 'keep') return set;
  throw new DataError({
    code: 'missing-values',
    subject: `part "${part}"`,
    expected: 'at least one window without missing values in one of the series',
    found: `missing values in all windows of ${listed(panel.members.map(({ id }) => id))}`,
  });
}
