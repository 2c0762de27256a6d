/** Seeds: the same weights to begin with, and the same dropout masks, on every backend. */
import type { HostTensor } from '@chronograd/backend';
import { referenceBackend } from '@chronograd/backend-reference';
import { buildProgram, initialState, type Program } from '@chronograd/graph';
import { parseTraining, type LayerDocument } from '@chronograd/spec';
import type { ConformanceCase } from '../../case.ts';
import { noise, scalar, tensorOf } from '../../data/draw.ts';
import { codedCases, compileOn, onBoth, type CodedCase, type Compile } from '../../kinds/coded.ts';
import { modelOf, type ModelData } from '../../kinds/document.ts';
import { mapValues } from '../../kinds/script.ts';

type Tensors = Readonly<Record<string, HostTensor>>;
type Seed = readonly [number, number];

const SEEDS: readonly Seed[] = [
  [1, 2],
  [1, 3],
  [2 ** 32 - 1, 2],
];
const FEATURES = 48;
const RATE = 0.4;
const TIME = 5;
const input: LayerDocument = { type: 'input', name: 'x', shape: [TIME, FEATURES] };

interface MaskCase {
  readonly name: string;
  /** The layers, given a rate. */
  readonly layers: (rate: number) => readonly LayerDocument[];
  /** Parameter whose gradient shows the mask, and on how many elements it falls. */
  readonly shown: string;
  readonly size: number;
}

/** Masks of the input and of the state of every recurrent layer, and of a dropout layer. */
const masks: readonly MaskCase[] = [
  {
    name: 'of a dropout layer',
    layers: (rate) => [
      { type: 'input', name: 'x', shape: [FEATURES] },
      { type: 'dropout', rate },
      { type: 'dense', name: 'y', units: 2 },
    ],
    shown: 'y/kernel',
    size: FEATURES,
  },
  ...(['simpleRnn', 'lstm', 'gru'] as const).flatMap((type): MaskCase[] => {
    const common = { type, name: 'y', returnSequences: true };
    return [
      {
        name: `of the input of ${type}, the same at every step`,
        layers: (dropout) => [input, { ...common, units: 3, dropout } as LayerDocument],
        shown: 'y/kernel',
        size: FEATURES,
      },
      {
        name: `of the state of ${type}, the same at every step`,
        layers: (recurrentDropout) => [
          input,
          { ...common, units: FEATURES, recurrentDropout } as LayerDocument,
        ],
        shown: 'y/recurrentKernel',
        size: FEATURES,
      },
    ];
  }),
];

/**
 * The state of a training of which the gradient shows the mask. Where the weights that a mask is
 * multiplied with are zero it changes no prediction, but the gradient of the weights of an element
 * is multiplied by the element's mask. Biases are the same for all units, so that units are alike.
 */
function plainState(program: Program): Record<string, HostTensor> {
  return mapValues(program.state, ({ shape }, name) => {
    const size = shape.reduce((product, d) => product * d, 1);
    const value = name.endsWith('/bias') ? 0.5 : 0;
    return tensorOf(
      'float32',
      shape,
      Array.from({ length: size }, () => value),
    );
  });
}

/** What a step of SGD at the rate 1 takes from parameters: their gradients, for each of the seeds. */
async function gradientsOf(
  compile: Compile,
  data: ModelData,
  seeds: readonly Seed[],
  names: readonly string[],
): Promise<Tensors[]> {
  const model = modelOf(data);
  const training = parseTraining({ loss: 'mse', optimizer: 'sgd' });
  const program = buildProgram(model, { batch: 1, training, entries: ['trainStep'] });
  const executable = await compile(program);
  const start = plainState(program);
  const gradients: Tensors[] = [];
  for (const seed of seeds) {
    await executable.writeState(start);
    const feeds = program.entries['trainStep']?.inputs.map(({ name, type }, i) => {
      if (name === 'learningRate') return [name, scalar(1)];
      if (name === 'seed') return [name, tensorOf('uint32', [2], seed)];
      // From 0.5: no gradient is zero but by the mask.
      return [name, noise(type.shape, 70 + i, 0.5, 1.5)];
    });
    await executable.run('trainStep', Object.fromEntries(feeds ?? []) as Tensors);
    const after = await executable.readState(names);
    const taken = mapValues(after, ({ shape, data: values }, name) => {
      const before = (start[name] as HostTensor).data;
      const difference = Array.from(values, (value, i) => (before[i] as number) - value);
      return tensorOf('float32', shape, difference);
    });
    gradients.push(taken);
  }
  await executable.dispose();
  return gradients;
}

/**
 * For each seed the mask `[size, columns]`: gradients with dropout by gradients without. A column
 * that has none (of a gate that closes what comes in) is left out.
 */
async function masksOf(compile: Compile, { layers, shown }: MaskCase): Promise<number[][][]> {
  const gradients = async (rate: number): Promise<HostTensor[]> => {
    const found = await gradientsOf(compile, { layers: layers(rate) }, SEEDS, [shown]);
    return found.map((each) => each[shown] as HostTensor);
  };
  const [dropped, whole] = [await gradients(RATE), await gradients(0)];
  return whole.map(({ shape: [rows = 0, columns = 0], data }, seed) =>
    Array.from({ length: rows }, (_, row) =>
      Array.from({ length: columns }, (_c, column) => row * columns + column)
        .filter((i) => Math.abs(data[i] as number) > 1e-4)
        .map((i) => (dropped[seed]?.data[i] as number) / (data[i] as number)),
    ),
  );
}

