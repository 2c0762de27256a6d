/** Windows of an imputation as tensors. */
import { seededRandom, shuffle, type FloatTensor } from '@chronograd/data';
import type { FitData } from 'chronograd';
import type { PartName } from '../experiment/data-document.ts';
import { inputNames } from './design.ts';
import { chooseHidden } from './hide.ts';
import { gridOf, partRows, type Grid, type PreparedImputation } from './prepare.ts';

/** Rows of a grid from one on, and which of their entries are hidden, `[window, columns]`. */
export interface ImputeWindow {
  readonly grid: Grid;
  readonly start: number;
  readonly hidden?: Uint8Array;
}

/** `[windows, window, 2 · columns + inputs]`: hidden and missing values are 0, and so is their mask. */
export function seenTensor(prepared: PreparedImputation, windows: readonly ImputeWindow[]) {
  const { window } = prepared.spec.task;
  const columns = prepared.design.columns.length;
  const inputs = prepared.design.inputs.length;
  const features = 2 * columns + inputs;
  const data = new Float32Array(windows.length * window * features);
  windows.forEach((each, i) => {
    const { grid, start, hidden } = each;
    const centers = centersOf(prepared, each);
    for (let step = 0; step < window; step++) {
      const at = (i * window + step) * features;
      for (let k = 0; k < columns; k++) {
        const entry = (start + step) * columns + k;
        if (!grid.observed[entry] || hidden?.[step * columns + k]) continue;
        data[at + k] = (grid.values[entry] ?? NaN) - (centers[k] ?? NaN);
        data[at + columns + k] = 1;
      }
      const own = grid.inputs.subarray((start + step) * inputs, (start + step + 1) * inputs);
      data.set(own, at + 2 * columns);
    }
  });
  return tensorOf([windows.length, window, features], data);
}

/**
 * What is taken off the columns of a window, `[columns]`: the means of what is seen, 0 where nothing
 * is, and where the task does not ask for it.
 */
export function centersOf(
  prepared: PreparedImputation,
  { grid, start, hidden }: ImputeWindow,
): Float64Array {
  const { window, center } = prepared.spec.task;
  const columns = prepared.design.columns.length;
  const sums = new Float64Array(columns);
  if (!center) return sums;
  const counts = new Int32Array(columns);
  for (let i = 0; i < window * columns; i++) {
    const entry = start * columns + i;
    if (!grid.observed[entry] || hidden?.[i]) continue;
    const k = i % columns;
    sums[k] = (sums[k] ?? 0) + (grid.values[entry] ?? NaN);
    counts[k] = (counts[k] ?? 0) + 1;
  }
  return sums.map((sum, k) => sum / Math.max(counts[k] ?? 0, 1));
}

/** Windows to learn from: the loss is that of the hidden entries alone. */
function fitBatch(
  prepared: PreparedImputation,
  windows: readonly Required<ImputeWindow>[],
): FitData {
  const columns = prepared.design.columns.length;
  const shape = [windows.length, prepared.spec.task.window, columns];
  const size = shape.reduce((product, length) => product * length, 1);
  const [judged, targets] = [new Float32Array(size), new Float32Array(size)];
  const each = size / windows.length;
  windows.forEach((own, i) => {
    const { grid, start, hidden } = own;
    const centers = centersOf(prepared, own);
    hidden.forEach((isHidden, entry) => {
      if (!isHidden) return;
      judged[i * each + entry] = 1;
      const value = grid.values[start * columns + entry] ?? NaN;
      targets[i * each + entry] = value - (centers[entry % columns] ?? NaN);
    });
  });
  return {
    inputs: {
      [inputNames.series]: seenTensor(prepared, windows),
      [inputNames.judged]: tensorOf(shape, judged),
    },
    targets: tensorOf(shape, targets),
  };
}

/** All windows of a part of all series, hidden and shuffled by a seed, batch by batch. */
export function* fitBatches(
  prepared: PreparedImputation,
  part: PartName,
  options: { readonly batchSize: number; readonly seed: number },
): Generator<FitData, void, undefined> {
  const { window, hide } = prepared.spec.task;
  const columns = prepared.design.columns.length;
  const all = prepared.panel.members.flatMap((member, i): ImputeWindow[] => {
    const scaler = prepared.scalers[i];
    if (!scaler) return [];
    const grid = gridOf(prepared, member.series, scaler, partRows(prepared, member, part));
    return Array.from({ length: grid.rows - window + 1 }, (_, start) => ({ grid, start }));
  });
  const order = Int32Array.from(all, (_, i) => i);
  shuffle(order, options.seed);
  const random = seededRandom(options.seed ^ 0x5bd1e995);
  for (let i = 0; i < order.length; i += options.batchSize) {
    const chosen = Array.from(order.subarray(i, i + options.batchSize), (index) => {
      const { grid, start } = all[index] as ImputeWindow;
      const observed = grid.observed.subarray(start * columns, (start + window) * columns);
      return { grid, start, hidden: chooseHidden(observed, columns, hide, random) };
    });
    yield fitBatch(prepared, chosen);
  }
}

/** A tensor of the shape. */
export function tensorOf(shape: readonly number[], data: Float32Array): FloatTensor {
  return { dtype: 'float32', shape, data };
}
