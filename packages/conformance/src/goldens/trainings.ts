/** Twenty steps of whole models: losses and parameters. */
import { float64, fromHost, type Tensors64 } from '@chronograd/backend-reference';
import { buildProgram, initialState } from '@chronograd/graph';
import { parseModel, parseTraining, resolveModel } from '@chronograd/spec';
import file from './training.json' with { type: 'json' };
import {
  allExpected,
  casesOf,
  toTensor,
  type Golden,
  type GoldenRun,
  type GoldenTensor,
} from './golden.ts';
import { mapValues } from '../kinds/script.ts';

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

function build(each: TrainingCase): GoldenRun {
  const { batches, sampleWeights, losses, after, training: document } = each;
  const model = resolveModel(parseModel(each.model));
  const training = parseTraining(document);
  const program = buildProgram(model, {
    batch: batches[0]?.inputs.shape[0] ?? 0,
    training,
    entries: ['trainStep'],
    sampleWeights: sampleWeights !== undefined,
  });
  const byParameter = (tensors: readonly GoldenTensor[]) =>
    Object.fromEntries(model.parameters.map(({ name }, i) => [name, tensors[i] as GoldenTensor]));
  const class_ = training.optimizer.type === 'sgd' ? 'sgdTrajectory' : 'adamTrajectory';
  return {
    script: {
      program,
      state: {
        ...mapValues(initialState(program, model, 0), fromHost),
        ...mapValues(byParameter(each.parameters), toTensor),
      },
      calls: losses.map((_, step) => {
        const { inputs, targets } = batches[step % batches.length] as (typeof batches)[number];
        const feeds: Tensors64 = {
          input: toTensor(inputs),
          targets: toTensor(targets),
          ...(sampleWeights && { sampleWeights: toTensor(sampleWeights) }),
          learningRate: float64([], [document.optimizer.learningRate]),
        };
        return { entry: 'trainStep', feeds };
      }),
    },
    expected: losses.map((loss, call) => ({
      call,
      outputs: { loss: { dtype: 'float32', shape: [], data: [loss] } },
      state: call === losses.length - 1 ? allExpected(byParameter(after)) : {},
      tolerance: { outputs: call === 0 ? 'forward' : class_, state: class_ },
    })),
  };
}

/** Goldens of whole trainings. */
export const trainingGoldens: readonly Golden[] = casesOf<TrainingCase>(file).map((each) => ({
  row: { group: 'models', subject: each.name },
  name: '20 steps',
  build: () => build(each),
  bound64: 1e-10,
}));
