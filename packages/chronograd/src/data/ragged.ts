/**
 * Sequences of different lengths, padded to the longest of the data with zeros that change no
 * result: masks leave them out of layers, losses and metrics.
 */
import { DataError, formatShape } from '../errors.ts';
import { describe, isTensorData, toTensorData, type TensorData } from '../tensors/tensor.ts';

/** Padded sequences with how many steps of each are there. */
export interface Ragged {
  /** `[samples, time, …]` */
  readonly tensor: TensorData;
  /** `[samples]`, each from 0 to time. */
  readonly lengths: TensorData;
}

/** The name under which a program is fed the lengths of a ragged input. */
export function lengthsName(input: string): string {
  return `${input}:lengths`;
}

/**
 * Sequences of a ragged input: arrays of steps, each as long as it is, or `{ data, shape, lengths }`
 * padded by the user, or a plain tensor whose steps are all there.
 * @param features shape of one step
 * @throws {@link DataError}
 */
export function toRagged(name: string, value: unknown, features: readonly number[]): Ragged {
  if (!Array.isArray(value)) {
    const tensor = toTensorData(name, value);
    const [samples = 0, time = 0] = tensor.shape;
    if (isTensorData(value) && 'lengths' in value)
      return { tensor, lengths: checkedLengths(name, value.lengths, samples, time) };
    return { tensor, lengths: { data: new Int32Array(samples).fill(time), shape: [samples] } };
  }
  const steps = value.map((sample: unknown, i) => {
    if (Array.isArray(sample)) return sample as readonly unknown[];
    throw new DataError({
      code: 'not-a-tensor',
      subject: `${name}[${i}]`,
      expected: 'an array of steps',
      found: describe(sample),
    });
  });
  // A sequence without any step stands beside others; nothing but such has one step that is none.
  const time = Math.max(1, ...steps.map(({ length }) => length));
  const tensor = toTensorData(name, padded(steps, time, zeros(features)));
  const lengths = Int32Array.from(steps, ({ length }) => length);
  return { tensor, lengths: { data: lengths, shape: [steps.length] } };
}

/**
 * What is given for every step of ragged sequences, targets or weights: arrays of different lengths
 * are padded to `time`; anything else is left as it is.
 */
export function padSteps(value: unknown, time: number): unknown {
  if (!Array.isArray(value)) return value;
  const samples: readonly unknown[] = value;
  const isShort = (sample: unknown): boolean => Array.isArray(sample) && sample.length < time;
  const differ = new Set(samples.map((each) => (Array.isArray(each) ? each.length : -1))).size > 1;
  if (!differ || !samples.some(isShort)) return value;
  const first = samples.flatMap((each) => (Array.isArray(each) ? (each as unknown[]) : []))[0];
  return samples.map((each) =>
    Array.isArray(each) ? padTo(each as readonly unknown[], time, zerosLike(first)) : each,
  );
}

function padded(samples: readonly (readonly unknown[])[], time: number, zero: unknown): unknown[] {
  return samples.map((steps) => padTo(steps, time, zero));
}

function padTo(steps: readonly unknown[], time: number, zero: unknown): unknown[] {
  return [...steps, ...Array.from({ length: Math.max(0, time - steps.length) }, () => zero)];
}

function zeros([size, ...rest]: readonly number[]): unknown {
  return size === undefined ? 0 : Array.from({ length: size }, () => zeros(rest));
}

function zerosLike(value: unknown): unknown {
  return Array.isArray(value) ? value.map(zerosLike) : 0;
}

function checkedLengths(name: string, value: unknown, samples: number, time: number): TensorData {
  const lengths = toTensorData(`${name}.lengths`, value);
  if (lengths.shape.length !== 1 || lengths.shape[0] !== samples)
    throw new DataError({
      code: 'bad-shape',
      subject: `${name}.lengths`,
      expected: `[${samples}], one for each sample`,
      found: formatShape(lengths.shape),
    });
  for (let i = 0; i < samples; i++) {
    const length = lengths.data[i] as number;
    if (Number.isInteger(length) && length >= 0 && length <= time) continue;
    throw new DataError({
      code: 'bad-value',
      subject: `${name}.lengths[${i}]`,
      expected: `a whole number of steps from 0 to ${time}`,
      found: `${length}`,
    });
  }
  return lengths;
}
