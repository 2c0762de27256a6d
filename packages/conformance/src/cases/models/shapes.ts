/** Shapes: the smallest ones, and one model at several batches and lengths that share its state. */
import type { Executable, HostTensor } from '@chronograd/backend';
import { buildProgram } from '@chronograd/graph';
import { bindShapes, parseTraining, type LayerDocument } from '@chronograd/spec';
import type { ConformanceCase } from '../../case.ts';
import { noise, scalar } from '../../data/draw.ts';
import { startOf } from '../../data/models.ts';
import { codedCases, onBoth, type CodedCase } from '../../kinds/coded.ts';
import { modelCases, modelOf, type ModelData } from '../../kinds/document.ts';
import { trainingCases } from '../../kinds/training.ts';

/** `[batch, time, features, units]`; each of them is one in some, and all in the last. */
const sizes: readonly (readonly [string, number, number, number, number])[] = [
  ['batch 1', 1, 5, 3, 4],
  ['one step', 3, 1, 2, 4],
  ['one feature', 3, 5, 1, 4],
  ['one unit', 3, 5, 2, 1],
  ['one of everything', 1, 1, 1, 1],
  // Wider than the registers of an engine, and not a multiple of them.
  ['a wide model', 2, 3, 33, 37],
];

const kinds: readonly (readonly [string, (units: number) => LayerDocument[]])[] = [
  ['simpleRnn', (units) => [{ type: 'simpleRnn', units }]],
  ['lstm', (units) => [{ type: 'lstm', units }]],
  ['gru', (units) => [{ type: 'gru', units }]],
  ['gru with the reset before', (units) => [{ type: 'gru', units, resetAfter: false }]],
  [
    'stacked',
    (units) => [
      { type: 'gru', units, returnSequences: true },
      { type: 'lstm', units: units + 1, returnSequences: true, goBackwards: true },
      { type: 'simpleRnn', units },
    ],
  ],
  ['flatten', (units) => [{ type: 'flatten' }, { type: 'dense', units, activation: 'gelu' }]],
];

const row = { group: 'models', subject: 'shapes' } as const;

const smallest = kinds.flatMap(([kind, layers]) =>
  sizes.flatMap(([size, batch, time, features, units]) => {
    const data = {
      name: `${kind}, ${size}`,
      layers: [
        { type: 'input', name: 'x', shape: [time, features] },
        ...layers(units),
        { type: 'dense', units: 2 },
      ] satisfies LayerDocument[],
      batch,
      quick: size === 'one of everything',
      ...(units > 30 && { weights: 0.3 }),
    };
    return [
      ...modelCases(row, [data]),
      ...trainingCases(row, [
        {
          ...data,
          name: `${data.name}, two steps`,
          training: { loss: 'mse', optimizer: { type: 'sgd', momentum: 0.9 } },
          steps: 2,
        },
      ]),
    ];
  }),
);

const training = { loss: 'mse', optimizer: { type: 'adam', epsilon: 1e-3 } } as const;

/** A model that takes any length, and is trained and asked at each of these batches and lengths. */
interface Course extends ModelData {
  readonly name: string;
  readonly meets: readonly (readonly [batch: number, time: number])[];
}

const courses: readonly Course[] = [
  {
    name: 'a partial last batch is a specialisation of its own, twice around',
    layers: [
      { type: 'input', name: 'x', shape: [null, 3] },
      { type: 'lstm', units: 4 },
      { type: 'dense', name: 'y', units: 2 },
    ],
    meets: [
      [4, 5],
      [4, 5],
      [1, 5],
      [4, 5],
      [4, 5],
      [1, 5],
    ],
  },
  {
    name: 'lengths that change from step to step',
    layers: [
      { type: 'input', name: 'x', shape: [null, 3] },
      { type: 'gru', units: 4, returnSequences: true },
      { type: 'lstm', units: 5, goBackwards: true },
      { type: 'dense', name: 'y', units: 2 },
    ],
    meets: [
      [4, 5],
      [4, 2],
      [4, 9],
      [4, 5],
      [4, 1],
      [4, 9],
    ],
  },
  {
    name: 'batches and lengths that change together',
    layers: [
      { type: 'input', name: 'x', shape: [null, 3] },
      { type: 'simpleRnn', units: 4, returnSequences: true },
      { type: 'gru', units: 5, resetAfter: false },
      { type: 'dense', name: 'y', units: 2 },
    ],
    meets: [
      [2, 7],
      [5, 3],
      [1, 1],
      [2, 7],
      [5, 4],
    ],
  },
];

const specialised = courses.map((each): CodedCase => ({
  name: each.name,
  parts: ['simpleRnn', 'lstm', 'gru'],
  async run(subject, check) {
    const model = modelOf(each);
    await onBoth(subject, check, 'adamTrajectory', async (compile) => {
      const compiled = new Map<string, Executable>();
      const all: Record<string, HostTensor> = {};
      let first: Executable | undefined;
      for (const [place, [batch, time]] of each.meets.entries()) {
        const key = `[${batch}, ${time}]`;
        let executable = compiled.get(key);
        if (!executable) {
          const program = buildProgram(bindShapes(model, { x: [time, 3] }), {
            batch,
            training: parseTraining(training),
            entries: ['predict', 'trainStep'],
          });
          executable = await compile(program, first && { shareStateWith: first });
          compiled.set(key, executable);
          first ??= executable;
          if (place === 0) await first.writeState(startOf(program, model, each, each.name));
        }
        const x = noise([batch, time, 3], 100 + place, -1.5, 1.5);
        const targets = noise([batch, 2], 200 + place);
        const results = await executable.run('trainStep', {
          x,
          targets,
          learningRate: scalar(0.02),
        });
        const { y } = await executable.run('predict', { x });
        const what = `step ${place + 1}, ${key}`;
        for (const [name, result] of Object.entries({ ...results, ...(y && { y }) }))
          all[`${what}: ${name}`] = await result.data();
      }
      return { ...all, ...(await (first as Executable).readState()) };
    });
  },
}));

/** Cases of shapes. */
export const shapeCases: readonly ConformanceCase[] = [
  ...smallest,
  ...codedCases(row, specialised),
];
