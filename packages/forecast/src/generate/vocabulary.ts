/** Which numbers the classes of a generation stand for. */
import type { GenerateSpec } from '../experiment/task-document.ts';

/** Numbers by class, and classes by number. */
export class Vocabulary {
  readonly #classes: ReadonlyMap<number, number>;

  /** @param values the number of each class, `[classes]` */
  constructor(readonly values: readonly number[]) {
    this.#classes = new Map(values.map((value, i) => [value, i]));
  }

  /** The vocabulary that a task names. */
  static of(spec: GenerateSpec['vocabulary']): Vocabulary {
    if (spec.type === 'values') return new Vocabulary(spec.values);
    const { from, to, rest } = spec;
    const range = Array.from({ length: to - from + 1 }, (_, i) => from + i);
    return new Vocabulary(rest === undefined ? range : [rest, ...range]);
  }

  /** Number of classes. */
  get size(): number {
    return this.values.length;
  }

  /** Class of a number; undefined if it has none. */
  classOf(value: number): number | undefined {
    return this.#classes.get(value);
  }

  /** Number of a class. */
  valueOf(index: number): number {
    return this.values[index] ?? NaN;
  }
}

/** The numbers of a vocabulary, for errors. */
export function describeVocabulary(spec: GenerateSpec['vocabulary']): string {
  if (spec.type === 'values') return `one of ${spec.values.join(', ')}`;
  const { from, to, rest } = spec;
  const range = `a whole number from ${from} to ${to}`;
  return rest === undefined ? range : `${rest} or ${range}`;
}
