/** What `run`, `runSteps`, `readState`, `writeState` and `compile` refuse, and that nothing happens then. */
import type { Executable, Feeds, HostTensor } from '@chronograd/backend';
import { referenceBackend } from '@chronograd/backend-reference';
import { buildProgram, float32, int32 } from '@chronograd/graph';
import { parseTraining } from '@chronograd/spec';
import type { ConformanceCase } from '../../case.ts';
import { noise, scalar } from '../../data/draw.ts';
import { startOf } from '../../data/models.ts';
import { keeper, register, vector } from '../../data/programs.ts';
import { codedCases, outputsOf, type CodedCase } from '../../kinds/coded.ts';
import { modelOf, type ModelData } from '../../kinds/document.ts';

/** A tensor that is not what its type says, as JavaScript lets one make. */
const liar = (type: object, data: object): HostTensor => ({ ...type, data }) as HostTensor;

/** Feeds that `step` of {@link register}, which takes `x` float32 [2], does not take. */
const feeds: readonly (readonly [string, Feeds])[] = [
  ['a missing feed', {}],
  ['another feed in place of it', { y: vector(1, 2) }],
  ['a feed too many', { x: vector(1, 2), y: vector(1, 2) }],
  ['a feed named like the state', { x: vector(1, 2), w: vector(1, 2) }],
  ['too short a feed', { x: vector(1) }],
  ['too long a feed', { x: vector(1, 2, 3) }],
  ['a feed of another rank', { x: liar(float32(1, 2), Float32Array.of(1, 2)) }],
  ['a scalar for a vector', { x: scalar(1) }],
  ['a feed of another element type', { x: liar(int32(2), Int32Array.of(1, 2)) }],
  ['fewer elements than the shape says', { x: liar(float32(2), Float32Array.of(1)) }],
  ['more elements than the shape says', { x: liar(float32(2), Float32Array.of(1, 2, 3)) }],
  ['an array of another type than it says', { x: liar(float32(2), Int32Array.of(1, 2)) }],
  ['double precision', { x: liar(float32(2), Float64Array.of(1, 2)) }],
];

type Call = (executable: Executable) => Promise<unknown>;

/** Calls that name what {@link register} does not have. */
const calls: readonly (readonly [string, Call])[] = [
  ['an entry that the program does not have', (e) => e.run('stop', {})],
  ['an entry named like a method of objects', (e) => e.run('toString', {})],
  ['the name of a state as an entry', (e) => e.run('w', {})],
  ['steps of an entry that the program does not have', (e) => e.runSteps('stop', [{}])],
  ['reading a state that the program does not have', (e) => e.readState(['u'])],
  ['reading a known state and another', (e) => e.readState(['w', 'u'])],
  ['reading a state named like a method of objects', (e) => e.readState(['constructor'])],
  ['writing a state that the program does not have', (e) => e.writeState({ u: vector(1, 2) })],
  ['writing a state of another shape', (e) => e.writeState({ w: vector(1, 2, 3) })],
  [
    'writing a state of another element type',
    (e) => e.writeState({ w: liar(int32(2), Int32Array.of(1, 2)) }),
  ],
  [
    'writing fewer elements than the shape says',
    (e) => e.writeState({ w: liar(float32(2), Float32Array.of(1)) }),
  ],
  [
    'writing an array of another type than it says',
    (e) => e.writeState({ w: liar(float32(2), Int32Array.of(1, 2)) }),
  ],
];

/** Each call is refused with `bad-input`, the state is as before, and the executable works on. */
const refused = [
  ...feeds.map(([name, wrong]) => [name, (e: Executable) => e.run('step', wrong)] as const),
  ...calls,
].map(([name, call]): CodedCase => ({
  name,
  async run(subject, check) {
    const executable = await subject.compile(register());
    await executable.writeState({ w: vector(1, 2) });
    await check.rejects(name, () => call(executable), 'bad-input');
    check.all('state', await executable.readState(), { w: vector(1, 2) }, 'exact');
    const outputs = await outputsOf(executable, 'step', { x: vector(1, 1) });
    check.all('a step after it', outputs, { was: vector(1, 2) }, 'exact');
    check.all('state after a step', await executable.readState(), { w: vector(3, 5) }, 'exact');
  },
}));

