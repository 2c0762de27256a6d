/** The windows of one part of all series of an experiment. */
import { shuffle, type Batch, type FloatTensor, type Windows } from '@chronograd/data';

/** The windows of one series. */
export interface MemberWindows {
  /** Which series of the panel. */
  readonly member: number;
  readonly windows: Windows;
}

/** Which window of which series. */
export interface WindowPlace {
  readonly member: number;
  /** Number of the window among those of its series. */
  readonly window: number;
  readonly windows: Windows;
}

/** Windows of several series in a row; nothing is copied until a batch is asked for. */
export class WindowSet {
  private readonly ends: readonly number[];

  constructor(readonly members: readonly MemberWindows[]) {
    let end = 0;
    this.ends = members.map(({ windows }) => (end += windows.count));
  }

  /** Number of windows of all series. */
  get count(): number {
    return this.ends.at(-1) ?? 0;
  }

  /** Where a window of the set lies. @throws RangeError for a number that no window has */
  at(index: number): WindowPlace {
    const place = this.ends.findIndex((end) => index < end);
    const found = this.members[place];
    if (found === undefined || index < 0) throw new RangeError(`There is no window ${index}`);
    return { ...found, window: index - (this.ends[place - 1] ?? 0) };
  }

  /** Some windows as tensors, copied: inputs `[windows, length, features]` and targets. */
  batch(chosen: ArrayLike<number>): Batch {
    const [only, ...others] = this.members;
    if (only !== undefined && others.length === 0) return only.windows.batch(chosen);
    const parts = Array.from(chosen, (index) => {
      const { windows, window } = this.at(index);
      return windows.batch([window]);
    });
    return {
      inputs: stacked(parts.map(({ inputs }) => inputs)),
      targets: stacked(parts.map(({ targets }) => targets)),
    };
  }

  /** Batches one by one, each copied when it is reached; shuffled if a seed is given. */
  *batches(batchSize: number, shuffleSeed?: number): Generator<Batch, void, undefined> {
    const order = Int32Array.from({ length: this.count }, (_, i) => i);
    if (shuffleSeed !== undefined) shuffle(order, shuffleSeed);
    for (let i = 0; i < order.length; i += batchSize)
      yield this.batch(order.subarray(i, i + batchSize));
  }
}

/** Tensors `[1, …]` under each other, `[n, …]`. */
function stacked(tensors: readonly FloatTensor[]): FloatTensor {
  const [, ...shape] = tensors[0]?.shape ?? [];
  const size = shape.reduce((product, dimension) => product * dimension, 1);
  const data = new Float32Array(tensors.length * size);
  tensors.forEach((tensor, i) => data.set(tensor.data, i * size));
  return { dtype: 'float32', shape: [tensors.length, ...shape], data };
}
