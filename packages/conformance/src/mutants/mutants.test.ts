/** Every mutant dies in the cases that say so, and in no other that is named. */
import { afterAll, describe, expect, it } from 'vitest';
import { openSuite } from '../conformance.ts';
import { ConformanceFailure } from '../failure.ts';
import { allCases } from '../suite.ts';
import { mutants } from './index.ts';
import { changedBackend, type Change } from './mutant.ts';
import { unchanged } from './unchanged.ts';

const cases = new Map(allCases.map((each) => [each.name, each]));

/** Runs one case on the reference backend with a change: what it fails with, if it fails. */
async function failureOf(change: Change, name: string): Promise<unknown> {
  const found = cases.get(name);
  if (!found) throw new Error(`no case is called ${name}`);
  const suite = openSuite({ backend: () => changedBackend(change) }, [found]);
  const [only] = suite.cases;
  try {
    const result = await only?.run();
    expect(result?.status, name).toBe('passed');
    return undefined;
  } catch (error) {
    return error;
  } finally {
    await suite.dispose();
  }
}

describe('mutants', () => {
  let killed = 0;
  afterAll(() => console.log(`${killed} of ${mutants.length} mutants killed`));

  it.each(mutants)('$name: $breaks', async ({ change, killedBy, spares }) => {
    expect(killedBy).not.toEqual([]);
    expect(spares).not.toEqual([]);
    // A comparison must say so: a crash would kill anything.
    for (const name of killedBy)
      expect(await failureOf(change, name), name).toBeInstanceOf(ConformanceFailure);
    for (const name of spares) expect(await failureOf(change, name), name).toBeUndefined();
    killed++;
  });

  it('have names of their own', () => {
    expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length);
  });
});

describe('a backend that is wrapped as mutants are, with nothing changed', () => {
  it.each(unchanged)('passes what they fail in: $way', async ({ change, mutants: made }) => {
    for (const name of new Set(made.flatMap(({ killedBy }) => killedBy)))
      expect(await failureOf(change, name), name).toBeUndefined();
  });
});
