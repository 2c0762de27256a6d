/** Layers without a recurrent state, on sequences with steps that are passed over. */
import { buildProgram } from '@chronograd/graph';
import { parseModel, parseTraining, resolveModel, type LayerDocument } from '@chronograd/spec';
import {
  casesOf,
  expectedOf,
  toTensor,
  type Golden,
  type GoldenRun,
  type GoldenTensor,
} from './golden.ts';
import file from './masked_layers.json' with { type: 'json' };

interface MaskedLayerCase {
  readonly name: 'globalAveragePooling1d' | 'batchNormalization';
  readonly x: GoldenTensor;
  /** `[batch, time]` of 0 and 1. */
  readonly mask: GoldenTensor;
  readonly output?: GoldenTensor;
  readonly target?: GoldenTensor;
  readonly loss?: GoldenTensor;
  readonly movingMean?: GoldenTensor;
  readonly movingVariance?: GoldenTensor;
}

/** What x holds at masked steps. */
const NO_STEP = 5;

const model = (layer: LayerDocument) =>
  resolveModel(
    parseModel({
      layers: [
        { type: 'input', name: 'x', shape: [4, 2] },
        { type: 'masking', maskValue: NO_STEP },
        layer,
      ],
    }),
  );

function marked({ shape, data }: GoldenTensor, mask: GoldenTensor): GoldenTensor {
  return { shape, data: data.map((x, i) => (mask.data[Math.floor(i / 2)] ? x : NO_STEP)) };
}

const given = (tensor: GoldenTensor | undefined): GoldenTensor => tensor as GoldenTensor;
const vector = (value: number): GoldenTensor => ({ shape: [2], data: [value, value] });

function pooled({ x, mask, output }: MaskedLayerCase): GoldenRun {
  const program = buildProgram(model({ type: 'globalAveragePooling1d', name: 'y' }), {
    batch: 3,
    entries: ['predict'],
  });
  return {
    script: {
      program,
      state: {},
      calls: [{ entry: 'predict', feeds: { x: toTensor(marked(x, mask)) } }],
    },
    expected: [
      {
        call: 0,
        outputs: { y: expectedOf(given(output)) },
        state: {},
        tolerance: { outputs: 'forward', state: 'forward' },
      },
    ],
  };
}

function normalised({ x, mask, target, ...found }: MaskedLayerCase): GoldenRun {
  const program = buildProgram(
    model({ type: 'batchNormalization', name: 'layer', momentum: 0.8 }),
    {
      batch: 3,
      entries: ['trainStep'],
      training: parseTraining({ loss: 'mse', optimizer: 'sgd' }),
    },
  );
  const initial = { gamma: 1, beta: 0, movingMean: 0, movingVariance: 1 };
  const parameters = Object.entries(initial).map(([name, value]) => [
    `layer/${name}`,
    toTensor(vector(value)),
  ]);
  const rest = Object.entries(program.state)
    .filter(([name]) => !name.startsWith('layer/'))
    .map(([name, { shape }]) => [name, toTensor({ shape, data: shape.length > 0 ? [0, 0] : [0] })]);
  const feeds = {
    x: toTensor(marked(x, mask)),
    targets: toTensor(given(target)),
    learningRate: toTensor({ shape: [], data: [0] }),
  };
  return {
    script: {
      program,
      state: Object.fromEntries([...parameters, ...rest]) as GoldenRun['script']['state'],
      calls: [{ entry: 'trainStep', feeds }],
    },
    expected: [
      {
        call: 0,
        outputs: { loss: expectedOf(given(found.loss)) },
        state: {
          'layer/movingMean': expectedOf(given(found.movingMean)),
          'layer/movingVariance': expectedOf(given(found.movingVariance)),
        },
        tolerance: { outputs: 'forward', state: 'forward' },
      },
    ],
  };
}

/** Goldens of layers under masks. */
export const maskedLayerGoldens: readonly Golden[] = casesOf<MaskedLayerCase>(file).map((each) => ({
  row: { group: 'layers', subject: each.name },
  name: 'mask of time',
  build: () => (each.name === 'batchNormalization' ? normalised(each) : pooled(each)),
}));
