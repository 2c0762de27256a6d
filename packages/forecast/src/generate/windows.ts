/** Windows of sequences of classes, each class with the one that follows it. */
import { DataError, shuffle } from '@chronograd/data';
import type { SequencePart } from '../experiment/sequences-document.ts';
import { partOf } from '../sequences/read.ts';
import { classesOf, type PreparedGeneration } from './prepare.ts';

/** Some windows: a class, and the one that follows it. */
export interface ClassBatch {
  /** int32 `[windows, time]` */
  readonly inputs: ClassTensor;
  /** int32 `[windows, time]` */
  readonly targets: ClassTensor;
}

/** Classes by window and step. */
export interface ClassTensor {
  readonly shape: readonly [number, number];
  readonly data: Int32Array;
}

/** The windows of the sequences of a part; nothing is copied until a batch is asked for. */
export class ClassWindows {
  /** Sequences that are shorter than a window and the row after it. */
  readonly short: number;
  readonly #sequences: readonly Int32Array[];
  /** Where windows begin: sequence and class. */
  readonly #starts: readonly (readonly [number, number])[];
  /** Classes that a window sees: all of its rows and of the next, but for the last. */
  readonly length: number;

  /** @throws DataError where the experiment has no such part, or no window fits one of its sequences */
  constructor(prepared: PreparedGeneration, part: SequencePart) {
    const { window, shift } = prepared.spec.task;
    const width = prepared.design.columns.length;
    const sequences = partOf(prepared.parts, part);
    this.#sequences = sequences.map((sequence) => classesOf(prepared, sequence));
    this.length = (window + 1) * width - 1;
    this.#starts = sequences.flatMap(({ length }, i) => {
      const count = Math.max(0, Math.floor((length - window - 1) / shift) + 1);
      return Array.from({ length: count }, (_, k) => [i, k * shift * width] as const);
    });
    this.short = sequences.filter(({ length }) => length <= window).length;
    if (this.#starts.length > 0) return;
    throw new DataError({
      code: 'too-short',
      subject: `part "${part}"`,
      expected: `a sequence of at least ${window + 1} rows: a window of ${window} and the row after it`,
      found: `${sequences.length} sequences, none of which is as long`,
    });
  }

  /** Number of windows. */
  get count(): number {
    return this.#starts.length;
  }

  /** Batches one by one; shuffled if a seed is given. */
  *batches(batchSize: number, shuffleSeed?: number): Generator<ClassBatch, void, undefined> {
    const order = Int32Array.from({ length: this.count }, (_, i) => i);
    if (shuffleSeed !== undefined) shuffle(order, shuffleSeed);
    for (let i = 0; i < order.length; i += batchSize)
      yield this.#batch(order.subarray(i, i + batchSize));
  }

  #batch(chosen: Int32Array): ClassBatch {
    const { length } = this;
    const shape = [chosen.length, length] as const;
    const inputs = new Int32Array(chosen.length * length);
    const targets = new Int32Array(chosen.length * length);
    chosen.forEach((window, i) => {
      const [sequence, start] = this.#starts[window] ?? [0, 0];
      const classes = this.#sequences[sequence] ?? new Int32Array();
      inputs.set(classes.subarray(start, start + length), i * length);
      targets.set(classes.subarray(start + 1, start + 1 + length), i * length);
    });
    return { inputs: { shape, data: inputs }, targets: { shape, data: targets } };
  }
}