const several: CodedCase = {
  name: 'a bad feed among several steps: none of them is taken',
  async run(subject, check) {
    const executable = await subject.compile(register());
    for (const [name, wrong] of feeds.slice(0, 6)) {
      await executable.writeState({ w: vector(1, 2) });
      const steps = [{ x: vector(1, 1) }, wrong, { x: vector(9, 9) }];
      await check.rejects(name, () => executable.runSteps('step', steps), 'bad-input');
      const { w } = await executable.readState();
      check.equal(`${name}: state`, w, vector(1, 2));
    }
  },
};

const data: ModelData = {
  layers: [
    { type: 'input', name: 'x', shape: [5, 3] },
    { type: 'lstm', units: 4, stateful: true },
    { type: 'dropout', rate: 0.3 },
    { type: 'dense', name: 'y', units: 2 },
  ],
};

const step: CodedCase = {
  name: 'a training step that is refused changes no parameter, slot or counter',
  needs: { dtypes: ['float32', 'uint32', 'bool'] },
  async run(subject, check) {
    const model = modelOf(data);
    const program = buildProgram(model, {
      batch: 4,
      training: parseTraining({ loss: 'mse', optimizer: 'nadam' }),
      entries: ['trainStep'],
    });
    const executable = await subject.compile(program);
    await executable.writeState(startOf(program, model, data, 'refused'));
    const good: Feeds = {
      x: noise([4, 5, 3], 61),
      targets: noise([4, 2], 62),
      learningRate: scalar(0.1),
      seed: { dtype: 'uint32', shape: [2], data: Uint32Array.of(1, 2) },
    };
    await executable.run('trainStep', good);
    const before = await executable.readState();
    for (const [name, wrong] of [
      ['a batch of another size', { x: noise([3, 5, 3], 63) }],
      ['another length of time', { x: noise([4, 6, 3], 64) }],
      ['targets of another shape', { targets: noise([4, 3], 65) }],
      ['a learning rate with an axis', { learningRate: vector(0.1) }],
      ['a seed of floats', { seed: vector(1, 2) }],
    ] as const)
      await check.rejects(
        name,
        () => executable.run('trainStep', { ...good, ...wrong }),
        'bad-input',
      );
    for (const missing of Object.keys(good)) {
      const { [missing]: _left, ...rest } = good;
      await check.rejects(
        `without ${missing}`,
        () => executable.run('trainStep', rest),
        'bad-input',
      );
    }
    check.all('state', await executable.readState(), before, 'exact');
  },
};

const foreign: CodedCase = {
  name: 'sharing state with an executable of another backend',
  async run(subject, check) {
    const other = referenceBackend();
    const shareStateWith = await other.compile(register());
    await check.rejects(
      'sharing with another backend',
      () => subject.compile(register(), { shareStateWith }),
      'bad-input',
    );
    await other.dispose();
  },
};

const elsewhere: CodedCase = {
  name: 'sharing state with an executable of another instance of the backend',
  needs: { fresh: true },
  async run(subject, check) {
    const shareStateWith = await (await subject.fresh()).compile(register());
    await check.rejects(
      'sharing with another instance',
      () => subject.compile(register(), { shareStateWith }),
      'bad-input',
    );
  },
};

const ended: CodedCase = {
  name: 'sharing state with an executable that was disposed of',
  async run(subject, check) {
    const shareStateWith = await subject.compile(register());
    await shareStateWith.dispose();
    await check.rejects(
      'sharing with what is gone',
      () => subject.compile(register(), { shareStateWith }),
      'disposed',
    );
  },
};

const others: CodedCase = {
  name: 'a state that only the program of a sharing executable has',
  async run(subject, check) {
    const executable = await subject.compile(register());
    const more = { w: float32(2), more: float32(2) };
    const sharing = await subject.compile(keeper(more), { shareStateWith: executable });
    await check.rejects('reading it', () => executable.readState(['more']), 'bad-input');
    await check.rejects(
      'writing it',
      () => executable.writeState({ w: vector(8, 8), more: vector(9, 9) }),
      'bad-input',
    );
    const zeros = { w: vector(0, 0), more: vector(0, 0) };
    check.all('state', await sharing.readState(), zeros, 'exact');
  },
};

/** Cases of what is refused. */
export const inputErrorCases: readonly ConformanceCase[] = [
  ...codedCases({ group: 'errors', subject: 'bad input' }, refused),
  ...codedCases({ group: 'errors', subject: 'bad input' }, [
    several,
    step,
    foreign,
    elsewhere,
    ended,
    others,
  ]),
];
