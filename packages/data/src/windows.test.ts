import { describe, expect, it } from 'vitest';
import { DataError } from './errors.ts';
import { withColumns, type Series } from './series.ts';
import { DAY, parseTime } from './time.ts';
import { windows, type WindowOptions } from './windows.ts';

/** Ten days of which column a is the day's number and b is 100 more. */
const start = parseTime('2020-02-25', 'start');
const days = Float64Array.from({ length: 10 }, (_, row) => row);
const series: Series<'a' | 'b'> = {
  length: 10,
  time: days.map((row) => start + row * DAY),
  step: DAY,
  columns: { a: days, b: days.map((row) => row + 100) },
};

const base = { inputs: ['b', 'a'], targets: ['a'], length: 3 } as const;

function cut(options: Partial<WindowOptions> & Pick<WindowOptions, 'kind'>, of: Series = series) {
  return windows(of, { ...base, ...options });
}

describe('windows', () => {
  it('oneStep: the value after each window', () => {
    const cuts = cut({ kind: 'oneStep' });
    expect(cuts.count).toBe(7);
    const { inputs, targets } = cuts.batch([0, 6]);
    expect(inputs.shape).toEqual([2, 3, 2]);
    expect([...inputs.data]).toEqual([100, 0, 101, 1, 102, 2, 106, 6, 107, 7, 108, 8]);
    expect(targets.shape).toEqual([2, 1]);
    expect([...targets.data]).toEqual([3, 9]);
  });

  it('manySteps: the values of the horizon after each window', () => {
    const cuts = cut({ kind: 'manySteps', horizon: 4 });
    expect(cuts.count).toBe(4);
    expect(cuts.batch([3]).targets).toMatchObject({ shape: [1, 4] });
    expect([...cuts.batch([3]).targets.data]).toEqual([6, 7, 8, 9]);
  });

  it('manySteps of two columns: step by step, the columns within', () => {
    const cuts = cut({ kind: 'manySteps', horizon: 2, targets: ['a', 'b'] });
    expect([...cuts.batch([1]).targets.data]).toEqual([4, 104, 5, 105]);
  });

  it('sequenceToSequence: at every step the values of the horizon after it', () => {
    const cuts = cut({ kind: 'sequenceToSequence', horizon: 4 });
    const { targets } = cuts.batch([2]);
    expect(targets.shape).toEqual([1, 3, 4]);
    expect([...targets.data]).toEqual([3, 4, 5, 6, 4, 5, 6, 7, 5, 6, 7, 8]);
  });

  it('within: inputs lie in the rows, too', () => {
    const rows = { from: 4, to: 9 };
    expect(cut({ kind: 'oneStep', rows }).count).toBe(5);
    const inside = cut({ kind: 'oneStep', rows, within: true });
    expect([...inside.batch().targets.data]).toEqual([7, 8]);
  });

  it('a stride goes from window to window', () => {
    const cuts = cut({ kind: 'oneStep', stride: 3 });
    expect([...cuts.batch().targets.data]).toEqual([3, 6, 9]);
  });

  it('knows the last day that each forecast may know', () => {
    const cuts = cut({ kind: 'manySteps', horizon: 2 });
    expect(cuts.originRow(1)).toBe(3);
    expect(cuts.origin(1)).toBe('2020-02-28');
    expect(cuts.origin(2)).toBe('2020-02-29');
  });
});

describe('windows of a part', () => {
  const rows = { from: 5, to: 8 };

  it('has no target outside it, and context from before it', () => {
    const cuts = cut({ kind: 'manySteps', horizon: 2, rows });
    const { inputs, targets } = cuts.batch();
    expect([...targets.data]).toEqual([5, 6, 6, 7]);
    expect([...inputs.data].filter((value) => value < 100)).toEqual([2, 3, 4, 3, 4, 5]);
  });

  it('has none outside it at any step of a sequence', () => {
    const cuts = cut({ kind: 'sequenceToSequence', length: 2, horizon: 2, rows });
    expect([...cuts.batch().targets.data]).toEqual([5, 6, 6, 7]);
    expect([...cuts.batch().inputs.data].filter((value) => value < 100)).toEqual([4, 5]);
  });

  it('must hold at least one', () => {
    expect(() => cut({ kind: 'manySteps', horizon: 4, rows })).toThrow(
      'windows: expected rows for at least one window of 3 and a horizon of 4, found 6 rows',
    );
  });
});

