/** From a model to the program that a backend compiles: predict, evaluate, trainStep, stream. */
import {
  isLossTable,
  isRecurrent,
  metricName,
  recurrentOptions,
  type LossSpec,
  type ResolvedModel,
  type TrainingSpec,
} from '@chronograd/spec';
import { gradients } from '../autodiff/index.ts';
import type { Value } from '../ir/builder.ts';
import { GraphError } from '../ir/errors.ts';
import { float32, type Entry, type Program, type TensorType } from '../ir/types.ts';
import { clipGradients } from '../training/clipping.ts';
import { meanLoss, targetType, type LossOperands } from '../training/losses.ts';
import { measure } from '../training/metrics.ts';
import { applyOptimizer, scalarsOf, slotName, slotsOf } from '../training/optimizers.ts';
import { constrain } from '../training/regularizers.ts';
import { EntryBuilder } from './entry-builder.ts';
import {
  boundShape,
  declareInputs,
  drops,
  forward,
  queueLength,
  queueName,
  type Forward,
} from './forward.ts';
import { generate, SAMPLE, sampleType, type GenerateOptions } from './generate.ts';
import { penalties } from './penalties.ts';
import { sizedStates, statefulName, streamName } from './recurrent-layer.ts';

/** Stands before the name of a metric in that of its weight. */
export const WEIGHT = 'weight/';

/** What can be done with a model. */
export type EntryName = 'predict' | 'evaluate' | 'trainStep' | 'stream' | 'generate';

/** Which program to build. */
export interface ProgramOptions {
  /** Size of the batch. */
  readonly batch: number;
  /** Loss, optimizer and metrics; needed by `evaluate` and `trainStep`. */
  readonly training?: TrainingSpec;
  readonly entries: readonly EntryName[];
  /**
   * Whether `evaluate` and `trainStep` take an input `sampleWeights`: `true` or `'sample'` for
   * `[batch]`, `'step'` for `[batch, time]`. Default false.
   */
  readonly sampleWeights?: boolean | 'sample' | 'step';
  /** How the entry `generate` goes on; needed by it alone. */
  readonly generate?: GenerateOptions;
}

/**
 * Builds the program of a model for one batch size and one length of time.
 *
 * Entries:
 * - `predict`: inputs are the model's, by layer name, `[batch, …shape]`; outputs are named by
 *   reference (`dense`, `lstm:h`).
 * - `evaluate`: further inputs `targets` (of a model with one output) or `targets/<reference>`, and
 *   `sampleWeights`; outputs `loss` [] (the sum over the model's outputs, and what its regularizers
 *   add) and every metric under its name [] (or `<name>/<reference>`): means over the batch. `rmse`
 *   is the mean square; take the root when all batches are averaged. Of a mean under a mask or with
 *   sample weights, `weight/<name>` [] is what it counts beside those of other batches, which else
 *   is their size.
 * - `trainStep`: further inputs `learningRate` float32 [], and `seed` uint32 [2] where the model
 *   drops anything; outputs as `evaluate` and `gradientNorm` [], the norm of all gradients before
 *   clipping. Writes parameters, slots and `optimizer/step`.
 * - `stream`: inputs are one step, `[batch, features]` for a sequence, and so are outputs.
 *
 * - `generate`: several steps in one call, each the input of the next; see `generate.ts`.
 *
 * State: parameters by name; `optimizer/<slot>/<parameter>`, `optimizer/step` (see
 * `training/optimizers.ts`); states of stateful layers `<layer>/state/h`, which predict, evaluate
 * and trainStep all read and write; `stream/<layer>/h` of every recurrent layer (stateful or not,
 * streaming starts from zero); `stream/<layer>/queue` `[batch, steps, channels]` of what a causal
 * convolution has read; `stream/sample`, the last step that was generated.
 *
 * @param model with shapes bound
 * @throws {@link GraphError} for a shape with null, a training that is missing or does not fit, a
 *   model that cannot stream
 */
