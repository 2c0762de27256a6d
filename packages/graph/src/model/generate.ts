/**
 * The entry `generate`: several steps in one call, each of them drawn from what the model says of
 * it, and the input of the next.
 */
import type { ResolvedModel } from '@chronograd/spec';
import { scan } from '../autodiff/scan.ts';
import { Builder, type Value } from '../ir/builder.ts';
import { GraphError } from '../ir/errors.ts';
import { float32, type Entry, type TensorType } from '../ir/types.ts';
import { lagsOf } from './convolution-layers.ts';
import { EntryBuilder } from './entry-builder.ts';
import { boundShape, forward, isSequenceInput, queueLength, queueName } from './forward.ts';
import { drawStep, type Distribution } from './sampling.ts';

/** How an entry generates. */
export interface GenerateOptions {
  /** Steps of one call, at least 1. */
  readonly steps: number;
  /** What the model's output says of the next step. */
  readonly distribution: Distribution;
}

/** State of the last step that was generated. */
export const SAMPLE = 'stream/sample';

/** Name of the input layer whose next step the model says: the first. */
function fedBack(model: ResolvedModel): string {
  const [first] = model.inputs;
  if (first) return first.reference;
  throw new GraphError('generate', model.spec.name, 'a model with an input', 'none');
}

/** Type of {@link SAMPLE}: one step of the input that is fed back, `[batch, features]`. */
export function sampleType(model: ResolvedModel, batch: number): TensorType {
  const [first] = model.inputs;
  const shape = boundShape(first?.reference ?? '', first?.shape ?? []);
  if (!isSequenceInput(shape, first?.dtype ?? 'float32'))
    throw new GraphError('generate', fedBack(model), 'a sequence', `[${shape.join(', ')}]`);
  return float32(batch, ...shape.slice(1));
}

/**
 * Builds the entry. With K = `steps`:
 *
 * - Inputs: `forced` `[K, batch, features]` and `isForced` bool `[K]`: steps that are given, in
 *   place of what was drawn before (priming); `keys` uint32 `[K, 2]`, one for each step, so that
 *   what is drawn depends on the step alone; `temperature` `[]`; every further input of the model,
 *   a sequence as `[K, batch, features]`, any other as it is.
 * - Output: `samples` `[K, batch, features]`, the step that follows each input.
 * - State: that of `stream`, and `stream/sample`.
 *
 * Convolutions read their past from queues (Le Paine et al. 2016, "Fast Wavenet generation
 * algorithm"), so that a step costs as many products as there are layers. Taps that look back K
 * steps or more meet what was there before the call: all K of them are one slice of the queue,
 * which is moved once a call rather than once a step.
 *
 * @throws {@link GraphError} for a model that cannot stream, or does not say what the distribution
 *   needs
 */
