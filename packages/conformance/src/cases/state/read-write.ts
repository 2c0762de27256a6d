/** `readState` and `writeState`: copies, all or none, of every element type. */
import { buildProgram, Builder, float32, int32, type Entry, type Program } from '@chronograd/graph';
import { parseTraining } from '@chronograd/spec';
import type { HostTensor } from '@chronograd/backend';
import type { ConformanceCase } from '../../case.ts';
import { noise, scalar, tensorOf } from '../../data/draw.ts';
import { startOf } from '../../data/models.ts';
import { keeper, register, vector } from '../../data/programs.ts';
import { codedCases, onBoth, outputsOf, type CodedCase } from '../../kinds/coded.ts';
import { modelOf, type ModelData } from '../../kinds/document.ts';

const pair = keeper({ a: float32(2), b: float32(3) });

/** Tensors of every element type and of ranks 0 to 3, with the extremes of their type. */
const values: Readonly<Record<string, HostTensor>> = {
  float: tensorOf('float32', [2, 1, 3], [1e-30, -1e30, 3.4e38, 0.1, NaN, -Infinity]),
  scalar: scalar(-2.5),
  int: tensorOf('int32', [2, 2], [-(2 ** 31), 2 ** 31 - 1, 0, -7]),
  uint: tensorOf('uint32', [3], [0, 2 ** 32 - 1, 2 ** 31]),
  bool: tensorOf('bool', [4], [1, 0, 0, 1]),
};

/** `swap` exchanges two states and returns a third as it was, which it sets to its feed. */
function swapping(): Program {
  const b = new Builder();
  const type = float32(2);
  const [x, a, c, d] = [b.input(type), b.input(type), b.input(type), b.input(type)];
  const swap: Entry = {
    inputs: [{ name: 'x', type }],
    reads: ['a', 'c', 'd'],
    outputs: [
      { name: 'was', type },
      { name: 'same', type },
    ],
    writes: ['c', 'a', 'd'],
    func: b.finish([d, d, a, c, x]),
  };
  return { state: { a: type, c: type, d: type }, entries: { swap } };
}

const copies: readonly CodedCase[] = [
  {
    name: 'what was written may be overwritten by its owner',
    async run(subject, check) {
      const executable = await subject.compile(register());
      const w = vector(1, 2);
      const writing = executable.writeState({ w });
      w.data.fill(8);
      await writing;
      w.data.fill(9);
      check.all('state', await executable.readState(), { w: vector(1, 2) }, 'exact');
      await executable.run('step', { x: vector(0, 0) });
      check.all('state after a step', await executable.readState(), { w: vector(2, 4) }, 'exact');
    },
  },
  {
    name: 'what was read may be overwritten, and stays what it was',
    async run(subject, check) {
      const executable = await subject.compile(register());
      await executable.writeState({ w: vector(1, 2) });
      const [first, second] = [await executable.readState(), await executable.readState()];
      first['w']?.data.fill(9);
      check.equal('read before', second['w'], vector(1, 2));
      await executable.run('step', { x: vector(1, 1) });
      await executable.run('step', { x: vector(1, 1) });
      check.equal('read before two steps', second['w'], vector(1, 2));
      check.equal('read after', (await executable.readState())['w'], vector(7, 11));
    },
  },
];

