import { seededRandom, type Batch, type Windows } from '@chronograd/data';

/** How the training windows are gone through. */
export interface ShiftOptions {
  readonly batchSize: number;
  readonly seed: number;
  /** Standard deviation of the shifts, in that of the scaled departures. */
  readonly deviation: number;
}

/**
 * The training windows in batches, in another order in each epoch, each window with its targets
 * shifted by a random amount: as if it had lain in a warmer or a colder year. Two and a half years
 * are too few to learn from how long a warm spell lasts, since the departures from their own mean
 * must return to it; shifted windows do not. (Without this the validation error is least after the
 * first epoch.)
 */
export function* shiftedBatches(
  cuts: Windows,
  { batchSize, seed, deviation }: ShiftOptions,
  epoch: number,
): Generator<Batch, void, undefined> {
  const epochSeed = seed + 1_000_003 * (epoch + 1);
  const random = seededRandom(epochSeed);
  const [length, features] = cuts.inputShape;
  // A last, smaller batch would want a program of its own; the next epoch's order has its windows.
  const dropRemainder = cuts.count > batchSize;
  for (const batch of cuts.batches({ batchSize, shuffleSeed: epochSeed, dropRemainder })) {
    const size = batch.inputs.shape[0] ?? 0;
    const perWindow = batch.targets.data.length / size;
    for (let window = 0; window < size; window++) {
      const shift = deviation * normal(random);
      for (let t = 0; t < length; t++)
        add(batch.inputs.data, (window * length + t) * features, shift);
      for (let i = 0; i < perWindow; i++) add(batch.targets.data, window * perWindow + i, shift);
    }
    yield batch;
  }
}

function add(values: Float32Array, at: number, amount: number): void {
  values[at] = (values[at] ?? NaN) + amount;
}

/** A number of the standard normal distribution (Box and Muller 1958). */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
