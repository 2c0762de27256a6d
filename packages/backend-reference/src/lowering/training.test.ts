/** Whole trainings against Keras. */
import { buildProgram, prepare } from '@chronograd/graph';
import { parseModel, parseTraining, resolveModel } from '@chronograd/spec';
import { describe, expect, it } from 'vitest';
import { float64 } from '../tensor.ts';
import { goldenCases, goldenError, toTensor, type GoldenTensor } from './golden.ts';
import { runEntry, startState } from './programs.ts';

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

describe('training', () => {
  it.each(goldenCases<TrainingCase>('training'))('$name: twenty steps', (trainingCase) => {
    const { training: document, batches, sampleWeights, losses, after } = trainingCase;
    const model = resolveModel(parseModel(trainingCase.model));
    const built = buildProgram(model, {
      batch: batches[0]?.inputs.shape[0] as number,
      training: parseTraining(document),
      entries: ['evaluate', 'trainStep'],
      sampleWeights: sampleWeights !== undefined,
    });
    const program = prepare(built);
    const given = model.parameters.map(({ name }, i) => [name, trainingCase.parameters[i]]);
    const state = startState(program, model, 0, Object.fromEntries(given));
    losses.forEach((expected, step) => {
      const { inputs, targets } = batches[step % batches.length] as (typeof batches)[number];
      const feeds = {
        input: toTensor(inputs),
        targets: toTensor(targets),
        ...(sampleWeights ? { sampleWeights: toTensor(sampleWeights) } : {}),
        learningRate: float64([], [document.optimizer.learningRate]),
      };
      const before = runEntry(program, 'evaluate', feeds, state);
      const { loss } = runEntry(program, 'trainStep', feeds, state);
      expect(loss?.data[0]).toBeCloseTo(expected, 11);
      expect(before['loss']?.data[0]).toBe(loss?.data[0]);
    });
    model.parameters.forEach(({ name }, i) =>
      expect(goldenError(state.get(name), after[i] as GoldenTensor), name).toBeLessThan(1e-11),
    );
  });
});