const wholly: readonly CodedCase[] = [
  {
    name: 'starts at zero, of every element type',
    needs: { dtypes: ['float32', 'int32', 'uint32', 'bool'] },
    async run(subject, check) {
      const executable = await subject.compile(keeper(values));
      for (const [name, { dtype, shape, data }] of Object.entries(values)) {
        const zeros = Array.from(data, () => 0);
        const read = await executable.readState([name]);
        check.all('state', read, { [name]: { dtype, shape, data: zeros } }, 'exact');
      }
    },
  },
  {
    name: 'gives back what was written, of every element type',
    needs: { dtypes: ['float32', 'int32', 'uint32', 'bool'] },
    async run(subject, check) {
      const executable = await subject.compile(keeper(values));
      await executable.writeState(values);
      check.all('state', await executable.readState(), values, 'exact');
      check.all('outputs', await outputsOf(executable, 'read', {}), values, 'exact');
    },
  },
  {
    name: 'reads and writes only what is named',
    async run(subject, check) {
      const executable = await subject.compile(pair);
      await executable.writeState({ b: vector(3, 4, 5) });
      check.all('b', await executable.readState(['b']), { b: vector(3, 4, 5) }, 'exact');
      check.all('none', await executable.readState([]), {});
      await executable.writeState({});
      const expected = { a: vector(0, 0), b: vector(3, 4, 5) };
      check.all('all', await executable.readState(), expected, 'exact');
    },
  },
  ...(
    [
      ['a name that is not known', { c: vector(1) }],
      ['another shape', { b: vector(1, 2) }],
      ['another element type', { b: { ...int32(3), data: Int32Array.of(1, 2, 3) } }],
      ['too few elements', { b: { ...float32(3), data: Float32Array.of(1, 2) } }],
    ] as const
  ).map(([name, wrong]): CodedCase => ({
    name: `${name} among others: nothing is written`,
    async run(subject, check) {
      const executable = await subject.compile(pair);
      const before = { a: vector(1, 2), b: vector(3, 4, 5) };
      await executable.writeState(before);
      for (const values of [
        { a: vector(8, 9), ...wrong },
        { ...wrong, a: vector(8, 9) },
      ])
        await check.rejects(name, () => executable.writeState(values), 'bad-input');
      check.all('state', await executable.readState(), before, 'exact');
      check.all('outputs', await outputsOf(executable, 'read', {}), before, 'exact');
    },
  })),
  {
    name: 'an entry that moves states without computing',
    async run(subject, check) {
      const executable = await subject.compile(swapping());
      await executable.writeState({ a: vector(1, 2), c: vector(3, 4), d: vector(5, 6) });
      const run = (x: HostTensor) => outputsOf(executable, 'swap', { x });
      const same = (tensor: HostTensor) => ({ was: tensor, same: tensor });
      check.all('once', await run(vector(7, 7)), same(vector(5, 6)), 'exact');
      check.all(
        'state after one',
        await executable.readState(),
        { a: vector(3, 4), c: vector(1, 2), d: vector(7, 7) },
        'exact',
      );
      check.all('twice', await run(vector(8, 8)), same(vector(7, 7)), 'exact');
      check.all(
        'state after two',
        await executable.readState(),
        { a: vector(1, 2), c: vector(3, 4), d: vector(8, 8) },
        'exact',
      );
    },
  },
];

const data: ModelData = {
  layers: [
    { type: 'input', name: 'x', shape: [5, 3] },
    { type: 'gru', units: 4 },
    { type: 'dense', name: 'y', units: 2 },
  ],
};

const stale: CodedCase = {
  name: 'every entry sees new weights at once',
  async run(subject, check) {
    const model = modelOf(data);
    const program = buildProgram(model, {
      batch: 4,
      training: parseTraining({ loss: 'mse', optimizer: 'adam' }),
      entries: ['predict', 'evaluate', 'trainStep', 'stream'],
    });
    const [x, targets] = [noise([4, 5, 3], 51), noise([4, 2], 52)];
    await onBoth(subject, check, 'adamTrajectory', async (compile) => {
      const executable = await compile(program);
      const all: Record<string, HostTensor> = {};
      // Each entry has been run with other weights before: what it kept of them would show.
      for (const seed of ['first', 'second']) {
        await executable.writeState(startOf(program, model, data, seed));
        for (const [entry, feeds] of [
          ['predict', { x }],
          ['evaluate', { x, targets }],
          ['stream', { x: noise([4, 3], 53) }],
          ['trainStep', { x, targets, learningRate: scalar(0.05) }],
          ['predict', { x }],
        ] as const)
          for (const [name, tensor] of Object.entries(await outputsOf(executable, entry, feeds)))
            all[`${seed} weights, ${entry}: ${name} (${Object.keys(all).length})`] = tensor;
      }
      return all;
    });
  },
};

/** Cases of reading and writing state. */
export const readWriteCases: readonly ConformanceCase[] = codedCases(
  { group: 'state', subject: 'read and write' },
  [...wholly, ...copies, stale],
);
