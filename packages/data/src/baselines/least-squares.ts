import { DataError } from '../errors.ts';

/**
 * Solves min ‖A X - B‖² + ridge ‖X‖² in float64 by Householder reflections of A over √ridge I
 * (Golub and Van Loan, Matrix Computations, algorithms 5.1.1 and 5.3.2): unlike the normal
 * equations this does not square A's condition number.
 *
 * @param a `[rows, columns]`, row by row; kept as it is
 * @param b `[rows, targets]`, row by row; kept as it is
 * @returns X, `[columns, targets]`, row by row
 * @throws {@link DataError} where A's columns depend on each other and ridge is 0
 */
export function leastSquares(
  a: Float64Array,
  b: Float64Array,
  { columns, targets, ridge = 0 }: { columns: number; targets: number; ridge?: number },
): Float64Array {
  const given = a.length / columns;
  const rows = given + (ridge > 0 ? columns : 0);
  if (!Number.isInteger(given) || b.length !== given * targets || !(ridge >= 0))
    throw new DataError({
      code: 'bad-argument',
      subject: 'least squares',
      expected: `A [rows, ${columns}], B [rows, ${targets}] and ridge >= 0`,
      found: `${a.length} and ${b.length} values, ridge ${ridge}`,
    });
  // Column by column, B's after A's: a reflection works down columns.
  const m: Float64Array[] = Array.from({ length: columns + targets }, (_, j) => {
    const [source, width, at] = j < columns ? [a, columns, j] : [b, targets, j - columns];
    const values = new Float64Array(rows);
    for (let i = 0; i < given; i++) values[i] = source[i * width + at] ?? NaN;
    if (j < columns && ridge > 0) values[given + j] = Math.sqrt(ridge);
    return values;
  });
  const scale = Math.max(...m.slice(0, columns).map((values) => norm(values, 0)));
  const diagonal = new Float64Array(columns);
  for (let k = 0; k < columns; k++) {
    const pivot = m[k] ?? new Float64Array(rows);
    const length = norm(pivot, k);
    if (rows <= k || !(length > scale * 1e-12))
      throw new DataError({
        code: 'bad-argument',
        subject: 'least squares',
        expected: 'columns that do not depend on each other, of finite values',
        found: `column ${k} of ${columns} is a sum of those before it (${given} rows)`,
        advice: 'Give a ridge greater than 0',
      });
    const head = pivot[k] ?? 0;
    // The sign that avoids cancellation.
    const alpha = head > 0 ? -length : length;
    diagonal[k] = alpha;
    pivot[k] = head - alpha;
    const square = -alpha * (head - alpha);
    for (let j = k + 1; j < m.length; j++) {
      const other = m[j] ?? pivot;
      let dot = 0;
      for (let i = k; i < rows; i++) dot += (pivot[i] ?? 0) * (other[i] ?? 0);
      const factor = dot / square;
      for (let i = k; i < rows; i++) other[i] = (other[i] ?? 0) - factor * (pivot[i] ?? 0);
    }
  }
  const x = new Float64Array(columns * targets);
  for (let t = 0; t < targets; t++) {
    const right = m[columns + t] ?? new Float64Array(rows);
    for (let k = columns - 1; k >= 0; k--) {
      let sum = right[k] ?? 0;
      for (let j = k + 1; j < columns; j++) sum -= (m[j]?.[k] ?? 0) * (x[j * targets + t] ?? 0);
      x[k * targets + t] = sum / (diagonal[k] ?? NaN);
    }
  }
  return x;
}

function norm(values: Float64Array, from: number): number {
  let sum = 0;
  for (let i = from; i < values.length; i++) sum += (values[i] ?? 0) ** 2;
  return Math.sqrt(sum);
}
