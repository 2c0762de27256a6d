import { buildProgram, prepareFunc, sizeOf, type Entry } from '@chronograd/graph';
import { parseModel, parseTraining, resolveModel } from '@chronograd/spec';
import { describe, expect, it } from 'vitest';
import { planEntry, type Plan } from './plan.ts';

/** A training step of one LSTM, of 6 steps and 4 rows, on a GPU whose buffers hold so many words. */
function trainStep(units: number, mostWords: number, isSoftware = false): Plan {
  const layers = [
    { type: 'input', shape: [6, 3] },
    { type: 'lstm', units },
    { type: 'dense', units: 1 },
  ];
  const model = resolveModel(parseModel({ formatVersion: 1, layers }));
  const training = parseTraining({ formatVersion: 1, loss: 'mse', optimizer: 'sgd' });
  const program = buildProgram(model, { batch: 4, training, entries: ['trainStep'] });
  const entry = program.entries['trainStep'] as Entry;
  const offsets = new Map<string, number>();
  let end = 0;
  for (const [name, { shape }] of Object.entries(program.state)) {
    offsets.set(name, end);
    end += sizeOf(shape);
  }
  const device = { maxThreads: 256, isSoftware, mostWords };
  const prepared = { ...entry, func: prepareFunc(entry.func) };
  const offsetOf = (name: string): number => offsets.get(name) ?? 0;
  return planEntry('trainStep', prepared, program.state, offsetOf, device);
}

const everyDevice = 2 ** 25;

describe('planEntry', () => {
  it.each([32, 512, 1024])('takes each scan of an LSTM of %i units in one dispatch', (units) => {
    const { kernels, parts } = trainStep(units, everyDevice);
    expect(new Set(kernels).size).toBe(kernels.length);
    expect(kernels.length).toBeLessThanOrEqual(24);
    expect(parts).toMatchObject([
      { count: 2, reason: expect.stringMatching(/^6 steps in one dispatch/) },
    ]);
  });

  it('needs few dispatches on a processor too', () => {
    expect(trainStep(32, everyDevice, true).kernels.length).toBeLessThanOrEqual(24);
  });

  it('runs a scan step by step where workgroups have not the memory, and says so', () => {
    const { kernels, parts } = trainStep(2048, 2 ** 29);
    // The gradient's: each of its kernels stands in the list once for each step.
    const counts = [...new Set(kernels)].map(
      (kernel) => kernels.filter((each) => each === kernel).length,
    );
    expect(new Set(counts)).toEqual(new Set([1, 6]));
    expect(parts.map(({ reason }) => reason)).toEqual([
      expect.stringContaining('6 steps in one dispatch'),
      expect.stringContaining('bytes of workgroup memory, more than 16384'),
    ]);
  });

  it('refuses what no buffer holds, with what may help', () => {
    expect(() => trainStep(2048, everyDevice)).toThrow(
      /entry "trainStep": expected at most 134217728 bytes at once, found 134\d+\. .*largeBuffers/,
    );
  });
});
