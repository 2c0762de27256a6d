import type { Backend } from '@chronograd/backend';
import { referenceBackend } from '@chronograd/backend-reference';
import { float32, Builder } from '@chronograd/graph';
import { describe, expect, it } from 'vitest';
import type { ConformanceCase } from './case.ts';
import { openSuite, type ConformanceOptions } from './conformance.ts';
import { cellOf, coverageTable } from './coverage.ts';
import { noise } from './data/draw.ts';
import { ConformanceFailure } from './failure.ts';
import { checkFunc } from './kinds/func.ts';
import { ManifestError } from './manifest.ts';
import { runSuite, type Report } from './runner.ts';
import { allCases } from './suite.ts';

/** `x + x` on the backend. */
const works: ConformanceCase = {
  name: 'primitives/add/twice',
  row: { group: 'primitives', subject: 'add' },
  quick: true,
  async run(subject) {
    const b = new Builder();
    const x = b.input(float32(3));
    const func = b.finish([b.add(x, x)]);
    return { measurements: await checkFunc(subject, func, [noise([3], 1)], 'forward') };
  },
};
const fails: ConformanceCase = {
  name: 'primitives/mul/wrong',
  row: { group: 'primitives', subject: 'mul' },
  quick: false,
  run: () => Promise.reject(new ConformanceFailure('output 0: not what it should be')),
};
const needsTwo: ConformanceCase = {
  ...works,
  name: 'lifecycle/dispose/of one of two',
  row: { group: 'lifecycle', subject: 'dispose' },
  needs: { fresh: true },
};
const cases = [works, fails, needsTwo];

const options: ConformanceOptions = { backend: referenceBackend };
const run = (more: Partial<ConformanceOptions> = {}): Promise<Report> =>
  runSuite({ ...options, ...more }, cases);
const statuses = ({ cases: list }: Report) => list.map(({ status }) => status);

describe('the suite', () => {
  it('has no two cases of one name, and names begin with group and subject', () => {
    const names = allCases.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { name, row } of allCases)
      expect(name.startsWith(`${row.group}/${row.subject}/`), name).toBe(true);
  });
});

describe('runSuite', () => {
  it('counts, and says what ran where', async () => {
    const report = await run();
    expect(statuses(report)).toEqual(['passed', 'failed', 'passed']);
    expect(report).toMatchObject({ backend: 'reference', device: 'cpu', passed: 2, failed: 1 });
    expect(report.engine).toMatch(/\S/);
    expect(report.cases[0]?.worst).toMatchObject({ tensor: 'output 0', bound: 1e-5 });
    expect(report.cases[1]?.message).toBe('output 0: not what it should be');
  });

  it('tells of failed disposals beside what the case failed with, and disposes of the rest', async () => {
    const disposed: string[] = [];
    const names = ['shared', 'first', 'second', 'third'];
    const backend = (): Backend => {
      const name = names.shift() ?? 'one too many';
      return Object.assign(referenceBackend(), {
        dispose: () => {
          disposed.push(name);
          return name === 'second'
            ? Promise.resolve()
            : Promise.reject(new Error(`${name} sticks`));
        },
      });
    };
    const wantsThree: ConformanceCase = {
      ...needsTwo,
      async run(subject) {
        for (let i = 0; i < 3; i++) await subject.fresh();
        return fails.run(subject);
      },
    };
    const suite = openSuite({ backend }, [wantsThree]);
    const failure = await suite.cases[0]?.run().catch((error: unknown) => error);
    expect(disposed).toEqual(['third', 'second', 'first']);
    expect(failure).toMatchObject({
      message:
        'output 0: not what it should be\ndisposal failed: third sticks\ndisposal failed: first sticks',
      errors: [{ name: 'ConformanceFailure' }, { name: 'Error' }, { name: 'Error' }],
    });
  });

  it('fails a case whose disposal fails though it passed', async () => {
    const stuck: ConformanceCase = {
      ...works,
      async run(subject) {
        const outcome = await works.run(subject);
        const executable = await subject.compile({ state: {}, entries: {} });
        const dispose = executable.dispose.bind(executable);
        executable.dispose = () => {
          executable.dispose = dispose;
          return Promise.reject(new Error('still in use'));
        };
        return outcome;
      },
    };
    const [report] = (await runSuite(options, [stuck])).cases;
    expect(report).toMatchObject({ status: 'failed', message: 'disposal failed: still in use' });
  });

  it('chooses by text and by quickness', async () => {
    expect((await run({ filter: 'mul' })).cases.map(({ name }) => name)).toEqual([fails.name]);
    expect((await run({ quick: true })).cases).toHaveLength(2);
  });

  it('expects the failures of the manifest, and no others', async () => {
    const report = await run({ manifest: { [fails.name]: 'the engine rounds up' } });
    expect(report).toMatchObject({ passed: 2, failed: 0, expectedFailures: 1 });
    expect(report.cases[1]?.message).toBe('the engine rounds up: output 0: not what it should be');
  });

  it('fails a listed case that passes', async () => {
    const report = await run({ manifest: { [works.name]: 'was wrong once' } });
    expect(report).toMatchObject({ failed: 2, expectedFailures: 0 });
    expect(report.cases[0]?.message).toBe(
      `${works.name} passes, though it is listed as a known failure (was wrong once). Take it off the list`,
    );
  });

  it('refuses a manifest that names no case or gives no reason, whatever is filtered', async () => {
    const manifest = { 'primitives/add': 'all of them', [fails.name]: ' ' };
    const failure = run({ manifest, filter: 'twice' });
    await expect(failure).rejects.toBeInstanceOf(ManifestError);
    await expect(failure).rejects.toThrow(
      `"primitives/add" is the name of no case: remove it, or spell it as listed; "${fails.name}" has no reason`,
    );
  });

  it('skips what the backend does not claim, and says so', async () => {
    const backend = referenceBackend();
    const narrow = {
      ...backend,
      id: 'narrow',
      compile: backend.compile.bind(backend),
      dispose: backend.dispose.bind(backend),
      capabilities: () => ({ ...backend.capabilities(), dtypes: ['int32'] as const }),
    };
    const report = await run({ backend: () => narrow, filter: 'twice' });
    expect(report.cases).toMatchObject([
      { status: 'skipped', message: 'narrow does not compute with float32' },
    ]);
    const listed = { backend: () => narrow, filter: 'twice', manifest: { [works.name]: 'why' } };
    expect(statuses(await run(listed))).toEqual(['failed']);
  });

  it('given a backend, skips what wants another, and does not dispose of it', async () => {
    const backend = referenceBackend();
    expect(statuses(await run({ backend, quick: true }))).toEqual(['passed', 'skipped']);
    expect(statuses(await run({ backend, quick: true }))).toEqual(['passed', 'skipped']);
  });

  it('disposes of the backend that it made, and of what cases compiled', async () => {
    const backend = referenceBackend();
    const suite = openSuite({ backend: () => backend }, [works]);
    await suite.cases[0]?.run();
    await suite.dispose();
    await expect(backend.compile({ state: {}, entries: {} })).rejects.toMatchObject({
      code: 'disposed',
    });
  });
});

