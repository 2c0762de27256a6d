/** Trains and judges a model that fills what is missing. */
import { column, interpolated, seededRandom, withColumns, type Series } from '@chronograd/data';
import { compile, type Model, type Tensors } from 'chronograd';
import type { PartName } from '../experiment/data-document.ts';
import { epochSeed, fitExperiment } from '../run/fit.ts';
import { pointErrors, type PointErrors } from '../judge/errors.ts';
import type { Trained, TrainOptions } from '../run/train.ts';
import { fitBatches } from './batch.ts';
import { fillSeries } from './fill.ts';
import { chooseHidden } from './hide.ts';
import { gridOf, partRows, type PreparedImputation } from './prepare.ts';

/**
 * Trains the model of an imputation: at each epoch other observed entries are hidden, by the seed
 * and the number of the epoch alone, and the loss is that of these. Validation hides the same ones
 * every time.
 *
 * @throws DataError where a part is shorter than a window; what `compile` and `fit` throw
 */
export async function trainImputation(
  prepared: PreparedImputation,
  options: TrainOptions,
): Promise<Trained> {
  const { training, data } = prepared.spec;
  const { backend, seed = training.seed } = options;
  const { design } = prepared;
  const model =
    options.model ?? (await compile(design.model, { backend, training: design.training, seed }));
  const { batchSize } = training;
  return fitExperiment(model, training, options, {
    train: (epoch) =>
      fitBatches(prepared, 'train', { batchSize, seed: epochSeed(seed, epoch + 1) }),
    validation: data.split.validation
      ? () => fitBatches(prepared, 'validation', { batchSize, seed: 1 })
      : undefined,
  });
}

/**
 * Inputs of some windows of the training part, with entries hidden, as the model sees them.
 *
 * @param prepared the imputation
 * @param most how many. Default 64
 * @throws DataError where the part is shorter than a window
 */
export function sampleImputation(prepared: PreparedImputation, most = 64): Tensors {
  const [batch] = fitBatches(prepared, 'train', { batchSize: most, seed: 1 });
  return batch?.inputs ?? {};
}

/** Errors on hidden entries of a column. */
export type FillErrors = PointErrors;

/** An entry that was hidden, and what was put there. */
export interface HiddenEntry {
  /** In which draw, counted from 0. */
  readonly draw: number;
  /** Place of its series in the panel. */
  readonly member: number;
  readonly row: number;
  readonly column: string;
  /** What had been there. */
  readonly truth: number;
  readonly model: number;
  readonly linearInterpolation: number;
}

/** How well hidden entries of a part were filled. */
export interface ImputeEvaluation {
  readonly part: PartName;
  /** Number of entries that were hidden, over all draws. */
  readonly hidden: number;
  /** By `model` and `linearInterpolation`, and by column. */
  readonly errors: Readonly<Record<string, Readonly<Record<string, FillErrors>>>>;
  /** All of them, by draw, series, column and row. */
  readonly entries: readonly HiddenEntry[];
}

/**
 * Hides entries of a part, fills them from the rows before the part's end, and holds model and
 * linear interpolation to what was hidden. Beyond the last value interpolation repeats it.
 *
 * @param prepared the imputation
 * @param model its trained model
 * @param part which part
 * @param draws how often other entries are hidden, over all of which errors are means. Default 20
 */
export async function evaluateImputation(
  prepared: PreparedImputation,
  model: Model,
  part: PartName,
  draws = 20,
): Promise<ImputeEvaluation> {
  const { columns } = prepared.design;
  const entries: HiddenEntry[] = [];
  const randoms = Array.from({ length: draws }, (_, seed) => seededRandom(seed));
  const turns = randoms.flatMap((random, draw) =>
    prepared.panel.members.map((own, member) => ({ draw, random, own, member })),
  );
  for (const { draw, random, own, member } of turns) {
    const rows = partRows(prepared, own, part);
    const scaler = prepared.scalers[member];
    if (!scaler) throw new RangeError(`There is no series ${member}`);
    const { observed } = gridOf(prepared, own.series, scaler, rows);
    const hidden = chooseHidden(observed, columns.length, prepared.spec.task.hide, random);
    const known = until(own.series, rows.to);
    const masked = withColumns(
      known,
      Object.fromEntries(
        columns.map((name, k) => [
          name,
          column(known, name).map((value, row) =>
            hidden[(row - rows.from) * columns.length + k] ? NaN : value,
          ),
        ]),
      ),
    );
    const filled = (await fillSeries(prepared, model, member, masked)).series;
    const straight = repeated(interpolated(masked, [...columns], Infinity), columns);
    columns.forEach((name, k) => {
      const [truth, given, linear] = [own.series, filled, straight].map((each) =>
        column(each, name),
      );
      for (let row = rows.from; row < rows.to; row++)
        if (hidden[(row - rows.from) * columns.length + k])
          entries.push({
            draw,
            member,
            row,
            column: name,
            truth: truth?.[row] ?? NaN,
            model: given?.[row] ?? NaN,
            linearInterpolation: linear?.[row] ?? NaN,
          });
    });
  }
  const errorsOf = (by: 'model' | 'linearInterpolation', name: string): FillErrors => {
    const own = entries.filter((entry) => entry.column === name);
    return pointErrors(own.map((entry) => [entry[by], entry.truth]));
  };
  const byColumn = (by: 'model' | 'linearInterpolation') =>
    Object.fromEntries(columns.map((name) => [name, errorsOf(by, name)]));
  return {
    part,
    hidden: entries.length,
    errors: { model: byColumn('model'), linearInterpolation: byColumn('linearInterpolation') },
    entries,
  };
}

/** The rows before `end`. */
function until(series: Series, end: number): Series {
  const columns = Object.entries(series.columns).map(
    ([name, values]) => [name, values.slice(0, end)] as const,
  );
  return {
    ...series,
    length: end,
    time: series.time.slice(0, end),
    columns: Object.fromEntries(columns),
  };
}

/** The last value in place of those missing after it. */
function repeated(series: Series, names: readonly string[]): Series {
  const columns = names.map((name) => {
    let last = NaN;
    const values = column(series, name).map((value) => (last = Number.isNaN(value) ? last : value));
    return [name, values] as const;
  });
  return withColumns(series, Object.fromEntries(columns));
}
