import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { onnxBackend } from '@chronograd/backend-onnx-cuda';
import { describe, expect, it } from 'vitest';
import { evaluate } from './run/evaluate.ts';
import { partWindows, prepare } from './run/prepare.ts';
import { train } from './run/train.ts';

/** The folder of the ridership data beside or above the repository; undefined without it. */
function ridership(): string | undefined {
  for (let folder = import.meta.dirname; folder !== dirname(folder); folder = dirname(folder)) {
    const found = join(folder, 'shared/data/ridership');
    if (existsSync(found)) return found;
  }
  return undefined;
}

const folder = ridership();

function experiment(task: object, layers: readonly object[], epochs = 1) {
  return {
    data: {
      source: { type: 'csv', path: 'cta-daily-boardings.csv' },
      time: {
        column: 'service_date',
        format: 'MM/DD/YYYY',
        unsorted: 'sort',
        duplicates: 'dropIdentical',
      },
      columns: {
        bus: { type: 'number' },
        rail: { type: 'number', from: 'rail_boardings' },
        day: { type: 'category', from: 'day_type', categories: ['A', 'U', 'W'] },
      },
      derived: [{ type: 'oneHot', column: 'day' }],
      split: {
        train: { from: '2016-01-01', to: '2018-12-31' },
        validation: { from: '2019-01-01', to: '2019-05-31' },
      },
    },
    task: {
      type: 'forecast',
      targets: ['rail'],
      window: 56,
      season: 7,
      within: true,
      scaling: { type: 'divide', by: 1e6 },
      ...task,
    },
    model: { layers },
    training: {
      loss: 'huber',
      optimizer: { type: 'sgd', learningRate: 0.05, momentum: 0.9 },
      epochs,
    },
  };
}

describe("Chicago's ridership", () => {
  it('is cut in as many windows as it should, and last week forecasts as it is known to', async ({
    annotate,
  }) => {
    if (folder === undefined) {
      await annotate("Chicago's ridership, as shared/data/ridership is not here", 'left out');
      return;
    }
    const next = await prepare(
      experiment({ inputs: ['rail', 'bus'], future: ['day'] }, [{ type: 'simpleRnn', units: 3 }]),
      folder,
    );
    expect(partWindows(next, { part: 'train', view: 'model' }).count).toBe(1040);
    expect(partWindows(next, { part: 'validation', view: 'model' }).count).toBe(95);
    const backend = onnxBackend();
    const { model, history } = await train(next, { backend });
    expect(history.epochs).toHaveLength(1);
    const judged = await evaluate(next, model, 'validation');
    expect(judged.windows).toBe(95);
    expect(judged.errors['linear']?.['rail']?.mae).toBeLessThan(30_000);
    await backend.dispose();

    const fortnight = await prepare(
      experiment({ horizon: 14 }, [{ type: 'simpleRnn', units: 3 }]),
      folder,
    );
    expect(partWindows(fortnight, { part: 'train', view: 'model' }).count).toBe(1027);
    expect(partWindows(fortnight, { part: 'validation', view: 'model' }).count).toBe(82);
  });
});
