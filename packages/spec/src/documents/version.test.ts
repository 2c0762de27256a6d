import { describe, expect, it } from 'vitest';
import { faultsOf } from '../../testing/faults.ts';
import { parseModel, parseModelWith } from './model.ts';
import { parseTraining, parseTrainingWith } from './training.ts';
import { migrate, modelHistory, trainingHistory } from './version.ts';

const layers = [{ type: 'input', shape: [3] }];

describe('formatVersion', () => {
  it('may be left out by who writes by hand, and is always written', () => {
    expect(parseModel({ layers }).formatVersion).toBe(1);
    expect(parseTraining({ loss: 'mse' }).formatVersion).toBe(1);
  });

  it('of a newer chronograd is refused with the advice to upgrade, whatever else is unknown', () => {
    const advice = 'the document was written by a newer chronograd: upgrade to read it';
    const fault = `$.formatVersion: expected a format version up to 1, found 2 (${advice})`;
    expect(faultsOf(() => parseModel({ formatVersion: 2, blocks: [] }))).toEqual([fault]);
    expect(faultsOf(() => parseTraining({ formatVersion: 2, losses: 1 }))).toEqual([fault]);
  });

  it.each([0, -1, 1.5, '1', null])('%j is none', (formatVersion) => {
    expect(faultsOf(() => parseModel({ formatVersion, layers }))).toEqual([
      `$.formatVersion: expected 1, found ${JSON.stringify(formatVersion)}`,
    ]);
  });
});

describe('migrations', () => {
  // Format 1 called the current format's layers `stack` at first, then `blocks`.
  const history = {
    current: 3,
    migrations: {
      1: ({ stack, ...rest }: Readonly<Record<string, unknown>>) => ({ ...rest, blocks: stack }),
      2: ({ blocks, ...rest }: Readonly<Record<string, unknown>>) => ({ ...rest, layers: blocks }),
    },
  };

  it('lead step by step from the format of the document to the current one', () => {
    const expected = { name: 'm', layers, formatVersion: 3 };
    expect(migrate('It', { formatVersion: 1, name: 'm', stack: layers }, history)).toEqual(
      expected,
    );
    expect(migrate('It', { name: 'm', stack: layers }, history)).toEqual(expected);
    expect(migrate('It', { formatVersion: 2, name: 'm', blocks: layers }, history)).toEqual(
      expected,
    );
    expect(migrate('It', expected, history)).toEqual(expected);
  });

  it('do not change the document itself', () => {
    const document = { stack: layers };
    migrate('It', document, history);
    expect(document).toEqual({ stack: layers });
  });

  it('run before a document is checked', () => {
    // The codec knows format 1 only, and so says what came of the migration.
    expect(faultsOf(() => parseModelWith({ stack: layers }, history))).toEqual([
      '$.formatVersion: expected 1, found 3',
    ]);
    expect(faultsOf(() => parseTrainingWith({ formatVersion: 4 }, history))).toHaveLength(1);
  });

  it('must be complete', () => {
    const gap = { current: 3, migrations: { 1: history.migrations[1] } };
    expect(() => migrate('It', { stack: layers }, gap)).toThrow(/No migration from format 2 to 3/);
  });

  it.each([modelHistory, trainingHistory])(
    'of our own reach from 1 to the current format',
    (own) => {
      const steps = Array.from({ length: own.current - 1 }, (_, index) => String(index + 1));
      expect(Object.keys(own.migrations)).toEqual(steps);
    },
  );
});
