import { DataError, listed } from './errors.ts';
import { shuffle } from './random.ts';
import { column, timeAt, type RowRange, type Series } from './series.ts';
import type { FloatTensor } from './tensor.ts';

/**
 * What a window's targets are, for one of `length` L that ends with row e, and a horizon H:
 *
 * - `oneStep`: row e + 1: `[targets]`;
 * - `manySteps`: rows e + 1 … e + H: `[H · targets]`, step by step;
 * - `sequenceToSequence`: at every step t of the window the H rows after it: `[L, H · targets]`.
 *   Its last row is `manySteps`; the others give a recurrent model L times the gradient.
 */
export type WindowKind = 'oneStep' | 'manySteps' | 'sequenceToSequence';

/** How a series is cut in windows. */
export interface WindowOptions {
  /** Columns that the model sees, the features of the inputs, in this order. */
  readonly inputs: readonly string[];
  /** Columns to forecast. */
  readonly targets: readonly string[];
  /** Rows that the model sees. */
  readonly length: number;
  /** Rows to forecast. Must be left out or 1 for `oneStep`, whose horizon is 1. */
  readonly horizon?: number;
  readonly kind: WindowKind;
  /** Rows from the beginning of a window to that of the next. Default 1. */
  readonly stride?: number;
  /**
   * Rows in which all targets must lie, e.g. a part of a {@link Split}; inputs may begin before it,
   * but never reach beyond the rows that precede their targets. Default: all rows.
   */
  readonly rows?: RowRange;
  /** Whether inputs, too, must lie in `rows`. Default false. */
  readonly within?: boolean;
  /** Windows that hold a missing value, in inputs or targets: refuse (default) or drop. */
  readonly missing?: 'refuse' | 'drop';
  /** Where all windows are dropped for missing values: an error (default), or no window. */
  readonly none?: 'refuse' | 'keep';
  /**
   * For each row whether all up to it is known then, 1, or something that stands there became known
   * later, 0, as a value on a line to one that is yet to come. No window ends with such a row, and
   * no `sequenceToSequence` window holds one, for it forecasts from every row. Default: all 1.
   */
  readonly known?: ArrayLike<number>;
  /** What the series is called in errors, as the path of its file. */
  readonly source?: string;
}

/** Some windows as tensors. */
export interface Batch {
  /** `[windows, length, inputs]` */
  readonly inputs: FloatTensor;
  /** `[windows, …]` as {@link WindowKind} says. */
  readonly targets: FloatTensor;
}

/** How {@link Windows.batches} goes through the windows. */
export interface BatchOptions {
  readonly batchSize: number;
  /** Shuffles the windows by this seed. Default: in order of time. */
  readonly shuffleSeed?: number;
  /** Whether a last, smaller batch is left out. Default false. */
  readonly dropRemainder?: boolean;
}

/**
 * Windows of a series. Nothing is copied until a batch is asked for: the windows are the numbers of
 * their first rows.
 */
export class Windows {
  /** Rows that a window's targets span, from the first to the last. */
  readonly horizon: number;
  /** `[length, inputs]` */
  readonly inputShape: readonly [number, number];
  /** Shape of one window's targets. */
  readonly targetShape: readonly number[];

  constructor(
    readonly series: Series,
    readonly options: WindowOptions,
    /** First input row of each window. */
    private readonly starts: Int32Array,
    /** How many windows were dropped for missing values. */
    readonly dropped: number,
  ) {
    const { inputs, targets, length, kind } = options;
    this.horizon = options.horizon ?? 1;
    this.inputShape = [length, inputs.length];
    const values = this.horizon * targets.length;
    this.targetShape = kind === 'sequenceToSequence' ? [length, values] : [values];
  }

  /** Number of windows. */
  get count(): number {
    return this.starts.length;
  }

  /**
   * The same windows of other values: of a series on the same time axis, e.g. before it was scaled.
   *
   * @param inputs columns that take the place of the inputs
   */
  of(series: Series, inputs: readonly string[] = this.options.inputs): Windows {
    return new Windows(series, { ...this.options, inputs }, this.starts, this.dropped);
  }