describe('batches', () => {
  const cuts = cut({ kind: 'oneStep' });
  const targets = (options: Parameters<typeof cuts.batches>[0]): number[][] =>
    [...cuts.batches(options)].map((batch) => [...batch.targets.data]);

  it('go through all windows in order, the last one smaller', () => {
    expect(targets({ batchSize: 3 })).toEqual([[3, 4, 5], [6, 7, 8], [9]]);
    expect(targets({ batchSize: 3, dropRemainder: true })).toEqual([
      [3, 4, 5],
      [6, 7, 8],
    ]);
  });

  it('are shuffled by their seed', () => {
    const one = targets({ batchSize: 7, shuffleSeed: 1 }).flat();
    expect(one).toEqual(targets({ batchSize: 7, shuffleSeed: 1 }).flat());
    expect(one).not.toEqual(targets({ batchSize: 7, shuffleSeed: 2 }).flat());
    expect([...one].sort((a, b) => a - b)).toEqual([3, 4, 5, 6, 7, 8, 9]);
  });

  it('read the series only when they are reached', () => {
    const read: number[] = [];
    const spied = new Proxy(days, {
      get: (target, key) => {
        if (typeof key === 'string' && /^\d+$/.test(key)) read.push(Number(key));
        const value: unknown = Reflect.get(target, key, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const lazy = cut({ kind: 'oneStep' }, { ...series, columns: { a: spied, b: days } });
    read.length = 0;
    lazy.batches({ batchSize: 2 }).next();
    expect(Math.max(...read)).toBe(4);
  });
});

describe('missing values', () => {
  const holed = withColumns(series, { b: days.map((row) => (row === 1 || row === 2 ? NaN : row)) });

  it('are refused, with how many windows and where', () => {
    expect(() => cut({ kind: 'manySteps', horizon: 2 }, holed)).toThrow(
      /found 3 windows with missing values: "b" at 2020-02-26, 2020-02-27\. Fill them/,
    );
  });

  it('are dropped where that is asked for, and counted', () => {
    const cuts = cut({ kind: 'manySteps', horizon: 2, missing: 'drop' }, holed);
    expect([cuts.count, cuts.dropped]).toEqual([3, 3]);
    expect(cuts.batch().inputs.data.some(Number.isNaN)).toBe(false);
  });

  it('matter only in the rows that a window uses', () => {
    // As a target, b of days 1 and 2 is no part of windows that begin there.
    const cuts = cut({ inputs: ['a'], targets: ['b'], kind: 'manySteps', horizon: 2 }, holed);
    expect([cuts.count, cuts.dropped]).toEqual([6, 0]);
  });

  it('in all windows leave nothing', () => {
    const none = withColumns(series, { b: days.map(() => NaN) });
    expect(() => cut({ kind: 'oneStep', missing: 'drop' }, none)).toThrow(
      'expected at least one window without missing values, found missing values in all 7',
    );
  });
});

describe('windows refuse', () => {
  it.each<[Partial<WindowOptions>, string]>([
    [{ length: 0 }, 'length: expected a whole, positive number, found 0'],
    [{ stride: 1.5 }, 'stride: expected'],
    [{ horizon: 2 }, 'horizon: expected 1 for oneStep windows, found 2'],
    [{ inputs: [] }, 'inputs: expected at least one column'],
    [{ targets: ['aa'] }, 'column "aa": expected a column of the series'],
    [{ rows: { from: 3, to: 12 } }, 'rows: expected a range within 0 to 10, found 3 to 12'],
  ])('%j', (options, message) => {
    expect(() => cut({ kind: 'oneStep', ...options })).toThrow(message);
    expect(() => cut({ kind: 'oneStep', ...options })).toThrow(DataError);
  });

  it('a window that is not there', () => {
    expect(() => cut({ kind: 'oneStep' }).batch([7])).toThrow(
      'expected a whole number from 0 to 6',
    );
  });
});
