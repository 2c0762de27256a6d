/** `shareStateWith`: tensors that two programs name are one and the same. */
import { float32, int32, type Program } from '@chronograd/graph';
import type { ConformanceCase } from '../../case.ts';
import { tensorOf } from '../../data/draw.ts';
import { keeper, register, vector } from '../../data/programs.ts';
import { codedCases, outputsOf, type CodedCase } from '../../kinds/coded.ts';

/** {@link register}, with a second vector of three that only this program has. */
function wider(): Program {
  const { state, entries } = register();
  const both = { ...state, v: float32(3) };
  return { state: both, entries: { ...entries, ...keeper(both).entries } };
}

const cases: readonly CodedCase[] = [
  {
    name: 'what one writes or runs the other sees, both ways',
    async run(subject, check) {
      const first = await subject.compile(register());
      await first.writeState({ w: vector(1, 2) });
      const second = await subject.compile(wider(), { shareStateWith: first });
      check.equal('w by the second', (await second.readState())['w'], vector(1, 2));
      await second.run('step', { x: vector(10, 20) });
      check.equal('w by the first', (await first.readState())['w'], vector(12, 24));
      await first.run('step', { x: vector(1, 1) });
      check.equal('w by the second, later', (await second.readState())['w'], vector(25, 49));
      await second.writeState({ w: vector(5, 6) });
      check.all('read by the first', await outputsOf(first, 'read', {}), { w: vector(5, 6) });
    },
  },
  {
    name: 'new names start at zero, and the others stay',
    async run(subject, check) {
      const first = await subject.compile(register());
      await first.writeState({ w: vector(3, 4) });
      const second = await subject.compile(wider(), { shareStateWith: first });
      const expected = { w: vector(3, 4), v: vector(0, 0, 0) };
      check.all('state', await second.readState(), expected, 'exact');
      check.all('read', await outputsOf(second, 'read', {}), expected, 'exact');
      check.all('state of the first', await first.readState(), { w: vector(3, 4) }, 'exact');
    },
  },
  {
    name: 'a third shares with the second what the first has as well',
    async run(subject, check) {
      const first = await subject.compile(register());
      const second = await subject.compile(wider(), { shareStateWith: first });
      await second.writeState({ v: vector(7, 8, 9) });
      const third = await subject.compile(wider(), { shareStateWith: second });
      await first.writeState({ w: vector(1, 2) });
      const expected = { w: vector(1, 2), v: vector(7, 8, 9) };
      check.all('state of the third', await third.readState(), expected, 'exact');
    },
  },
  {
    name: 'without it each has its own',
    async run(subject, check) {
      const first = await subject.compile(register());
      const second = await subject.compile(register());
      await first.writeState({ w: vector(1, 2) });
      await second.run('step', { x: vector(5, 5) });
      check.all('the first', await first.readState(), { w: vector(1, 2) }, 'exact');
      check.all('the second', await second.readState(), { w: vector(5, 5) }, 'exact');
    },
  },
  ...(
    [
      ['another shape', float32(3)],
      ['another rank', float32(1, 2)],
      ['another element type', int32(2)],
    ] as const
  ).map(([name, type]): CodedCase => ({
    name: `${name} under a known name is refused, and adds nothing`,
    needs: { dtypes: ['float32', type.dtype] },
    async run(subject, check) {
      const first = await subject.compile(register());
      await first.writeState({ w: vector(1, 2) });
      const other = keeper({ added: float32(1), w: type });
      const options = { shareStateWith: first };
      await check.rejects(name, () => subject.compile(other, options), 'bad-input');
      check.all('state', await first.readState(), { w: vector(1, 2) }, 'exact');
      // The refused program's other names are still free: here of another type.
      const later = keeper({ added: float32(2, 1), w: float32(2) });
      const state = await (await subject.compile(later, options)).readState();
      check.equal('a name of the program that was refused', state['added'], {
        ...float32(2, 1),
        data: [0, 0],
      });
    },
  })),
  {
    name: 'it outlives the executable that it came from',
    async run(subject, check) {
      const first = await subject.compile(register());
      await first.writeState({ w: vector(1, 2) });
      const second = await subject.compile(register(), { shareStateWith: first });
      await first.dispose();
      await second.run('step', { x: vector(1, 1) });
      check.all('state', await second.readState(), { w: vector(3, 5) }, 'exact');
    },
  },
  {
    name: 'calls on two that share are executed in the order in which they were made',
    async run(subject, check) {
      const first = await subject.compile(register());
      const second = await subject.compile(register(), { shareStateWith: first });
      await first.run('read', {});
      await second.run('read', {});
      await Promise.all([
        first.run('step', { x: vector(1, 0) }),
        second.run('step', { x: vector(2, 1) }),
        first.writeState({ w: vector(9, 9) }),
        second.run('step', { x: vector(3, 4) }),
        first.run('step', { x: vector(5, 6) }),
      ]);
      check.equal('w', (await second.readState())['w'], tensorOf('float32', [2], [47, 50]));
    },
  },
];

/** Cases of shared state. */
export const sharingCases: readonly ConformanceCase[] = codedCases(
  { group: 'state', subject: 'shared state' },
  cases,
);