  /** The same windows with other columns to forecast. */
  forTargets(targets: readonly string[]): Windows {
    return new Windows(this.series, { ...this.options, targets }, this.starts, this.dropped);
  }

  /** Last input row of a window: what is known when the forecast is made. */
  originRow(window: number): number {
    return this.start(window) + this.options.length - 1;
  }

  /** Date (or time) of {@link originRow}. */
  origin(window: number): string {
    return timeAt(this.series, this.originRow(window));
  }

  /** The chosen windows as tensors, copied. Default: all, in order of time. */
  batch(chosen?: ArrayLike<number>): Batch {
    const indices = chosen ?? Array.from(this.starts, (_, i) => i);
    const { length, inputs, targets, kind } = this.options;
    const inputColumns = inputs.map((name) => column(this.series, name));
    const targetColumns = targets.map((name) => column(this.series, name));
    const [steps, features] = this.inputShape;
    const everyStep = kind === 'sequenceToSequence';
    const x = new Float32Array(indices.length * steps * features);
    const y = new Float32Array(
      this.targetShape.reduce((product, size) => product * size, indices.length),
    );
    let xi = 0;
    let yi = 0;
    for (let i = 0; i < indices.length; i++) {
      const start = this.start(indices[i] ?? NaN);
      for (let t = 0; t < length; t++) {
        for (const values of inputColumns) x[xi++] = values[start + t] ?? NaN;
        if (everyStep || t === length - 1)
          for (let h = 1; h <= this.horizon; h++)
            for (const values of targetColumns) y[yi++] = values[start + t + h] ?? NaN;
      }
    }
    return {
      inputs: { dtype: 'float32', shape: [indices.length, ...this.inputShape], data: x },
      targets: { dtype: 'float32', shape: [indices.length, ...this.targetShape], data: y },
    };
  }

  /** Batches one by one, each copied from the series only when it is reached. */
  *batches(options: BatchOptions): Generator<Batch, void, undefined> {
    const { batchSize, shuffleSeed, dropRemainder = false } = options;
    requirePositive(batchSize, 'batchSize');
    const order = Int32Array.from(this.starts, (_, i) => i);
    if (shuffleSeed !== undefined) shuffle(order, shuffleSeed);
    for (let i = 0; i < order.length; i += batchSize) {
      const chosen = order.subarray(i, i + batchSize);
      if (chosen.length < batchSize && dropRemainder) return;
      yield this.batch(chosen);
    }
  }

  private start(window: number): number {
    const start = this.starts[window];
    if (start === undefined)
      throw new DataError({
        code: 'bad-argument',
        subject: 'window',
        expected: `a whole number from 0 to ${this.count - 1}`,
        found: String(window),
      });
    return start;
  }
}

function requirePositive(value: number, subject: string): void {
  if (Number.isInteger(value) && value > 0) return;
  const expected = 'a whole, positive number';
  throw new DataError({ code: 'bad-argument', subject, expected, found: String(value) });
}

function checked(series: Series, options: WindowOptions): void {
  const { inputs, targets, length, horizon = 1, stride = 1, kind, rows } = options;
  requirePositive(length, 'length');
  requirePositive(horizon, 'horizon');
  requirePositive(stride, 'stride');
  const bad = (subject: string, expected: string, found: string): never => {
    throw new DataError({ code: 'bad-argument', subject, expected, found });
  };
  if (inputs.length === 0) bad('inputs', 'at least one column', 'none');
  if (targets.length === 0) bad('targets', 'at least one column', 'none');
  if (kind === 'oneStep' && horizon !== 1) bad('horizon', '1 for oneStep windows', String(horizon));
  const whole = (row: number): boolean => Number.isInteger(row) && row >= 0 && row <= series.length;
  if (rows !== undefined && !(whole(rows.from) && whole(rows.to) && rows.from < rows.to))
    bad('rows', `a range within 0 to ${series.length}`, `${rows.from} to ${rows.to}`);
}

