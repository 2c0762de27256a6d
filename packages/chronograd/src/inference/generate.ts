/** Sequences that a model makes, each step of them the input of the next. */
import type { HostTensor } from '@chronograd/backend';
import {
  buildProgram,
  isSequenceInput,
  SAMPLE,
  sizeOf,
  threefry2x32,
  type Distribution,
  type Program,
  type TensorType,
} from '@chronograd/graph';
import { isLossTable } from '@chronograd/spec';
import { byName, type Tensors } from '../data/by-name.ts';
import type { Core } from '../engine/core.ts';
import { bindExample } from '../engine/example-lengths.ts';
import { DataError, formatShape } from '../errors.ts';
import { badOption, checkInteger, checkNumber } from '../options.ts';
import { Tensor, checkFinite, toTensorData, type TensorLike } from '../tensors/tensor.ts';
import { checkSingleOutput } from './outputs.ts';

/** Options of {@link Model.generate}. */
export interface GenerateOptions {
  /** Steps to make. */
  readonly steps: number;
  /** Sequences side by side. Default: as many as `prime` has, else 1. */
  readonly batch?: number;
  /**
   * What comes before, `[batch, time, features]` (`[batch, time]` of classes): the first step that
   * is made follows its last. Default: one step of zeros.
   */
  readonly prime?: TensorLike;
  /**
   * Further inputs of the model by name: of a sequence, a value for every step that is read, those
   * of `prime` first, `[batch, prime + steps - 1, features]`; of any other, `[batch, features]`.
   */
  readonly conditioning?: Readonly<Record<string, TensorLike>>;
  /**
   * How freely steps are drawn: 1 as the model says; less for likelier ones; 0 for the likeliest.
   * Default 1.
   */
  readonly temperature?: number;
  /** Of what is drawn: the same seed gives the same steps on every backend. Default 0. */
  readonly seed?: number;
  /**
   * What the output says of the next step. Default: as the model was trained, `softmax` for
   * categorical cross-entropy, `gaussian` and `logistics` for those losses, else `point`.
   */
  readonly distribution?: Distribution;
  /** Steps that the engine makes in one call; no step depends on it. Default 64. */
  readonly stepsPerCall?: number;
}

/** Names of the options, so that a misspelt one is refused. */
const NAMES: Readonly<Record<keyof GenerateOptions, true>> = {
  steps: true,
  batch: true,
  prime: true,
  conditioning: true,
  temperature: true,
  seed: true,
  distribution: true,
  stepsPerCall: true,
};

/** Steps that a model makes, `[batch, steps, features]`; see {@link Model.generate}. */
export async function generateSteps(core: Core, options: GenerateOptions): Promise<Tensor> {
  const { model } = core;
  checkSingleOutput(model, 'generate', 'stream.stepAll');
  for (const name of Object.keys(options))
    if (!Object.hasOwn(NAMES, name)) throw badOption(name, 'an option of generate', `"${name}"`);
  const { steps, temperature = 1, seed = 0, stepsPerCall = 64 } = options;
  checkInteger('steps', steps, 1);
  checkInteger('seed', seed, 0);
  checkInteger('stepsPerCall', stepsPerCall, 1);
  checkNumber('temperature', temperature, 0);
  const prime = options.prime === undefined ? undefined : toTensorData('prime', options.prime);
  const batch = options.batch ?? prime?.shape[0] ?? 1;
  checkInteger('batch', batch, 1);
  const perCall = Math.min(stepsPerCall, (prime?.shape[1] ?? 1) + steps - 1);
  const { program, sample } = generateProgram(core, batch, {
    steps: perCall,
    distribution: options.distribution ?? distributionOf(core),
  });
  const given = timeFirst('prime', prime ?? zeros(sample), sample, undefined);
  const total = given.time + steps - 1;
  const others = conditioningOf(core, program, total, options.conditioning ?? {});
  const executable = await core.backend.compile(program, { shareStateWith: core.state.root });
  try {
    await executable.writeState(startOf(program));
    const width = sizeOf(sample.shape);
    const made = new Float32Array(Math.ceil(total / perCall) * perCall * width);
    for (let start = 0; start < total; start += perCall) {
      const feeds: Record<string, HostTensor> = {
        forced: window(given.values, start, perCall, sample.shape),
        isForced: {
          dtype: 'bool',
          shape: [perCall],
          data: Uint8Array.from({ length: perCall }, (_, i) => Number(start + i < given.time)),
        },
        keys: { dtype: 'uint32', shape: [perCall, 2], data: keysOf(seed, start, perCall) },
        temperature: { dtype: 'float32', shape: [], data: Float32Array.of(temperature) },
      };
      for (const other of others) feeds[other.name] = other.at(start);
      const { samples } = await executable.run('generate', feeds);
      const { data } = (await samples?.data()) as HostTensor;
      made.set(data, start * width);
    }
    return batchFirst(made.subarray((given.time - 1) * width, total * width), steps, sample);
  } finally {
    await executable.dispose();
  }
}