describe('coverageTable', () => {
  const part = { count: 1, reason: 'because', name: 'lstm' } as const;
  const report = (id: string, list: Partial<Report['cases'][number]>[]): Report => ({
    backend: id,
    engine: `engine of ${id}`,
    device: 'cpu',
    passed: 0,
    failed: 0,
    expectedFailures: 0,
    skipped: 0,
    seconds: 1,
    cases: list.map((each) => ({
      name: 'composites/lstm/x',
      row: { group: 'composites', subject: 'lstm' },
      status: 'passed',
      milliseconds: 1,
      parts: [],
      ...each,
    })),
  });

  it('says what became of each subject on each backend', () => {
    const row = { group: 'primitives', subject: 'add' } as const;
    const one = report('one', [
      { row },
      { parts: [{ ...part, pass: 'forward', realisation: 'fused' }] },
      {
        parts: [
          { ...part, pass: 'backward', realisation: 'expanded' },
          { ...part, name: 'scan', pass: 'forward', realisation: 'looped' },
        ],
      },
      { status: 'failed' },
    ]);
    const two = report('two', [
      { row, status: 'skipped' },
      { row, status: 'expectedFailure' },
    ]);
    expect(coverageTable([one, two])).toBe(`## primitives

| primitives | one<br>engine of one, cpu | two<br>engine of two, cpu |
| --- | --- | --- |
| add | native | unsupported |

## composites

| composites | one<br>engine of one, cpu | two<br>engine of two, cpu |
| --- | --- | --- |
| lstm | fused, gradient expanded, looped; 1 of 3 fail |  |
`);
  });

  it('says yes where nothing is computed', () => {
    const row = { group: 'errors', subject: 'disposed' } as const;
    expect(cellOf(report('one', [{ row }]), 'errors', 'disposed').text).toBe('yes');
  });

  it('names every realisation that was met', () => {
    const parts = (['unrolled', 'looped', 'expanded'] as const).map((realisation) => ({
      ...part,
      pass: 'forward' as const,
      realisation,
    }));
    expect(cellOf(report('one', [{ parts }]), 'composites', 'lstm').text).toBe(
      'expanded, unrolled or looped',
    );
  });
});
