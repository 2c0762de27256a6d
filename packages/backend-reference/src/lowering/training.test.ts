/** Whole training steps: trajectories against Keras, gradients against finite differences. */
import { buildProgram, type Program } from '@chronograd/graph';
import { parseTraining, type ResolvedModel } from '@chronograd/spec';
import { describe, expect, it } from 'vitest';
import { interpret } from '../interpret.ts';
import { float64, type Tensor64 } from '../tensor.ts';
import { goldenCases, goldenError, resolve, toTensor, type GoldenTensor } from './golden.ts';

interface TrainingCase {
  readonly name: string;
  readonly model: unknown;
  readonly training: { readonly optimizer: { readonly learningRate: number } };
  /** In the order of the model's parameters. */
  readonly parameters: readonly GoldenTensor[];
  readonly batches: readonly { readonly inputs: GoldenTensor; readonly targets: GoldenTensor }[];
  readonly sampleWeights?: GoldenTensor;
  readonly losses: readonly number[];
  readonly after: readonly GoldenTensor[];
}

type State = Map<string, Tensor64>;

function startOf(
  program: Program,
  model: ResolvedModel,
  parameters: readonly GoldenTensor[],
): State {
  const state: State = new Map();
  for (const [name, { shape }] of Object.entries(program.state)) {
    const size = shape.reduce((product, dimension) => product * dimension, 1);
    state.set(name, float64(shape, new Float64Array(size).fill(name.endsWith('uProduct') ? 1 : 0)));
  }
  model.parameters.forEach(({ name }, i) =>
    state.set(name, toTensor(parameters[i] as GoldenTensor)),
  );
  return state;
}

/** Runs an entry; writes the state, returns the outputs. */
function run(
  program: Program,
  name: string,
  feeds: Readonly<Record<string, Tensor64>>,
  state: State,
): Readonly<Record<string, Tensor64>> {
  const entry = program.entries[name];
  if (!entry) throw new Error(`no entry ${name}`);
  const found = interpret(entry.func, [
    ...entry.inputs.map((input) => feeds[input.name] as Tensor64),
    ...entry.reads.map((read) => state.get(read) as Tensor64),
  ]);
  entry.writes.forEach((write, i) => state.set(write, found[entry.outputs.length + i] as Tensor64));
  return Object.fromEntries(entry.outputs.map((output, i) => [output.name, found[i] as Tensor64]));
}

describe('training', () => {
  it.each(goldenCases<TrainingCase>('training'))('$name: twenty steps', (trainingCase) => {
    const { training: document, batches, sampleWeights, losses, after } = trainingCase;
    const model = resolve(trainingCase.model);
    const program = buildProgram(model, {
      batch: batches[0]?.inputs.shape[0] as number,
      training: parseTraining(document),
      entries: ['evaluate', 'trainStep'],
      sampleWeights: sampleWeights !== undefined,
    });
    const state = startOf(program, model, trainingCase.parameters);
    losses.forEach((expected, step) => {
      const { inputs, targets } = batches[step % batches.length] as (typeof batches)[number];
      const feeds = {
        input: toTensor(inputs),
        targets: toTensor(targets),
        ...(sampleWeights ? { sampleWeights: toTensor(sampleWeights) } : {}),
        learningRate: float64([], [document.optimizer.learningRate]),
      };
      const before = run(program, 'evaluate', feeds, state);
      const { loss } = run(program, 'trainStep', feeds, state);
      expect(loss?.data[0]).toBeCloseTo(expected, 11);
      expect(before['loss']?.data[0]).toBe(loss?.data[0]);
    });
    model.parameters.forEach(({ name }, i) =>
      expect(goldenError(state.get(name), after[i] as GoldenTensor), name).toBeLessThan(1e-11),
    );
  });
});