const scaled = masks.map((each): CodedCase => ({
  name: `masks ${each.name}: 0 or 1 / (1 - rate)`,
  needs: { dtypes: ['float32', 'uint32', 'bool'] },
  async run(subject, check) {
    const oracle = referenceBackend();
    const found = await masksOf((program) => subject.compile(program), each);
    const wanted = await masksOf(compileOn(oracle), each);
    const kept = 1 / (1 - RATE);
    const drawn: string[] = [];
    for (const [place, rows] of found.entries()) {
      check.that(`a mask of ${each.size} elements`, rows.length === each.size);
      const bits = rows.map((row, i) => {
        check.that(`element ${i} shows in a gradient`, row.length > 0);
        // One that changed from step to step would mix zeros with others.
        const off = row.find((value) => {
          return Math.abs(value) > 1e-3 && Math.abs(value - kept) > 1e-3 * kept;
        });
        check.that(`element ${i} is 0 or ${kept}`, off === undefined, String(off));
        const dropped = row.filter((value) => Math.abs(value) <= 1e-3).length;
        const same = dropped === 0 || dropped === row.length;
        check.that(`element ${i} is the same for all gates`, same, row.join(', '));
        return dropped === 0 ? 1 : 0;
      });
      const expected = wanted[place]?.map(([value = 0]) => (Math.abs(value) <= 1e-3 ? 0 : 1));
      const mask = tensorOf('bool', [each.size], bits);
      const what = `mask of the seed ${SEEDS[place]?.join(', ') ?? ''}`;
      check.equal(what, mask, tensorOf('bool', [each.size], expected ?? []));
      const share = bits.filter((bit) => bit === 0).length / each.size;
      check.that(`about ${RATE} of it dropped`, Math.abs(share - RATE) < 0.25, `${share}`);
      drawn.push(bits.join(''));
    }
    check.that('each seed has its own mask', new Set(drawn).size === drawn.length);
    await oracle.dispose();
  },
}));

const branches: CodedCase = {
  name: 'layers of one shape have masks of their own, also of input and state',
  needs: { dtypes: ['float32', 'uint32', 'bool'] },
  async run(subject, check) {
    const recurrent = { units: FEATURES, activation: 'linear', inputs: ['x'] } as const;
    const data: ModelData = {
      layers: [
        input,
        { type: 'dropout', name: 'a', rate: RATE, inputs: ['x'] },
        { type: 'dropout', name: 'b', rate: RATE, inputs: ['x'] },
        { type: 'dense', name: 'p', units: 1, inputs: ['a'] },
        { type: 'dense', name: 'q', units: 1, inputs: ['b'] },
        { type: 'simpleRnn', name: 'r', dropout: RATE, recurrentDropout: RATE, ...recurrent },
        { type: 'simpleRnn', name: 's', dropout: RATE, recurrentDropout: RATE, ...recurrent },
      ],
      outputs: ['p', 'q', 'r', 's'],
    };
    const names = ['r/kernel', 's/kernel', 'r/recurrentKernel', 's/recurrentKernel'];
    const shown = ['p/kernel', 'q/kernel', ...names];
    const found = await onBoth(
      subject,
      check,
      'gradient',
      async (compile) => (await gradientsOf(compile, data, [[3, 4]], shown))[0] as Tensors,
    );
    // The row of an element that is dropped is zero.
    const bits = [...names.map((name) => found[name] as HostTensor)].map(
      ({ shape, data: values }) =>
        Array.from({ length: FEATURES }, (_, row) =>
          Math.abs(values[row * (shape[1] ?? 1)] as number) < 1e-7 ? 0 : 1,
        ).join(''),
    );
    check.that('four masks', new Set(bits).size === bits.length, bits.join(' '));
    check.that(
      'masks of two dropout layers differ',
      found['p/kernel']?.data.some((value, i) => {
        const other = found['q/kernel']?.data[i] as number;
        return Math.abs(value - other) > 1e-3;
      }) === true,
    );
  },
};

const initial: CodedCase = {
  name: 'initial weights are those of the seed, to the bit',
  async run(subject, check) {
    const data: ModelData = {
      layers: [
        input,
        { type: 'lstm', units: 7, returnSequences: true },
        { type: 'gru', units: 5, kernelInitializer: 'heNormal' },
        { type: 'dense', units: 3, kernelInitializer: 'lecunUniform', biasInitializer: 'normal' },
      ],
    };
    const model = modelOf(data);
    const program = buildProgram(model, { batch: 2, entries: ['predict'] });
    const oracle = referenceBackend();
    const [here, there] = [await subject.compile(program), await oracle.compile(program)];
    for (const seed of [0, 1, 2 ** 53 - 1]) {
      await here.writeState(initialState(program, model, seed));
      await there.writeState(initialState(program, model, seed));
      const [found, expected] = [await here.readState(), await there.readState()];
      check.all(`seed ${seed}`, found, expected, 'exact');
    }
    await oracle.dispose();
  },
};

const nothing: CodedCase = {
  name: 'the same seed gives the same step, another another',
  needs: { dtypes: ['float32', 'uint32', 'bool'] },
  async run(subject, check) {
    const { layers } = masks[3] as MaskCase;
    const [first, again, other] = (await gradientsOf(
      (program) => subject.compile(program),
      { layers: layers(RATE) },
      [
        [5, 6],
        [5, 6],
        [6, 5],
      ],
      ['y/kernel'],
    )) as [Tensors, Tensors, Tensors];
    check.all('the same seed', again, first);
    check.that(
      'another seed gives another gradient',
      first['y/kernel']?.data.some((value, i) => value !== other['y/kernel']?.data[i]) === true,
    );
  },
};

/** Cases of seeds. */
export const seedCases: readonly ConformanceCase[] = codedCases(
  { group: 'state', subject: 'seeds' },
  [initial, ...scaled, branches, nothing],
);
