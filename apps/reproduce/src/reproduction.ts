/** What a reproduction is: rows of a publication, each with a number to reach. */
import type { Backend } from '@chronograd/backend';

/** With what a row is measured. */
export interface Measuring {
  readonly backend: Backend;
  /** Of weights and order of samples. */
  readonly seed: number;
  /** Told of what goes on, in a few words. */
  readonly say: (text: string) => void;
}

/** One number of a publication. */
export interface Row {
  /** What is measured, e.g. `SimpleRNN 20, 20, dense 1`. */
  readonly name: string;
  /** The number to reach. */
  readonly published: number;
  /**
   * `exact`: the same in all given digits, needs no training and one seed only. `atMost`: the mean
   * over seeds is no more than 25 % above. `below`: each seed is below.
   */
  readonly rule: 'exact' | 'atMost' | 'below';
  /** Whether it is among the rows that every backend is tried on. */
  readonly everywhere?: boolean;
  readonly measure: (measuring: Measuring) => Promise<number>;
}

/** Rows of one publication. */
export interface Reproduction {
  /** By which the command line names it. */
  readonly id: string;
  readonly title: string;
  /** What is measured on what data, and where the numbers come from. */
  readonly source: string;
  /** Unit of the numbers, e.g. `mean squared error`. */
  readonly unit: string;
  /** Why it cannot be run here, e.g. for data that are not there; undefined where it can. */
  readonly missing?: () => string | undefined;
  readonly rows: readonly Row[];
}

/** A row as it came out. */
export interface RowResult {
  readonly row: Row;
  readonly backend: string;
  /** One for each seed. */
  readonly values: readonly number[];
  readonly seconds: number;
}

/** Mean and standard deviation (of the sample; 0 for one value). */
export function spread(values: readonly number[]): {
  readonly mean: number;
  readonly deviation: number;
} {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const deviation = values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : 0;
  return { mean, deviation };
}

/** Whether a row reached its number. */
export function isReached({ row, values }: RowResult): boolean {
  const { mean } = spread(values);
  switch (row.rule) {
    case 'exact': {
      const digits = String(row.published).split('.')[1]?.length ?? 0;
      return mean.toFixed(digits) === row.published.toFixed(digits);
    }
    case 'atMost':
      return mean <= 1.25 * row.published;
    case 'below':
      return values.every((value) => value < row.published);
  }
}
