/**
 * Tasks that ask for a long memory, made up on the fly: no sample is seen twice. Both go back to
 * Hochreiter and Schmidhuber (1997); sizes as in Bai, Kolter and Koltun (2018), "An Empirical
 * Evaluation of Generic Convolutional and Recurrent Networks for Sequence Modeling".
 */
import type { Batch } from '@chronograd/data';

/** A tensor of float32. */
type Tensor = Batch['inputs'];

/** Samples of a task. */
export interface Samples {
  readonly inputs: Tensor;
  readonly targets: Tensor;
}

/** Makes `count` samples from uniform numbers in [0, 1). */
export type Maker = (count: number, random: () => number) => Samples;

const whole = (random: () => number, below: number): number => Math.floor(random() * below);

/**
 * The adding problem: of `steps` uniform numbers two are marked, and their sum is asked for. Inputs
 * `[count, steps, 2]`, number and mark (0 or 1); targets `[count, 1]`. To say 1 always has a mean
 * squared error of 1/6.
 */
export function addingProblem(steps: number): Maker {
  return (count, random) => {
    const inputs = new Float32Array(count * steps * 2);
    const targets = new Float32Array(count);
    for (let i = 0; i < count; i++) {
      const own = inputs.subarray(i * steps * 2, (i + 1) * steps * 2);
      for (let step = 0; step < steps; step++) own[2 * step] = random();
      const first = whole(random, steps);
      // Any other place: those from the first on are one further.
      const other = whole(random, steps - 1);
      const second = other < first ? other : other + 1;
      for (const step of [first, second]) {
        own[2 * step + 1] = 1;
        targets[i] = (targets[i] ?? 0) + (own[2 * step] ?? NaN);
      }
    }
    return {
      inputs: { dtype: 'float32', shape: [count, steps, 2], data: inputs },
      targets: { dtype: 'float32', shape: [count, 1], data: targets },
    };
  };
}

/** Symbols to remember. */
const remembered = 10;
/** Different symbols, beside the blank and the signal. */
const alphabet = 8;
const blank = 0;
const signal = alphabet + 1;

/** Symbols there are, the blank and the signal among them: the last axis of inputs and logits. */
export const symbols = alphabet + 2;

/** Steps of the copy memory with so many blank ones. */
export const copySteps = (blanks: number): number => blanks + 2 * remembered;

/**
 * Copy memory: ten symbols out of eight, blanks, a signal, and ten steps in which they have to be
 * said again. Inputs `[count, blanks + 20, 10]`, one-hot; targets `[count, blanks + 20]`, the number
 * of the symbol: blank but for the last ten.
 */
export function copyMemory(blanks: number): Maker {
  const steps = copySteps(blanks);
  return (count, random) => {
    const inputs = new Float32Array(count * steps * symbols);
    const targets = new Float32Array(count * steps);
    for (let i = 0; i < count; i++)
      for (let step = 0; step < steps; step++) {
        let read = blank;
        if (step < remembered) {
          read = 1 + whole(random, alphabet);
          targets[(i + 1) * steps - remembered + step] = read;
        } else if (step === steps - remembered - 1) read = signal;
        inputs[(i * steps + step) * symbols + read] = 1;
      }
    return {
      inputs: { dtype: 'float32', shape: [count, steps, symbols], data: inputs },
      targets: { dtype: 'float32', shape: [count, steps], data: targets },
    };
  };
}

/** The cross-entropy of guessing at the copy memory with no memory: 10 ln 8 / (blanks + 20). */
export const copyFloor = (blanks: number): number =>
  (remembered * Math.log(alphabet)) / copySteps(blanks);
