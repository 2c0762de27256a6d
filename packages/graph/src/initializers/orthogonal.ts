/** Random orthogonal matrices. */

/**
 * A `[rows, columns]` matrix with orthonormal columns (rows, where there are fewer rows than
 * columns), uniform over all such matrices: the Q of a normal matrix's QR decomposition, with the
 * signs that make R's diagonal positive (Mezzadri, "How to generate random matrices from the
 * classical compact groups", 2007). Gram-Schmidt, twice over for full precision, gives R's
 * diagonal positive by itself.
 *
 * @param normal draws of the standard normal distribution
 */
export function orthogonalMatrix(
  rows: number,
  columns: number,
  normal: () => number,
): Float64Array {
  const long = Math.max(rows, columns);
  const short = Math.min(rows, columns);
  // Drawn row by row, kept by columns.
  const basis = Array.from({ length: short }, () => new Float64Array(long));
  for (let i = 0; i < long; i++) for (const vector of basis) vector[i] = normal();
  basis.forEach((vector, k) => {
    for (let round = 0; round < 2; round++)
      for (let j = 0; j < k; j++) {
        const other = basis[j] as Float64Array;
        const projection = dot(vector, other);
        for (let i = 0; i < long; i++) vector[i] = at(vector, i) - projection * at(other, i);
      }
    const norm = Math.sqrt(dot(vector, vector));
    for (let i = 0; i < long; i++) vector[i] = at(vector, i) / norm;
  });
  const matrix = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      matrix[row * columns + column] =
        rows < columns
          ? at(basis[row] as Float64Array, column)
          : at(basis[column] as Float64Array, row);
  return matrix;
}

function at(vector: Float64Array, i: number): number {
  return vector[i] as number;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += at(a, i) * at(b, i);
  return sum;
}