export function buildProgram(model: ResolvedModel, options: ProgramOptions): Program {
  const state = programState(model, options);
  const build: Readonly<Record<EntryName, () => Entry>> = {
    predict: () => predict(state, model, options, false),
    stream: () => predict(state, model, options, true),
    evaluate: () => evaluate(state, model, options),
    trainStep: () => trainStep(state, model, options),
    generate: () => generate(state, model, options),
  };
  return {
    state,
    entries: Object.fromEntries(options.entries.map((name) => [name, build[name]()])),
  };
}

/** The parameters that gradients are taken for. */
function trainedOf(model: ResolvedModel): ResolvedModel['parameters'] {
  return model.parameters.filter(({ trainable }) => trainable !== false);
}

type State = Readonly<Record<string, TensorType>>;

function programState(model: ResolvedModel, options: ProgramOptions): State {
  const state: Record<string, TensorType> = {};
  const streams = options.entries.includes('stream') || options.entries.includes('generate');
  for (const { name, shape } of model.parameters) state[name] = float32(...shape);
  if (options.entries.includes('trainStep')) {
    const { optimizer } = trainingOf(options, 'trainStep');
    for (const { name } of scalarsOf(optimizer)) state[name] = float32();
    for (const slot of slotsOf(optimizer))
      for (const { name, shape } of trainedOf(model))
        state[slotName(slot, name)] = float32(...shape);
  }
  for (const { spec, inputs } of model.layers) {
    const length = streams ? queueLength(spec) : 0;
    if (length > 0)
      state[queueName(spec.name)] = float32(options.batch, length, inputs[0]?.shape.at(-1) ?? 0);
    if (!isRecurrent(spec)) continue;
    for (const { name, size } of sizedStates(spec, inputs[0]?.shape.at(-1) ?? 0)) {
      const type = float32(options.batch, size);
      if (recurrentOptions(spec).stateful) state[statefulName(spec.name, name)] = type;
      if (streams) state[streamName(spec.name, name)] = type;
    }
  }
  if (options.entries.includes('generate')) state[SAMPLE] = sampleType(model, options.batch);
  return state;
}

function predict(
  state: State,
  model: ResolvedModel,
  { batch }: ProgramOptions,
  streaming: boolean,
): Entry {
  const entry = new EntryBuilder(state);
  const inputs = declareInputs(entry, model, { batch, streaming });
  const { values } = forward(entry, model, inputs, { batch, streaming });
  for (const { reference } of model.outputs)
    entry.output(reference, values.get(reference) as Value);
  return entry.finish();
}

function evaluate(state: State, model: ResolvedModel, options: ProgramOptions): Entry {
  const entry = new EntryBuilder(state);
  const training = trainingOf(options, 'evaluate');
  const { batch } = options;
  const inputs = declareInputs(entry, model, { batch, streaming: false });
  const judge = declareTargets(entry, model, training, options);
  judge(forward(entry, model, inputs, { batch, streaming: false }));
  return entry.finish();
}

function trainStep(state: State, model: ResolvedModel, options: ProgramOptions): Entry {
  const entry = new EntryBuilder(state);
  const { b } = entry;
  const training = trainingOf(options, 'trainStep');
  const { optimizer } = training;
  const { batch } = options;
  const inputs = declareInputs(entry, model, { batch, streaming: false });
  const judge = declareTargets(entry, model, training, options);
  const learningRate = entry.input('learningRate', float32());
  const seed = model.layers.some(({ spec }) => drops(spec))
    ? entry.input('seed', { dtype: 'uint32', shape: [2] })
    : undefined;
  const trained = trainedOf(model);
  const parameters = trained.map(({ name }) => entry.read(name));
  const slots = trained.map(({ name }) =>
    slotsOf(optimizer).map((slot) => entry.read(slotName(slot, name))),
  );
  const scalars = scalarsOf(optimizer).map(({ name }) => entry.read(name));
  const dropping = seed ? { seed } : {};
  const results = forward(entry, model, inputs, {
    batch,
    streaming: false,
    training: true,
    ...dropping,
  });
  const loss = judge(results);
  const clipped = clipGradients(b, gradients(b, loss, parameters), optimizer);
  entry.output('gradientNorm', clipped.norm);
  const updated = applyOptimizer(b, optimizer, {
    learningRate,
    scalars,
    updates: parameters.map((parameter, i) => ({
      parameter,
      gradient: clipped.gradients[i] as Value,
      slots: slots[i] as Value[],
    })),
  });
  trained.forEach(({ name, constraint }, i) => {
    const update = updated.updates[i];
    if (!update) return;
    const { parameter } = update;
    entry.write(name, constraint ? constrain(b, constraint, parameter) : parameter);
    slotsOf(optimizer).forEach((slot, k) =>
      entry.write(slotName(slot, name), update.slots[k] as Value),
    );
  });
  scalarsOf(optimizer).forEach(({ name }, i) => entry.write(name, updated.scalars[i] as Value));
  return entry.finish();
}

