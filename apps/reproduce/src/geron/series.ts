/**
 * The synthetic series of Géron, "Hands-On Machine Learning", second edition, chapter 15: two sine
 * waves of random frequency and offset, and noise. Made by NumPy's generator, so that the naive
 * forecasts have the book's errors digit for digit.
 */
import { mersenne } from 'pure-rand/generator/mersenne';

/** Uniform numbers in [0, 1) as `numpy.random.seed(seed); numpy.random.rand()` gives them. */
export function numpyRandom(seed: number): () => number {
  const generator = mersenne(seed);
  const word = (bits: number): number => (generator.next() >>> 0) >>> (32 - bits);
  return () => {
    const high = word(27);
    return (high * 2 ** 26 + word(26)) / 2 ** 53;
  };
}

/**
 * `count` series of `steps` values, `[count, steps]`, rounded to float32:
 * 0.5 sin((t - o1)(10 f1 + 10)) + 0.2 sin((t - o2)(20 f2 + 20)) + 0.1 (u - 0.5), t from 0 to 1.
 */
export function generateSeries(count: number, steps: number, seed = 42): Float32Array {
  const random = numpyRandom(seed);
  const draw = (length: number): Float64Array => Float64Array.from({ length }, random);
  const [f1, f2, o1, o2] = [draw(count), draw(count), draw(count), draw(count)];
  const series = new Float32Array(count * steps);
  for (let i = 0; i < count; i++) {
    const [fast, faster, early, late] = [f1, f2, o1, o2].map((values) => values?.[i] ?? NaN);
    for (let step = 0; step < steps; step++) {
      const t = step / (steps - 1);
      const wave = 0.5 * Math.sin((t - (early ?? NaN)) * ((fast ?? NaN) * 10 + 10));
      const second = 0.2 * Math.sin((t - (late ?? NaN)) * ((faster ?? NaN) * 20 + 20));
      series[i * steps + step] = wave + second + 0.1 * (random() - 0.5);
    }
  }
  return series;
}
