/** Fills what is missing. */
import { column, withColumns, type Series } from '@chronograd/data';
import type { Model } from 'chronograd';
import { centersOf, seenTensor, tensorOf } from './batch.ts';
import { inputNames } from './design.ts';
import { gridOf, type PreparedImputation } from './prepare.ts';

const chunk = 256;

/** A series without the gaps that a model has filled. */
export interface FilledSeries {
  readonly id: string;
  readonly series: Series;
  /** Entries that were filled. */
  readonly filled: number;
}

/** Fills the missing values of all series. Observed values stay as they are. */
export async function fillMissing(
  prepared: PreparedImputation,
  model: Model,
): Promise<readonly FilledSeries[]> {
  const results: FilledSeries[] = [];
  for (const [member, { id, series }] of prepared.panel.members.entries())
    results.push({ id, ...(await fillSeries(prepared, model, member, series)) });
  return results;
}

/**
 * Fills a series: each missing entry is the mean of what the windows that hold it say.
 *
 * @param prepared the imputation
 * @param model its trained model
 * @param member of the panel, whose scaler is taken
 * @param series in the units of the file
 */
export async function fillSeries(
  prepared: PreparedImputation,
  model: Model,
  member: number,
  series: Series,
): Promise<{ readonly series: Series; readonly filled: number }> {
  const { spec, design, scalers } = prepared;
  const scaler = scalers[member];
  if (!scaler) throw new RangeError(`There is no series ${member}`);
  const width = design.columns.length;
  const { window } = spec.task;
  const grid = gridOf(prepared, series, scaler, { from: 0, to: series.length });
  const hasGap = (start: number): boolean =>
    grid.observed.subarray(start * width, (start + window) * width).includes(0);
  const starts = Array.from({ length: series.length - window + 1 }, (_, i) => i).filter(hasGap);
  const sums = new Float64Array(grid.observed.length);
  const counts = new Int32Array(series.length);
  for (let i = 0; i < starts.length; i += chunk) {
    const chosen = starts.slice(i, i + chunk);
    const shape = [chosen.length, window, width];
    const all = new Float32Array(chosen.length * window * width).fill(1);
    const { data } = await model.predict(
      {
        [inputNames.series]: seenTensor(
          prepared,
          chosen.map((start) => ({ grid, start })),
        ),
        [inputNames.judged]: tensorOf(shape, all),
      },
      { batchSize: chunk },
    );
    chosen.forEach((start, place) => {
      const centers = centersOf(prepared, { grid, start });
      for (let step = 0; step < window; step++) {
        counts[start + step] = (counts[start + step] ?? 0) + 1;
        for (let k = 0; k < width; k++) {
          const entry = (start + step) * width + k;
          const value = data[(place * window + step) * width + k] ?? NaN;
          sums[entry] = (sums[entry] ?? 0) + value + (centers[k] ?? NaN);
        }
      }
    });
  }
  let filled = 0;
  const columns = design.columns.map((name, k) => {
    const { offset, scale } = scaler.columns.includes(name)
      ? scaler.of(name)
      : { offset: 0, scale: 1 };
    const values = column(series, name).map((value, row) => {
      if (!Number.isNaN(value)) return value;
      filled++;
      return ((sums[row * width + k] ?? NaN) / (counts[row] ?? 0)) * scale + offset;
    });
    return [name, values] as const;
  });
  return { series: withColumns(series, Object.fromEntries(columns)), filled };
}