/** For each row how many of the rows before it miss a value: a range is whole if its ends agree. */
function missingBefore(series: Series, names: readonly string[]): Int32Array {
  const columns = names.map((name) => column(series, name));
  const counts = new Int32Array(series.length + 1);
  for (let row = 0; row < series.length; row++) {
    const missing = columns.some((values) => Number.isNaN(values[row]));
    counts[row + 1] = (counts[row] ?? 0) + (missing ? 1 : 0);
  }
  return counts;
}

/** For each row how many of the rows before it hold what became known later. */
function unknownBefore(known: ArrayLike<number> | undefined, length: number): Int32Array {
  const counts = new Int32Array(length + 1);
  if (known === undefined) return counts;
  for (let row = 0; row < length; row++)
    counts[row + 1] = (counts[row] ?? 0) + (known[row] ? 0 : 1);
  return counts;
}

/**
 * Cuts a series in windows, from the earliest whose targets all lie in `rows` to the latest.
 *
 * No target lies outside `rows`: those of a training part end where validation begins, and those of
 * a later part begin where it begins, while its inputs may reach back before it (context that a
 * forecaster would have, too). So `sequenceToSequence` windows, which have targets from their
 * second row on, take at most one row of context. `within` takes no context at all.
 *
 * @throws {@link DataError} for options that do not fit, for columns that are not there, where not
 *   even one window fits, and for missing values unless they are to be dropped
 */
export function windows(series: Series, options: WindowOptions): Windows {
  checked(series, options);
  const { inputs, targets, length, horizon = 1, stride = 1, kind } = options;
  const { from, to } = options.rows ?? { from: 0, to: series.length };
  // Rows from a window's start to its first target.
  const lead = kind === 'sequenceToSequence' ? 1 : length;
  const first = options.within === true ? from : Math.max(0, from - lead);
  const last = to - length - horizon;
  if (last < first)
    throw new DataError({
      ...sourceOf(options),
      code: 'too-short',
      subject: 'windows',
      expected: `rows for at least one window of ${length} and a horizon of ${horizon}`,
      found: `${to - first} rows`,
      advice: 'Take shorter windows, a shorter horizon or more rows',
    });
  const missingInputs = missingBefore(series, inputs);
  const missingTargets = missingBefore(series, targets);
  const missingIn = (counts: Int32Array, begin: number, end: number): boolean =>
    counts[begin] !== counts[end];
  const unknown = unknownBefore(options.known, series.length);
  const starts: number[] = [];
  const incomplete: number[] = [];
  for (let start = first; start <= last; start += stride) {
    const end = start + length;
    const missing =
      missingIn(missingInputs, start, end) ||
      missingIn(unknown, start + lead - 1, end) ||
      missingIn(missingTargets, start + lead, end + horizon);
    (missing ? incomplete : starts).push(start);
  }
  if (incomplete.length > 0 && options.missing !== 'drop')
    throw new DataError(missingDetails(series, options, first, incomplete.length));
  if (starts.length === 0 && options.none !== 'keep')
    throw new DataError({
      ...sourceOf(options),
      code: 'missing-values',
      subject: 'windows',
      expected: 'at least one window without missing values',
      found: `missing values in all ${incomplete.length}`,
    });
  return new Windows(series, options, Int32Array.from(starts), incomplete.length);
}

function sourceOf({ source }: WindowOptions): { readonly file?: string } {
  return source === undefined ? {} : { file: source };
}

function missingDetails(
  series: Series,
  options: WindowOptions,
  first: number,
  count: number,
): ConstructorParameters<typeof DataError>[0] {
  const { inputs, targets, length, horizon = 1 } = options;
  const where = [...new Set([...inputs, ...targets])].flatMap((name) => {
    const values = column(series, name);
    const times: string[] = [];
    for (let row = first; row < Math.min(series.length, values.length); row++)
      if (Number.isNaN(values[row])) times.push(timeAt(series, row));
    return times.length > 0 ? [`"${name}" at ${listed(times)}`] : [];
  });
  return {
    ...sourceOf(options),
    code: 'missing-values',
    subject: 'windows',
    expected: `values in all rows of each window of ${length} and its horizon of ${horizon}`,
    found: `${count} windows with missing values: ${where.join('; ')}`,
    advice: "Fill them, or set missing: 'drop'",
  };
}