/** What a model that was trained by a loss says of the next step. */
function distributionOf({ training }: Core): Distribution {
  const loss = training?.loss;
  if (loss === undefined || isLossTable(loss)) return 'point';
  switch (loss.type) {
    case 'categoricalCrossentropy':
    case 'sparseCategoricalCrossentropy':
      return 'softmax';
    case 'gaussian':
    case 'logistics':
      return loss.type;
    default:
      return 'point';
  }
}

/**
 * The program with states of its own, and the type of a step. Runs of one batch size have the same
 * states, for what is shared stays with the model: so they must follow each other.
 */
function generateProgram(
  { model }: Core,
  batch: number,
  options: { readonly steps: number; readonly distribution: Distribution },
): { readonly program: Program; readonly sample: TensorType } {
  const built = buildProgram(bindExample(model), {
    batch,
    entries: ['generate'],
    generate: options,
  });
  const id = `generate/${batch}`;
  const renamed = (name: string): string => (name.startsWith('stream/') ? `${id}/${name}` : name);
  const entry = built.entries['generate'];
  if (!entry) throw new TypeError('buildProgram made no entry "generate"');
  const reads = entry.reads.map(renamed);
  const writes = entry.writes.map(renamed);
  const state: Record<string, TensorType> = {};
  for (const [name, type] of Object.entries(built.state))
    if (reads.includes(renamed(name)) || writes.includes(renamed(name)))
      state[renamed(name)] = type;
  return {
    program: { state, entries: { generate: { ...entry, reads, writes } } },
    sample: built.state[SAMPLE] as TensorType,
  };
}

/** Zeros for the states of a run. */
function startOf({ state }: Program): Record<string, HostTensor> {
  const own = Object.entries(state).filter(([name]) => name.startsWith('generate/'));
  return Object.fromEntries(
    own.map(([name, { shape }]): [string, HostTensor] => [
      name,
      { dtype: 'float32', shape, data: new Float32Array(sizeOf(shape)) },
    ]),
  );
}

/** A key for each step, which depends on the seed and the number of the step alone. */
function keysOf(seed: number, start: number, count: number): Uint32Array {
  const keys = new Uint32Array(2 * count);
  const [low, high] = [seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0];
  for (let i = 0; i < count; i++) keys.set(threefry2x32(low, high, start + i, 0x67656e), 2 * i);
  return keys;
}

