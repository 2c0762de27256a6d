/** Use after dispose, of executables and of backends. */
import type { Backend, Executable } from '@chronograd/backend';
import type { ConformanceCase } from '../../case.ts';
import { register, vector } from '../../data/programs.ts';
import { codedCases, outputsOf, type Checker, type CodedCase } from '../../kinds/coded.ts';

const uses: readonly (readonly [string, (executable: Executable) => Promise<unknown>])[] = [
  ['run', (e) => e.run('step', { x: vector(1, 2) })],
  ['runSteps', (e) => e.runSteps('step', [{ x: vector(1, 2) }])],
  ['readState', (e) => e.readState()],
  ['readState of one', (e) => e.readState(['w'])],
  ['writeState', (e) => e.writeState({ w: vector(1, 2) })],
];

async function refusesAll(check: Checker, executable: Executable): Promise<void> {
  for (const [name, use] of uses) await check.rejects(name, () => use(executable), 'disposed');
}

const compiles = (backend: Backend) => () => backend.compile(register());

const cases: readonly CodedCase[] = [
  {
    name: 'an executable that never ran',
    async run(subject, check) {
      const executable = await subject.compile(register());
      await executable.dispose();
      await refusesAll(check, executable);
    },
  },
  {
    name: 'an executable that ran; others of the backend go on',
    async run(subject, check) {
      const [first, second] = [
        await subject.compile(register()),
        await subject.compile(register()),
      ];
      await first.run('step', { x: vector(1, 2) });
      await second.run('step', { x: vector(3, 4) });
      await first.dispose();
      await refusesAll(check, first);
      check.all('the other', await outputsOf(second, 'read', {}), { w: vector(3, 4) }, 'exact');
    },
  },
  {
    name: 'what was asked for before dispose is still done',
    async run(subject, check) {
      const executable = await subject.compile(register());
      await executable.writeState({ w: vector(1, 2) });
      const run = executable.run('step', { x: vector(1, 1) });
      const read = executable.readState();
      const end = executable.dispose();
      const { was } = await run;
      check.equal('the result of a run', await was?.data(), vector(1, 2));
      check.equal('the state', (await read)['w'], vector(3, 5));
      await end;
      await refusesAll(check, executable);
    },
  },
  {
    name: 'a result outlives its executable',
    async run(subject, check) {
      const executable = await subject.compile(register());
      await executable.writeState({ w: vector(1, 2) });
      const { was } = await executable.run('step', { x: vector(1, 1) });
      await executable.dispose();
      check.equal('read after dispose', await was?.data(), vector(1, 2));
    },
  },
  {
    name: 'dispose twice, and at once',
    async run(subject) {
      const executable = await subject.compile(register());
      await executable.run('read', {});
      await Promise.all([executable.dispose(), executable.dispose()]);
      await executable.dispose();
    },
  },
  {
    name: 'a backend: it compiles no more, and its executables are done',
    needs: { fresh: true },
    async run(subject, check) {
      const backend = await subject.fresh();
      const [used, unused] = [await compiles(backend)(), await compiles(backend)()];
      await used.run('step', { x: vector(1, 2) });
      await backend.dispose();
      await check.rejects('compile', compiles(backend), 'disposed');
      await refusesAll(check, used);
      await refusesAll(check, unused);
      await used.dispose();
      await backend.dispose();
    },
  },
  {
    name: 'a backend that never compiled',
    needs: { fresh: true },
    async run(subject, check) {
      const backend = await subject.fresh();
      await backend.dispose();
      await backend.dispose();
      await check.rejects('compile', compiles(backend), 'disposed');
    },
  },
  {
    name: 'another instance of the backend goes on',
    needs: { fresh: true },
    async run(subject, check) {
      const [first, second] = [await subject.fresh(), await subject.fresh()];
      const [left, kept] = [await compiles(first)(), await compiles(second)()];
      await left.run('step', { x: vector(1, 2) });
      await kept.run('step', { x: vector(3, 4) });
      await first.dispose();
      const later = await compiles(second)();
      check.all('what it had', await outputsOf(kept, 'read', {}), { w: vector(3, 4) }, 'exact');
      check.all('what it makes', await outputsOf(later, 'read', {}), { w: vector(0, 0) }, 'exact');
    },
  },
];

/** Cases of use after dispose. */
export const disposedCases: readonly ConformanceCase[] = codedCases(
  { group: 'errors', subject: 'disposed' },
  cases,
);
