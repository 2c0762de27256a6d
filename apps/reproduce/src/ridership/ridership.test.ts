import { referenceBackend } from '@chronograd/backend-reference';
import {
  asForecast,
  checkColumns,
  designForecast,
  parseExperiment,
  partWindows,
  prepare,
} from '@chronograd/forecast';
import { describe, expect, it, type TestContext } from 'vitest';
import { isReached } from '../reproduction.ts';
import { documentOf, examples, missingData } from './experiments.ts';
import { ridership } from './ridership.ts';
import { candidates } from './search.ts';

/** Whether the data are here; says so where they are not. */
async function isHere({ annotate }: TestContext): Promise<boolean> {
  const missing = missingData();
  if (missing !== undefined) await annotate(`Chicago's ridership, ${missing}`, 'left out');
  return missing === undefined;
}

describe("the book's experiments", () => {
  it("have the book's errors of last week's values", async (context) => {
    if (!(await isHere(context))) return;
    const backend = referenceBackend();
    const exact = ridership.rows.filter(({ rule }) => rule === 'exact');
    expect(exact).toHaveLength(2);
    for (const row of exact) {
      const values = [
        await row.measure({ backend, seed: 0, seeds: [0], runs: '', say: () => undefined }),
      ];
      expect(isReached({ row, backend: 'none', values, seconds: 0 }), `${values[0]}`).toBe(true);
    }
    await backend.dispose();
  });

  it.for([
    ['linear', [56, 1], 1040, 95],
    ['rnn', [56, 1], 1040, 95],
    ['rnn-clipped', [56, 1], 1040, 95],
    ['multivariate', [56, 5], 1040, 95],
    ['two-targets', [56, 5], 1040, 95],
    ['fortnight', [56, 5], 1027, 82],
    ['sequence-to-sequence', [56, 5], 1027, 82],
  ] as const)(
    '%s reads %j, and has the windows of the book',
    async ([name, shape, train, validation], context) => {
      if (!(await isHere(context))) return;
      const prepared = await prepare(documentOf(name), examples);
      const windows = partWindows(prepared, { part: 'train', view: 'model' });
      expect(windows.batch([0]).inputs.shape).toEqual([1, ...shape]);
      expect(windows.count).toBe(train);
      expect(partWindows(prepared, { part: 'validation', view: 'model' }).count).toBe(validation);
    },
  );
});

describe('the search', () => {
  it.for(candidates)('has an experiment: $name', ({ document }) => {
    const experiment = asForecast(parseExperiment(document));
    checkColumns(experiment);
    const { ahead, modelHorizon } = designForecast(experiment);
    expect(ahead.length).toBeGreaterThanOrEqual(3 * modelHorizon);
  });

  it('has no two alike', () => {
    const documents = candidates.map(({ document }) => JSON.stringify(document));
    expect(new Set(documents).size).toBe(candidates.length);
    expect(new Set(candidates.map(({ name }) => name)).size).toBe(candidates.length);
  });
});
