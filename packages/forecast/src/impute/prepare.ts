/** From a document of an imputation to data that a model can be trained on. */
import {
  column,
  DataError,
  listed,
  missingTimes,
  type Scaler,
  type Series,
} from '@chronograd/data';
import { readPanel, type Member, type Panel } from '../data/panel.ts';
import { checkColumns } from '../experiment/columns.ts';
import type { PartName } from '../experiment/data-document.ts';
import { asImputation, parseExperiment, type ImputeExperiment } from '../experiment/experiment.ts';
import { scalersOf } from '../run/prepare.ts';
import { designImputation, type ImputeDesign } from './design.ts';

/** An imputation with its data. */
export interface PreparedImputation {
  readonly spec: ImputeExperiment;
  readonly panel: Panel;
  readonly design: ImputeDesign;
  /** One for each series; fitted on its training rows alone. */
  readonly scalers: readonly Scaler[];
}

/**
 * Checks an experiment whose task is an imputation and reads its data.
 *
 * @param document what JSON.parse gives
 * @param folder from which relative paths of files go
 * @param given scalers of a trained experiment by id of their series, whose parts need not all be in
 *   the data; fitted if left out
 * @throws SpecError for the document, DataError for the data
 */
export async function prepareImputation(
  document: unknown,
  folder: string,
  given?: ReadonlyMap<string, Scaler>,
): Promise<PreparedImputation> {
  const spec = asImputation(parseExperiment(document));
  checkColumns(spec);
  const design = designImputation(spec);
  const panel = await readPanel(spec.data, folder, given && 'leaveOut');
  for (const { series, source } of panel.members) {
    const absent = missingTimes(series, design.inputs);
    if (absent.length > 0)
      throw new DataError({
        code: 'missing-values',
        file: source,
        subject: 'task.inputs',
        expected: `all values of ${design.inputs.join(', ')}`,
        found: `missing ones at ${listed(absent)}`,
        advice: 'Name columns that have gaps under "columns"',
      });
  }
  const columns = [...design.columns, ...design.inputs];
  const scalers = scalersOf(panel, { columns, scaling: spec.task.scaling }, given);
  return { spec, panel, design, scalers };
}

/** Scaled values of some rows as a model sees them. */
export interface Grid {
  /** `[rows, columns]`; NaN where there is none. */
  readonly values: Float64Array;
  /** `[rows, columns]`, 1 where a value is there. */
  readonly observed: Uint8Array;
  /** `[rows, inputs]` */
  readonly inputs: Float64Array;
  readonly rows: number;
}

/** Rows of a series as a grid. */
export function gridOf(
  { design }: PreparedImputation,
  series: Series,
  scaler: Scaler,
  { from, to }: { readonly from: number; readonly to: number },
): Grid {
  const scaled = scaler.transform(series);
  const rows = to - from;
  const table = (names: readonly string[]): Float64Array => {
    const columns = names.map((name) => column(scaled, name));
    return Float64Array.from({ length: rows * names.length }, (_, i) => {
      const values = columns[i % names.length];
      return values?.[from + Math.floor(i / names.length)] ?? NaN;
    });
  };
  const values = table(design.columns);
  const observed = Uint8Array.from(values, (value) => (Number.isNaN(value) ? 0 : 1));
  return { values, observed, inputs: table(design.inputs), rows };
}

/**
 * The rows of a part of a series, at least a window of them.
 *
 * @throws DataError where there is no such part, or it is shorter than a window
 */
export function partRows(prepared: PreparedImputation, { parts, source }: Member, part: PartName) {
  const rows = parts[part];
  const { window } = prepared.spec.task;
  if (rows !== undefined && rows.to - rows.from >= window) return rows;
  throw new DataError({
    code: rows === undefined ? 'bad-argument' : 'too-short',
    file: source,
    subject: `part "${part}"`,
    expected:
      rows === undefined ? `one of ${Object.keys(parts).join(', ')}` : `a window of ${window} rows`,
    found: rows === undefined ? 'none of that name in data.split' : `${rows.to - rows.from} rows`,
  });
}
