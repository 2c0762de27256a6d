import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { visitsExperiment, Workplace } from '../testing/workplace.ts';

let place: Workplace;
let path = '';
beforeAll(async () => {
  place = await Workplace.make();
  path = await place.write('normal.json', visitsExperiment({ task: { output: 'gaussian' } }));
});
afterAll(() => place.remove());

/** A signal that aborts when it is asked for the nth time. */
function abortAt(reading: number): AbortSignal {
  const { signal } = new AbortController();
  let readings = 0;
  Object.defineProperty(signal, 'aborted', { get: () => ++readings >= reading });
  return signal;
}

describe('backtest', () => {
  it('fits anew for each fold, and tells the spread beside the baselines', async () => {
    const args = ['backtest', path, '--folds', '3', '--stride', '4', '--refit'];
    const { status, out, err } = await place.run([...args, '--training', 'sliding']);
    expect(status).toBe(0);
    expect(out).toMatch(/^test: 3 of 3 folds, 4 rows apart, fitted anew for each \(sliding\)\n/);
    for (const word of [' ± ', 'CRPS', 'NLL', 'in interval', 'model better in', ' seasonalNaive '])
      expect(out).toContain(word);
    expect(err.split('\n').filter((line) => line.startsWith('fold '))).toHaveLength(3);
    // 25 rows of test from 6 April on.
    expect(err).toMatch(
      /^fold 1\/3 {2}from 2021-04-05 {2}3 forecasts {2}3 epochs {2}MAE visits \d/,
    );

    const json = await place.run([...args, '--json']);
    const told = JSON.parse(json.out) as { folds: { trained: object; judged: object }[] };
    expect(told).toMatchObject({
      ...{ part: 'test', stride: 4, refit: true, training: 'expanding', planned: 3 },
      summary: { model: { visits: { mae: { mean: expect.any(Number) } } }, naive: {} },
    });
    expect(told.folds.map(({ trained }) => trained)).toEqual([
      { from: '2021-01-01', to: '2021-04-05', rows: 95 },
      { from: '2021-01-01', to: '2021-04-09', rows: 99 },
      { from: '2021-01-01', to: '2021-04-13', rows: 103 },
    ]);
  });

  it('takes the model of a run, or trains one', async () => {
    const run = place.path('run');
    await place.run(['train', path, '--output', run]);
    const ofRun = await place.run(['backtest', run, '--part', 'validation', '--folds', '2']);
    expect(ofRun.status).toBe(0);
    expect(ofRun.out).toMatch(/^validation: 2 of 2 folds, 10 rows apart, fitted once\n/);
    expect(ofRun.err).not.toContain('epoch');
    const ofDocument = await place.run(['backtest', path, '--part', 'validation', '--folds', '2']);
    expect(ofDocument.err).toContain('epoch 3/3');
    expect(ofDocument.out).toBe(ofRun.out);
  });

  it('ends with Ctrl-C, and tells of the folds that were judged', async () => {
    const args = ['backtest', path, '--folds', '3', '--stride', '4', '--refit', '--json'];
    const early = await place.run(args, abortAt(3));
    expect(early).toMatchObject({ status: 130, out: '' });
    expect(early.err).toContain('stopped before the first fold was judged');
    // A fold takes 3 epochs of 11 steps.
    const later = await place.run(args, abortAt(60));
    expect(later.status).toBe(130);
    expect(later.err).toMatch(/stopped after 1 of 3 folds, which are told/);
    expect((JSON.parse(later.out) as { folds: unknown[] }).folds).toHaveLength(1);
  });

  it.each([
    [['--folds', '20', '--stride', '4'], 'part "test": expected rows for 20 folds'],
    [['--training', 'sliding'], 'training: expected refit'],
    [['--part', 'train'], 'Allowed choices are validation, test'],
    [['--folds', '0'], 'whole number from 1'],
  ])('refuses %j', async (args, message) => {
    const { status, out, err } = await place.run(['backtest', path, ...args]);
    expect({ status, out }).toEqual({ status: 2, out: '' });
    expect(err).toContain(message);
  });

  it('is for forecasts', async () => {
    const { data, training } = visitsExperiment();
    const task = { type: 'impute', columns: ['visits'], window: 8 };
    const model = { layers: [{ type: 'conv1d', filters: 2, kernelSize: 3, padding: 'same' }] };
    const impute = await place.write('impute.json', { data, task, model, training });
    const { status, err } = await place.run(['backtest', impute]);
    expect(status).toBe(2);
    expect(err).toContain('impute.json');
    expect(err).toContain('$.task.type: expected "forecast", found "impute"');
  });
});
