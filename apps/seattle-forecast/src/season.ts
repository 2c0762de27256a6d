import { DAY, leastSquares, type RowRange, type Series } from '@chronograd/data';

/** The mean course of the year: a constant, then sine and cosine of each harmonic. */
export interface Season {
  readonly coefficients: readonly number[];
}

const DAYS_OF_YEAR = 365.2425;

/** `[1, sin a, cos a, sin 2a, cos 2a, …]`, where a is the angle of the time in its year. */
function harmonics(time: number, count: number): number[] {
  const begin = Date.UTC(new Date(time).getUTCFullYear(), 0, 1);
  const angle = (2 * Math.PI * (time - begin)) / DAY / DAYS_OF_YEAR;
  const terms = Array.from({ length: count }, (_, k) => (k + 1) * angle);
  return [1, ...terms.flatMap((term) => [Math.sin(term), Math.cos(term)])];
}

/**
 * Fits the mean course of the year by least squares.
 *
 * @param rows those of the training part
 * @param count number of harmonics: 1 is a sine wave, more follow a summer shorter than the winter
 */
export function fitSeason(
  series: Series,
  values: Float64Array,
  rows: RowRange,
  count: number,
): Season {
  const times = [...series.time.subarray(rows.from, rows.to)];
  const columns = 1 + 2 * count;
  const a = Float64Array.from(times.flatMap((time) => harmonics(time, count)));
  const b = values.slice(rows.from, rows.to);
  return { coefficients: [...leastSquares(a, b, { columns, targets: 1 })] };
}

/** The season's value at each of the times, in the unit of what it was fitted on. */
export function seasonAt({ coefficients }: Season, times: Float64Array): Float64Array {
  const count = (coefficients.length - 1) / 2;
  return times.map((time) =>
    harmonics(time, count).reduce((sum, term, i) => sum + term * (coefficients[i] ?? 0), 0),
  );
}
