import { nameAdvice } from '@chronograd/spec';
import { DataError } from './errors.ts';
import { column, timeAt, withColumns, type RowRange, type Series } from './series.ts';

/** One column's scaling: scaled = (value - offset) / scale. */
export interface ColumnScale {
  readonly offset: number;
  readonly scale: number;
}

/** A scaler as JSON holds it: exact, since a double survives its shortest decimal. */
export interface ScalerDocument {
  readonly formatVersion: 1;
  readonly type: 'standard' | 'minMax' | 'fixed';
  readonly columns: Readonly<Record<string, ColumnScale>>;
}

/** What a scaler is fitted on. */
export interface FitOptions {
  /** Names of the columns to scale. */
  readonly columns: readonly string[];
  /** Rows to fit on: those of the training part, so that nothing later shows through. */
  readonly rows: RowRange;
  /** What the series is called in errors, as the path of its file. */
  readonly source?: string;
}

/** Scales columns one by one by an affine map, and back. */
export class Scaler {
  constructor(private readonly document: ScalerDocument) {}

  /** Names of the scaled columns. */
  get columns(): string[] {
    return Object.keys(this.document.columns);
  }

  /** Offset and scale of a column. @throws {@link DataError} if it is not one of the scaler's */
  of(name: string): ColumnScale {
    const found = this.document.columns[name];
    if (found === undefined)
      throw new DataError({
        code: 'missing-column',
        column: name,
        expected: 'a column of the scaler',
        found: 'no column of that name',
        advice: nameAdvice(name, this.columns),
      });
    return found;
  }

  /** The series with the scaler's columns scaled; the others are shared, not copied. */
  transform<Name extends string>(series: Series<Name>): Series<Name> {
    const scaled: Record<string, Float64Array> = {};
    for (const name of this.columns) {
      const { offset, scale } = this.of(name);
      scaled[name] = column(series, name).map((value) => (value - offset) / scale);
    }
    return withColumns(series, scaled as Record<Name, Float64Array>);
  }

  /** Scaled values of one column, e.g. predictions, in the column's own unit. Any shape. */
  inverse(name: string, values: ArrayLike<number>): Float64Array {
    const { offset, scale } = this.of(name);
    return Float64Array.from(values, (value) => value * scale + offset);
  }

  /** For `JSON.stringify`; {@link scalerFromJson} reads it again. */
  toJSON(): ScalerDocument {
    return this.document;
  }
}

function presentValues(series: Series, name: string, { rows, source }: FitOptions): Float64Array {
  const { from, to } = rows;
  const values = column(series, name)
    .subarray(from, to)
    .filter((value) => !Number.isNaN(value));
  if (values.length === 0)
    throw new DataError({
      code: 'missing-values',
      ...(source !== undefined && { file: source }),
      column: name,
      expected: 'at least one value to fit a scaler on',
      found: `none from ${timeAt(series, from)} to ${timeAt(series, to - 1)}`,
    });
  return values;
}

function fitted(
  series: Series,
  options: FitOptions,
  type: ScalerDocument['type'],
  fit: (values: Float64Array) => ColumnScale,
): Scaler {
  const scales: Record<string, ColumnScale> = {};
  for (const name of options.columns) {
    const { offset, scale } = fit(presentValues(series, name, options));
    // A constant column has no spread: it becomes all zeros, and its inverse the constant again.
    scales[name] = { offset, scale: scale > 0 ? scale : 1 };
  }
  return new Scaler({ formatVersion: 1, type, columns: scales });
}

/**
 * Fits offset = mean and scale = standard deviation (of the population: divided by n). Missing
 * values are left out; a constant column gets scale 1.
 *
 * @throws {@link DataError} for unknown columns, or one without any value in the rows
 */
export function fitStandardScaler(series: Series, options: FitOptions): Scaler {
  return fitted(series, options, 'standard', (values) => {
    const offset = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - offset) ** 2, 0) / values.length;
    return { offset, scale: Math.sqrt(variance) };
  });
}

/**
 * Fits offset = minimum and scale = maximum - minimum, so that the rows lie in 0 to 1; later rows
 * may lie outside. Missing values are left out; a constant column gets scale 1.
 *
 * @throws {@link DataError} as {@link fitStandardScaler}
 */
export function fitMinMaxScaler(series: Series, options: FitOptions): Scaler {
  return fitted(series, options, 'minMax', (values) => {
    const offset = values.reduce((least, value) => Math.min(least, value), Infinity);
    const greatest = values.reduce((most, value) => Math.max(most, value), -Infinity);
    return { offset, scale: greatest - offset };
  });
}

/**
 * A scaler that is told, not fitted: every column is divided by one number.
 *
 * @throws {@link DataError} for a divisor that is not above 0
 */
export function fixedScaler(columns: readonly string[], divisor: number): Scaler {
  if (!(divisor > 0) || !Number.isFinite(divisor))
    throw new DataError({
      code: 'bad-argument',
      subject: 'divisor',
      expected: 'a number above 0',
      found: String(divisor),
    });
  const scales = columns.map((name) => [name, { offset: 0, scale: divisor }] as const);
  return new Scaler({ formatVersion: 1, type: 'fixed', columns: Object.fromEntries(scales) });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The scaler of a parsed JSON document.
 *
 * @throws {@link DataError} for a document that is no scaler's
 */
export function scalerFromJson(document: unknown): Scaler {
  const refuse = (subject: string, expected: string, found: unknown): never => {
    throw new DataError({
      code: 'bad-argument',
      subject: `scaler document, ${subject}`,
      expected,
      found: JSON.stringify(found) ?? 'nothing',
    });
  };
  if (!isRecord(document)) return refuse('$', 'an object', document);
  const { formatVersion, type, columns } = document;
  if (formatVersion !== 1) return refuse('$.formatVersion', '1', formatVersion);
  if (type !== 'standard' && type !== 'minMax' && type !== 'fixed')
    return refuse('$.type', '"standard", "minMax" or "fixed"', type);
  if (!isRecord(columns)) return refuse('$.columns', 'an object', columns);
  const scales: Record<string, ColumnScale> = {};
  for (const [name, entry] of Object.entries(columns)) {
    const path = `$.columns[${JSON.stringify(name)}]`;
    const { offset, scale } = isRecord(entry) ? entry : refuse(path, 'an object', entry);
    if (typeof offset !== 'number' || !Number.isFinite(offset))
      return refuse(`${path}.offset`, 'a number', offset);
    if (typeof scale !== 'number' || !Number.isFinite(scale) || scale <= 0)
      return refuse(`${path}.scale`, 'a positive number', scale);
    scales[name] = { offset, scale };
  }
  return new Scaler({ formatVersion: 1, type, columns: scales });
}
