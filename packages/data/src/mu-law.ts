/**
 * Mu-law companding (ITU-T G.711, van den Oord et al. 2016, section 2.2): fine steps for what is
 * quiet, coarse ones for what is loud, so that few classes hold sound.
 *
 * With K classes μ is K - 1. A sample x is compressed to F(x) = sign(x) ln(1 + μ |x|) / ln(1 + μ);
 * classes are the K numbers nearest to it that lie evenly from -1 to 1, which is how a model that
 * generates classes is fed what it has drawn.
 */
import { DataError } from './errors.ts';

/** What a WaveNet has by default. */
const usual = 256;

/**
 * F(x) of samples from -1 to 1: numbers from -1 to 1, louder where they are quiet.
 *
 * @param classes K, from 2 on, 256 by default
 * @throws {@link DataError} `bad-argument` for other samples or classes
 */
export function muLawCompress(samples: ArrayLike<number>, classes = usual): Float32Array {
  const mu = muOf(classes);
  return Float32Array.from(samples, (sample, i) => {
    checkSample('samples', sample, i);
    return (Math.sign(sample) * Math.log1p(mu * Math.abs(sample))) / Math.log1p(mu);
  });
}

/**
 * Samples of numbers that {@link muLawCompress} gave: sign(y) ((1 + μ)^|y| - 1) / μ.
 *
 * @param classes as above
 * @throws {@link DataError} `bad-argument` for numbers that are not from -1 to 1, and other classes
 */
export function muLawExpand(compressed: ArrayLike<number>, classes = usual): Float32Array {
  const mu = muOf(classes);
  return Float32Array.from(compressed, (value, i) => {
    checkSample('compressed', value, i);
    return (Math.sign(value) * Math.expm1(Math.abs(value) * Math.log1p(mu))) / mu;
  });
}

/**
 * The class of each sample, 0 to K - 1: round((F(x) + 1) / 2 · (K - 1)).
 *
 * @param classes as above
 * @throws {@link DataError} `bad-argument` for samples that are not from -1 to 1, and other classes
 */
export function muLawEncode(samples: ArrayLike<number>, classes = usual): Int32Array {
  const compressed = muLawCompress(samples, classes);
  return Int32Array.from(compressed, (value) => Math.round(((value + 1) / 2) * (classes - 1)));
}

/**
 * The sample that stands for each class.
 *
 * @param classes as above
 * @throws {@link DataError} `bad-argument` for what is no class, and other numbers of classes
 */
export function muLawDecode(indices: ArrayLike<number>, classes = usual): Float32Array {
  return muLawExpand(classLevels(indices, classes), classes);
}

/**
 * Classes as numbers evenly from -1 to 1, 2 c / (K - 1) - 1: the input of a model whose output are
 * the logits of the next class.
 *
 * @param classes as above
 * @throws {@link DataError} `bad-argument` for what is no class, and other numbers of classes
 */
export function classLevels(indices: ArrayLike<number>, classes = usual): Float32Array {
  const mu = muOf(classes);
  return Float32Array.from(indices, (index, i) => {
    if (!Number.isInteger(index) || index < 0 || index > mu)
      throw new DataError({
        code: 'bad-argument',
        subject: `indices[${i}]`,
        expected: `a class from 0 to ${mu}`,
        found: String(index),
      });
    return (2 * index) / mu - 1;
  });
}

function muOf(classes: number): number {
  if (Number.isInteger(classes) && classes >= 2) return classes - 1;
  throw new DataError({
    code: 'bad-argument',
    subject: 'classes',
    expected: 'a whole number from 2',
    found: String(classes),
  });
}

function checkSample(subject: string, value: number, i: number): void {
  if (value >= -1 && value <= 1) return;
  throw new DataError({
    code: 'bad-argument',
    subject: `${subject}[${i}]`,
    expected: 'a number from -1 to 1',
    found: String(value),
    advice: 'Divide by the loudest one, not one by one',
  });
}
