/** What a reproduction is: rows of a publication, each with a number to reach. */
import type { Backend } from '@chronograd/backend';

/** With what a row is measured. */
export interface Measuring {
  readonly backend: Backend;
  /** Of weights and order of samples. */
  readonly seed: number;
  /** All seeds that are asked for, of which `seed` is one. */
  readonly seeds: readonly number[];
  /** A folder in which trained experiments are kept, and taken up where they are there. */
  readonly runs: string;
  /** Told of what goes on, in a few words. */
  readonly say: (text: string) => void;
}

/** One number of a publication. */
export interface Row {
  /** What is measured, e.g. `SimpleRNN 20, 20, dense 1`. */
  readonly name: string;
  /** The number to reach; none where the rule is `measured`. */
  readonly published?: number;
  /**
   * `exact`: the same in all given digits, needs no training. `atMost`: the mean over seeds is no
   * more than 25 % above. `below`: each seed is below. `measured`: there is no number to reach.
   */
  readonly rule: 'exact' | 'atMost' | 'below' | 'measured';
  /** Whether a seed makes no difference, so that one is enough. Default: where it is `exact`. */
  readonly once?: boolean;
  /** Whether it is among the rows that every backend is tried on. */
  readonly everywhere?: boolean;
  readonly measure: (measuring: Measuring) => Promise<number>;
}

/** A further table on the page of a reproduction. */
export interface Section {
  readonly title: string;
  readonly text: string;
  /** Unit of the numbers. */
  readonly unit: string;
  readonly rows: readonly Row[];
  /** Name of the row to which the others are compared. */
  readonly versus?: string;
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
  /** What is to be said of the results. */
  readonly remarks?: string;
  /** Whether times are shown. Default: they are. */
  readonly timed?: boolean;
  /** Why it cannot be run here, e.g. for data that are not there; undefined where it can. */
  readonly missing?: () => string | undefined;
  readonly rows: readonly Row[];
  /** Tables behind the first. */
  readonly sections?: readonly Section[];
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

/** Whether a row reached its number; one that has none, whether there is a result. */
export function isReached({ row, values }: RowResult): boolean {
  const { mean } = spread(values);
  const { published = NaN } = row;
  switch (row.rule) {
    case 'exact': {
      const digits = String(published).split('.')[1]?.length ?? 0;
      return mean.toFixed(digits) === published.toFixed(digits);
    }
    case 'atMost':
      return mean <= 1.25 * published;
    case 'below':
      return values.every((value) => value < published);
    case 'measured':
      return Number.isFinite(mean);
  }
}

/** Whether one seed is enough for a row. */
export function isOnce({ rule, once = rule === 'exact' }: Row): boolean {
  return once;
}

/** The rows of all tables. */
export function rowsOf({ rows, sections = [] }: Reproduction): readonly Row[] {
  return [...rows, ...sections.flatMap((section) => section.rows)];
}