interface Source {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

function zeros({ shape: [batch = 1, ...features] }: TensorType): Source {
  const shape = [batch, 1, ...features];
  return { shape, data: new Float32Array(sizeOf(shape)) };
}

/**
 * `[batch, time, …]` as `[time, batch, …]`.
 *
 * @param time how many steps there must be; any number if left out
 */
function timeFirst(
  subject: string,
  source: Source,
  { shape: [batch = 1, ...rest] }: Pick<TensorType, 'shape'>,
  time: number | undefined,
): { readonly values: Float32Array; readonly time: number } {
  const [foundBatch, foundTime = 0, ...foundRest] = source.shape;
  const fits =
    foundBatch === batch &&
    foundTime > 0 &&
    (time === undefined || foundTime === time) &&
    rest.length === foundRest.length &&
    rest.every((size, i) => size === foundRest[i]);
  if (!fits)
    throw new DataError({
      code: 'bad-shape',
      subject,
      expected: `[${[batch, time ?? 'time', ...rest].join(', ')}]`,
      found: formatShape(source.shape),
    });
  checkFinite(subject, source);
  const size = sizeOf(rest);
  const values = new Float32Array(foundTime * batch * size);
  for (let n = 0; n < batch; n++)
    for (let t = 0; t < foundTime; t++)
      for (let i = 0; i < size; i++)
        values[(t * batch + n) * size + i] = source.data[(n * foundTime + t) * size + i] ?? NaN;
  return { values, time: foundTime };
}

/** Steps from `start` of a sequence `[time, …]`, zeros beyond its end. */
function window(
  values: Float32Array,
  start: number,
  count: number,
  step: readonly number[],
): HostTensor {
  const size = sizeOf(step);
  const data = new Float32Array(count * size);
  data.set(values.subarray(start * size, (start + count) * size));
  return { dtype: 'float32', shape: [count, ...step], data };
}

/** What the further inputs are fed in each call. */
function conditioningOf(
  { model }: Core,
  { entries }: Program,
  total: number,
  conditioning: Readonly<Record<string, TensorLike>>,
): readonly { readonly name: string; readonly at: (start: number) => HostTensor }[] {
  const own = new Set(['forced', 'isForced', 'keys', 'temperature']);
  const inputs = (entries['generate']?.inputs ?? []).filter(({ name }) => !own.has(name));
  const names = inputs.map(({ name }) => name);
  const given: Tensors = conditioning;
  return byName('conditioning', names, given).map(([name, tensor]) => {
    const subject = `conditioning.${name}`;
    const source = toTensorData(subject, tensor);
    const type = inputs.find((input) => input.name === name)?.type as TensorType;
    const layer = model.inputs.find(({ reference }) => reference === name);
    if (!isSequenceInput(layer?.shape ?? [], type.dtype)) {
      if (formatShape(source.shape) !== formatShape(type.shape))
        throw new DataError({
          code: 'bad-shape',
          subject,
          expected: formatShape(type.shape),
          found: formatShape(source.shape),
        });
      checkFinite(subject, source);
      const fixed = asType(type, Float32Array.from(source.data));
      return { name, at: () => fixed };
    }
    const [perCall = 0, ...step] = type.shape;
    const { values } = timeFirst(subject, source, { shape: step }, total);
    return {
      name,
      at: (start: number) =>
        asType(type, (window(values, start, perCall, step) as HostTensor<'float32'>).data),
    };
  });
}

function asType({ dtype, shape }: TensorType, data: Float32Array): HostTensor {
  if (dtype === 'int32') return { dtype, shape, data: Int32Array.from(data) };
  return { dtype: 'float32', shape, data };
}

/** `[steps, batch, …]` as a tensor `[batch, steps, …]`. */
function batchFirst(
  values: Float32Array,
  steps: number,
  { shape: [batch = 1, ...rest] }: TensorType,
): Tensor {
  const size = sizeOf(rest);
  const data = new Float32Array(values.length);
  for (let t = 0; t < steps; t++)
    for (let n = 0; n < batch; n++)
      data.set(
        values.subarray((t * batch + n) * size, (t * batch + n + 1) * size),
        (n * steps + t) * size,
      );
  return new Tensor('float32', [batch, steps, ...rest], data);
}