export function generate(
  state: Readonly<Record<string, TensorType>>,
  model: ResolvedModel,
  options: { readonly batch: number; readonly generate?: GenerateOptions },
): Entry {
  const { batch, generate: own } = options;
  if (!own) throw new GraphError('generate', 'options', 'steps and a distribution', 'none');
  const { steps } = own;
  if (!Number.isInteger(steps) || steps < 1)
    throw new GraphError('generate', 'steps', 'a whole number above 0', `${steps}`);
  const entry = new EntryBuilder(state);
  const { b } = entry;
  const sample = state[SAMPLE] as TensorType;
  const forced = entry.input('forced', float32(steps, ...sample.shape));
  const isForced = entry.input('isForced', { dtype: 'bool', shape: [steps] });
  const keys = entry.input('keys', { dtype: 'uint32', shape: [steps, 2] });
  const temperature = entry.input('temperature', float32());
  const others = model.inputs.slice(1).map(({ reference, shape, dtype }) => {
    const bound = boundShape(reference, shape);
    const isSequence = isSequenceInput(bound, dtype);
    const type = isSequence ? [steps, batch, ...bound.slice(1)] : [batch, ...bound];
    return { reference, isSequence, value: entry.input(reference, { dtype, shape: type }) };
  });
  const parameters = model.parameters.map(({ name }) => ({ name, value: entry.read(name) }));
  const queues = queuesOf(model, steps).map((queue) => ({
    ...queue,
    value: entry.read(queueName(queue.layer)),
  }));
  const kept = Object.keys(state).filter(
    (name) => name.startsWith('stream/') && name !== SAMPLE && !name.endsWith('/queue'),
  );
  const registers = queues.filter(({ register }) => register > 0);
  const far = queues.flatMap((queue) => queue.far.map((lag) => ({ queue, lag })));
  const sequences = others.filter(({ isSequence }) => isSequence);
  const vectors = others.filter(({ isSequence }) => !isSequence);

  const { carries, ys } = scan(
    b,
    {
      consts: [temperature, ...parameters, ...vectors].map((each) =>
        'value' in each ? each.value : each,
      ),
      init: [
        entry.read(SAMPLE),
        ...kept.map((name) => entry.read(name)),
        ...registers.map(({ value, length, register }) =>
          b.sliceAxis(value, 1, length - register, length),
        ),
      ],
      xs: [
        forced,
        isForced,
        keys,
        ...sequences.map(({ value }) => value),
        ...far.map(({ queue, lag }) => pastOf(b, queue.value, queue.length - lag, steps)),
      ],
      length: steps,
      reverse: false,
    },
    (body, values) => {
      const [heat, ...consts] = values.consts as [Value, ...Value[]];
      const [last, ...old] = values.carries as [Value, ...Value[]];
      const [given, isGiven, key, ...xs] = values.xs as [Value, Value, Value, ...Value[]];
      const named = new Map<string, Value>();
      parameters.forEach(({ name }, i) => named.set(name, consts[i] as Value));
      kept.forEach((name, i) => named.set(name, old[i] as Value));
      const next = new Map<string, Value>();
      const lines = new Map(
        registers.map(({ layer }, i) => [layer, old[kept.length + i] as Value]),
      );
      const farTaps = new Map(
        far.map(({ queue, lag }, i) => [
          `${queue.layer} ${lag}`,
          xs[sequences.length + i] as Value,
        ]),
      );
      const seen = new Map<string, Value>();
      const delayed = (layer: string, x: Value, lags: readonly number[]): Value[] => {
        seen.set(layer, x);
        const line = lines.get(layer);
        const size = line?.type.shape[1] ?? 0;
        if (line) {
          const grown = body.concat([line, body.reshape(x, [batch, 1, x.type.shape[1] ?? 0])], 1);
          lines.set(layer, body.sliceAxis(grown, 1, 1, size + 1));
        }
        return lags.map((lag) => {
          const tap = farTaps.get(`${layer} ${lag}`);
          if (tap) return tap;
          const one = body.sliceAxis(line as Value, 1, size - lag, size - lag + 1);
          return body.reshape(one, x.type.shape);
        });
      };
      const input = body.select(isGiven, given, last);
      const { dtype } = model.inputs[0] ?? { dtype: 'float32' };
      const inputs = new Map<string, Value>([[fedBack(model), body.cast(input, dtype)]]);
      sequences.forEach(({ reference }, i) => inputs.set(reference, xs[i] as Value));
      vectors.forEach(({ reference }, i) =>
        inputs.set(reference, consts[parameters.length + i] as Value),
      );
      const surroundings = {
        b: body,
        read: (name: string) => named.get(name) as Value,
        latest: (name: string) => (next.get(name) ?? named.get(name)) as Value,
        write: (name: string, value: Value) => void next.set(name, value),
        delayed,
      };
      const { values: found } = forward(surroundings, model, inputs, { batch, streaming: true });
      const output = found.get(model.outputs[0]?.reference ?? '') as Value;
      const drawn = drawStep(body, own.distribution, {
        output,
        key,
        temperature: heat,
        like: sample,
      });
      return {
        carries: [
          drawn,
          ...kept.map((name, i) => next.get(name) ?? (old[i] as Value)),
          ...registers.map(({ layer }) => lines.get(layer) as Value),
        ],
        ys: [drawn, ...queues.map(({ layer }) => seen.get(layer) as Value)],
      };
    },
  );
  const [samples, ...read] = ys as [Value, ...Value[]];
  entry.output('samples', samples);
  entry.write(SAMPLE, carries[0] as Value);
  kept.forEach((name, i) => entry.write(name, carries[1 + i] as Value));
  queues.forEach(({ layer, value, length }, i) => {
    const all = b.concat([value, b.transpose(read[i] as Value, [1, 0, 2])], 1);
    entry.write(queueName(layer), b.sliceAxis(all, 1, steps, steps + length));
  });
  return entry.finish();
}

/** The queue of a convolution, and how its taps read it in a call of so many steps. */
interface Queue {
  readonly layer: string;
  /** Steps that it holds. */
  readonly length: number;
  /** Lags that reach back behind the call at every step of it. */
  readonly far: readonly number[];
  /** Steps that are carried from step to step for the other taps: the greatest of their lags. */
  readonly register: number;
}

function queuesOf(model: ResolvedModel, steps: number): Queue[] {
  return model.layers.flatMap(({ spec }) => {
    const length = queueLength(spec);
    if (spec.type !== 'conv1d' || length === 0) return [];
    const lags = lagsOf(spec);
    const near = lags.filter((lag) => lag < steps);
    return [
      {
        layer: spec.name,
        length,
        far: lags.filter((lag) => lag >= steps),
        register: near[0] ?? 0,
      },
    ];
  });
}

/** `steps` steps of a queue from step `from`, time first: `[steps, batch, channels]`. */
function pastOf(b: Builder, queue: Value, from: number, steps: number): Value {
  return b.transpose(b.sliceAxis(queue, 1, from, from + steps), [1, 0, 2]);
}
