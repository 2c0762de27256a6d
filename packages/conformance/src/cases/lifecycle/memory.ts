/** Disposal without leaks: what is compiled, run and disposed of again and again holds no memory. */
import type { Backend, Executable } from '@chronograd/backend';
import { buildProgram, type Program } from '@chronograd/graph';
import { parseTraining } from '@chronograd/spec';
import type { ConformanceCase } from '../../case.ts';
import { noise, scalar } from '../../data/draw.ts';
import { heldMemory, secondLeast, type Held } from '../../data/memory.ts';
import { register, vector } from '../../data/programs.ts';
import { codedCases, type Checker, type CodedCase } from '../../kinds/coded.ts';
import { modelOf } from '../../kinds/document.ts';

interface Bound {
  /** What a round may add. */
  readonly bytes: number;
  /** What a block of rounds may add whatever its length: code compiled, pages kept. */
  readonly noise: number;
  readonly reason: string;
}

/**
 * What rounds may add to what is held, in bytes, and why. The growth is measured over several
 * blocks of rounds, and the least but one judged: a leak grows in every block, what other work in the
 * process allocates does not (a test runner that cannot print fast enough holds megabytes for some
 * blocks), and what it frees hides a leak in one block at most.
 */
const bounds: { readonly [K in keyof Held]: Bound } = {
  heap: {
    bytes: 2048,
    noise: 96 * 1024,
    reason:
      'an executable of the small program, kept, is some 10 kB of objects; caches of the compiler of JavaScript grow by less than 1 kB a round',
  },
  resident: {
    bytes: 24 * 1024,
    noise: 1024 * 1024,
    reason:
      'a session of an engine, kept, is 50 kB and more; allocators that keep pages of what was freed grow by some kB a round',
  },
};

const BLOCKS = 5;

/** Repeats a round in blocks, and holds the growth of each to the bounds. */
async function holdsMemory(
  check: Checker,
  rounds: number,
  round: (place: number) => Promise<void>,
): Promise<void> {
  const perBlock = Math.ceil(rounds / BLOCKS);
  const growth: Held[] = [];
  // The first block is not judged: caches fill, code is compiled.
  let before: Held | undefined;
  for (let block = 0; block <= BLOCKS; block++) {
    for (let i = 0; i < perBlock; i++) await round(block * perBlock + i);
    const now = await heldMemory();
    if (before && now)
      growth.push({
        heap: (now.heap - before.heap) / perBlock,
        resident: (now.resident - before.resident) / perBlock,
      });
    before = now;
  }
  for (const kind of ['heap', 'resident'] as const) {
    const bytes = growth.map((each) => each[kind]);
    const { bytes: own, noise, reason } = bounds[kind];
    const bound = own + noise / perBlock;
    check.that(
      `${kind} memory grows by at most ${Math.round(bound)} bytes a round (${reason})`,
      secondLeast(bytes) <= bound,
      `${bytes.map((value) => Math.round(value)).join(', ')} in ${BLOCKS} blocks of ${perBlock}`,
    );
    check.measurements.push({
      tensor: `growth of ${kind} memory, bytes a round`,
      error: Math.max(0, secondLeast(bytes)),
      bound,
    });
  }
}

/** As many times as asked: compile, write, run, read, dispose. */
async function compileAndDispose(backend: Backend, place: number): Promise<void> {
  const executable = await backend.compile(register());
  await executable.writeState({ w: vector(place, 1) });
  await (await executable.run('step', { x: vector(1, 2) }))['was']?.data();
  await executable.dispose();
}

/** A state that all share, and programs that come and go: as a model meets lengths and batches. */
async function shareAndDispose(backend: Backend, kept: Executable): Promise<void> {
  const executable = await backend.compile(register(), { shareStateWith: kept });
  await executable.run('step', { x: vector(1, 2) });
  await executable.dispose();
}

function small(): Program {
  const model = modelOf({
    layers: [
      { type: 'input', name: 'x', shape: [3] },
      { type: 'dense', units: 2 },
    ],
  });
  const training = parseTraining({ loss: 'mse', optimizer: 'adam' });
  return buildProgram(model, { batch: 4, training, entries: ['trainStep'] });
}

const compiles = (rounds: number, quick: boolean): CodedCase => ({
  name: `${rounds} compiles, runs and disposals`,
  quick,
  run: (subject, check) =>
    holdsMemory(check, rounds, (place) => compileAndDispose(subject.backend, place)),
});

const cases: readonly CodedCase[] = [
  compiles(100, true),
  compiles(1000, false),
  {
    name: '300 compiles that share a state which stays',
    quick: false,
    async run(subject, check) {
      const kept = await subject.compile(register());
      await holdsMemory(check, 300, () => shareAndDispose(subject.backend, kept));
    },
  },
  {
    name: '1000 training steps, of which no result is read',
    quick: false,
    async run(subject, check) {
      const executable = await subject.compile(small());
      const feeds = {
        x: noise([4, 3], 91),
        targets: noise([4, 2], 92),
        learningRate: scalar(0.01),
      };
      await holdsMemory(check, 1000, async () => {
        await executable.run('trainStep', feeds);
      });
    },
  },
  {
    name: '1000 reads and writes of the state, and calls that are refused',
    quick: false,
    async run(subject, check) {
      const executable = await subject.compile(register(64));
      await holdsMemory(check, 1000, async () => {
        await executable.writeState(await executable.readState());
        await check.rejects(
          'a short feed',
          () => executable.run('step', { x: vector(1) }),
          'bad-input',
        );
      });
    },
  },
];

/** Cases of leaks. */
export const memoryCases: readonly ConformanceCase[] = codedCases(
  { group: 'lifecycle', subject: 'memory' },
  cases,
);