/**
 * Declares targets and sample weights; what it returns writes the outputs `loss` and metrics for
 * the values of all references, and returns the loss.
 */
function declareTargets(
  entry: EntryBuilder,
  model: ResolvedModel,
  training: TrainingSpec,
  { batch, sampleWeights = false }: ProgramOptions,
): (results: Forward) => Value {
  const { b } = entry;
  const single = model.outputs.length === 1;
  const judged = lossesOf(model, training).map(({ reference, shape, loss }) => {
    const bound = boundShape(reference, shape);
    const type = targetType(loss, float32(batch, ...bound));
    const target = entry.input(single ? 'targets' : `targets/${reference}`, type);
    return { reference, loss, target, bound };
  });
  const weights = sampleWeights
    ? entry.input('sampleWeights', float32(batch, ...weightedSteps(judged, sampleWeights)))
    : undefined;
  return ({ values, masks, activities }) => {
    const operandsOf = (reference: string, target: Value): LossOperands => {
      const mask = masks.get(reference);
      return {
        prediction: values.get(reference) as Value,
        target,
        ...(weights && { weights }),
        ...(mask && { mask }),
      };
    };
    const losses = judged.map(({ reference, loss, target }) =>
      meanLoss(b, loss, operandsOf(reference, target)),
    );
    const all = [...losses, ...penalties(entry, model, activities, batch)];
    const total = all.reduce((sum, loss) => b.add(sum, loss));
    entry.output('loss', total);
    for (const metric of training.metrics)
      for (const { reference, loss, target } of judged) {
        const own = metricName(metric);
        const name = single ? own : `${own}/${reference}`;
        const { mean, weight } = measure(b, metric, loss, operandsOf(reference, target));
        entry.output(name, mean);
        if (weight) entry.output(`${WEIGHT}${name}`, weight);
      }
    return total;
  };
}

/** The shape of sample weights without the batch: none, or the length of time. */
function weightedSteps(
  judged: readonly { readonly reference: string; readonly bound: readonly number[] }[],
  kind: true | 'sample' | 'step',
): readonly number[] {
  if (kind !== 'step') return [];
  const lengths = judged.map(({ reference, bound }) => {
    if (bound.length < 2)
      throw new GraphError(
        'sampleWeights',
        reference,
        'an output [batch, time, …] for weights of every step',
        `[batch, ${bound.join(', ')}]`,
      );
    return bound[0] as number;
  });
  const [first = 0] = lengths;
  if (lengths.some((length) => length !== first))
    throw new GraphError('sampleWeights', 'outputs', 'one length of time', lengths.join(', '));
  return [first];
}

/** The outputs that have a loss, in the model's order, each with its loss. */
function lossesOf(
  model: ResolvedModel,
  { loss }: TrainingSpec,
): readonly {
  readonly reference: string;
  readonly shape: readonly (number | null)[];
  readonly loss: LossSpec;
}[] {
  if (!isLossTable(loss))
    return model.outputs.map(({ reference, shape }) => ({ reference, shape, loss }));
  const references = model.outputs.map(({ reference }) => reference);
  for (const name of Object.keys(loss))
    if (!references.includes(name))
      throw new GraphError('loss', name, `an output of the model: ${references.join(', ')}`, name);
  return model.outputs.flatMap(({ reference, shape }) => {
    const own = loss[reference];
    return own ? [{ reference, shape, loss: own }] : [];
  });
}

function trainingOf({ training }: ProgramOptions, entry: EntryName): TrainingSpec {
  if (!training) throw new GraphError(entry, 'training', 'a loss and an optimizer', 'none');
  return training;
}
