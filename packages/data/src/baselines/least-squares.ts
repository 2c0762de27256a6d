import { DataError } from '../errors.ts';

/** Sizes of a problem of least squares. */
export interface LeastSquaresOptions {
  /** Columns of A. */
  readonly columns: number;
  /** Columns of B. */
  readonly targets: number;
  /** Strength of the penalty, from 0. Default 0. */
  readonly ridge?: number;
}

/**
 * Solves min ‖A X - B‖² + ridge ‖X‖² in float64 by Householder reflections of A over √ridge I
 * (Golub and Van Loan, Matrix Computations, algorithms 5.1.1 and 5.3.2): unlike the normal
 * equations this does not square A's condition number. A and B come in blocks of rows, of which
 * only the triangle that they have been reduced to is kept (section 6.5 on appending rows).
 */
export class LeastSquares {
  /** Of A's triangle, and of B behind it: column by column, since a reflection works down columns. */
  private triangle: Float64Array[];
  private rows = 0;

  constructor(private readonly options: LeastSquaresOptions) {
    const { columns, targets } = options;
    this.triangle = Array.from({ length: columns + targets }, () => new Float64Array(0));
  }

  /**
   * Adds rows.
   *
   * @param a `[rows, columns]`, row by row; kept as it is
   * @param b `[rows, targets]`, row by row; kept as it is
   * @throws {@link DataError} for other numbers of values
   */
  add(a: Float64Array, b: Float64Array): void {
    const { columns, targets, ridge = 0 } = this.options;
    const given = a.length / columns;
    if (!Number.isInteger(given) || b.length !== given * targets || !(ridge >= 0))
      throw new DataError({
        code: 'bad-argument',
        subject: 'least squares',
        expected: `A [rows, ${columns}], B [rows, ${targets}] and ridge >= 0`,
        found: `${a.length} and ${b.length} values, ridge ${ridge}`,
      });
    this.rows += given;
    this.triangle = reduced(this.triangle, given, columns, (i, j) =>
      j < columns ? (a[i * columns + j] ?? NaN) : (b[i * targets + j - columns] ?? NaN),
    );
  }

  /**
   * The solution for all rows so far.
   *
   * @returns X, `[columns, targets]`, row by row
   * @throws {@link DataError} where A's columns depend on each other and ridge is 0
   */
  solve(): Float64Array {
    const { columns, targets, ridge = 0 } = this.options;
    const m =
      ridge > 0
        ? reduced(this.triangle, columns, columns, (i, j) => (i === j ? Math.sqrt(ridge) : 0))
        : this.triangle;
    // The columns of the triangle are as long as those of A over √ridge I.
    const scale = Math.max(...m.slice(0, columns).map((values) => norm(values, 0)));
    for (let k = 0; k < columns; k++)
      if (!(Math.abs(m[k]?.[k] ?? 0) > scale * 1e-12))
        throw new DataError({
          code: 'bad-argument',
          subject: 'least squares',
          expected: 'columns that do not depend on each other, of finite values',
          found: `column ${k} of ${columns} is a sum of those before it (${this.rows} rows)`,
          advice: 'Give a ridge greater than 0',
        });
    const x = new Float64Array(columns * targets);
    for (let t = 0; t < targets; t++) {
      const right = m[columns + t];
      for (let k = columns - 1; k >= 0; k--) {
        let sum = right?.[k] ?? 0;
        for (let j = k + 1; j < columns; j++) sum -= (m[j]?.[k] ?? 0) * (x[j * targets + t] ?? 0);
        x[k * targets + t] = sum / (m[k]?.[k] ?? NaN);
      }
    }
    return x;
  }
}

/**
 * Least squares of rows that are all there: see {@link LeastSquares}.
 *
 * @param a `[rows, columns]`, row by row; kept as it is
 * @param b `[rows, targets]`, row by row; kept as it is
 * @returns X, `[columns, targets]`, row by row
 * @throws {@link DataError} where A's columns depend on each other and ridge is 0
 */
export function leastSquares(
  a: Float64Array,
  b: Float64Array,
  options: LeastSquaresOptions,
): Float64Array {
  const squares = new LeastSquares(options);
  squares.add(a, b);
  return squares.solve();
}

/** The triangle of rows under those of another; what lies below it is of no use and left out. */
function reduced(
  triangle: readonly Float64Array[],
  added: number,
  columns: number,
  valueAt: (row: number, column: number) => number,
): Float64Array[] {
  const above = triangle[0]?.length ?? 0;
  const rows = above + added;
  const m = triangle.map((values, j) => {
    const column = new Float64Array(rows);
    column.set(values);
    for (let i = 0; i < added; i++) column[above + i] = valueAt(i, j);
    return column;
  });
  const height = Math.min(rows, columns);
  for (let k = 0; k < height; k++) {
    const pivot = m[k] ?? new Float64Array(rows);
    const length = norm(pivot, k);
    if (length === 0) continue;
    const head = pivot[k] ?? 0;
    // The sign that avoids cancellation.
    const alpha = head > 0 ? -length : length;
    pivot[k] = head - alpha;
    const square = -alpha * (head - alpha);
    for (let j = k + 1; j < m.length; j++) {
      const other = m[j] ?? pivot;
      let dot = 0;
      for (let i = k; i < rows; i++) dot += (pivot[i] ?? 0) * (other[i] ?? 0);
      const factor = dot / square;
      for (let i = k; i < rows; i++) other[i] = (other[i] ?? 0) - factor * (pivot[i] ?? 0);
    }
    pivot.fill(0, k);
    pivot[k] = alpha;
  }
  return m.map((values) => values.slice(0, height));
}

function norm(values: Float64Array, from: number): number {
  let sum = 0;
  for (let i = from; i < values.length; i++) sum += (values[i] ?? 0) ** 2;
  return Math.sqrt(sum);
}
