import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Measurement } from '../compare/measure.ts';
import { visitsExperiment, Workplace } from '../testing/workplace.ts';
import { comparison, told } from './compare.ts';

let place: Workplace;
beforeAll(async () => {
  place = await Workplace.make();
});
afterAll(() => place.remove());

interface Told {
  readonly yardstick: string;
  readonly backends: readonly {
    readonly backend: string;
    readonly state: string;
    readonly losses: readonly number[];
    readonly apart?: { readonly losses: number; readonly predictions: number };
    readonly millisecondsPerStep: number;
    readonly peakMemory: number;
  }[];
}

describe('compare', () => {
  it('holds a backend to the float64 interpreter, from the same weights and batches', async () => {
    const path = await place.write(
      'dropout.json',
      visitsExperiment({ model: { layers: [{ type: 'gru', units: 4, dropout: 0.3 }] } }),
    );
    const backends = ['--backends', 'onnx-cuda', 'reference'];
    const args = ['compare', path, '--steps', '11', ...backends];
    const { status, out, err } = await place.run([...args, '--json']);
    expect({ status, err }).toEqual({ status: 0, err: 'onnx-cuda …\nreference …\n' });
    const { yardstick, backends: found } = JSON.parse(out) as Told;
    expect(yardstick).toBe('reference');
    const [onnx, reference] = found;
    // 11 steps are more than the 9 batches of an epoch.
    expect(reference?.losses).toHaveLength(11);
    expect(new Set(reference?.losses).size).toBe(11);
    expect(reference?.apart).toBeUndefined();
    // Float32 beside float64: close, and not the same.
    expect(onnx?.apart?.losses).toBeLessThan(1e-4);
    expect(onnx?.apart?.predictions).toBeLessThan(1e-4);
    expect(onnx?.apart?.predictions).toBeGreaterThan(0);
    for (const each of found) {
      expect(each.millisecondsPerStep).toBeGreaterThan(0);
      expect(each.peakMemory).toBeGreaterThan(2 ** 24);
    }
  });

  it('takes imputations, and tells of data at fault as the other commands do', async () => {
    const { data, model: _, ...rest } = visitsExperiment();
    const layer = { type: 'gru', units: 2, returnSequences: true };
    const document = {
      ...rest,
      data: { ...data, derived: [] },
      task: { type: 'impute', columns: ['visits'], window: 6 },
      model: { layers: [layer] },
    };
    const args = (path: string) => ['compare', path, '--steps', '2', '--backends', 'reference'];
    const filled = await place.run(args(await place.write('impute.json', document)));
    expect(filled.status).toBe(0);
    expect(filled.out).toContain('yardstick');

    const columns = { views: { type: 'number' } };
    const lacking = { ...document, data: { ...document.data, columns } };
    const task = { ...document.task, columns: ['views'] };
    const path = await place.write('lacking.json', { ...lacking, task });
    const { status, out, err } = await place.run(args(path));
    expect({ status, out }).toEqual({ status: 2, out: '' });
    expect(err).toContain('visits.csv:1, column "views"');
  });

  it('refuses backends that there are none of', async () => {
    const args = ['compare', place.path('experiment.json'), '--backends', 'jax'];
    const { status, err } = await place.run(args);
    expect(status).toBe(2);
    expect(err).toContain('onnx-cuda, tfjs-cuda, webgpu, reference');
  });
});

describe('the table of a comparison', () => {
  const measured = (backend: string, losses: number[], predictions: number[]) => {
    const engine = `engine of ${backend}`;
    const told: Measurement = {
      ...{ backend, engine, device: 'cpu', precision: 'float32', losses, predictions },
      ...{ millisecondsPerStep: 1.25, peakMemory: 3 * 2 ** 20 },
    };
    return [backend, { measured: told }] as const;
  };
  const missing = { missing: true, message: 'no adapter', exitCode: 2 };
  const broken = { missing: false, message: 'its process ended with SIGSEGV', exitCode: 1 };

  it('names what is missing and how to get it, and what failed', () => {
    const { yardstick, compared } = comparison([
      measured('onnx-cuda', [4, 2], [3, 4]),
      ['webgpu', missing],
      ['tfjs-cuda', broken],
      measured('reference', [4, 2.5], [3, 5]),
    ]);
    expect(yardstick).toBe('reference');
    // |2 - 2.5| / 2.5, and 1 / √34.
    expect(compared[0]).toMatchObject({ apart: { losses: 0.2, predictions: 1 / Math.sqrt(34) } });
    const text = told(compared);
    for (const word of ['4 → 2', '2.0e-1', '1.7e-1', '1.25', '3 MiB', 'yardstick'])
      expect(text).toContain(word);
    expect(text).toContain('webgpu is not here: no adapter\n  needs npm install webgpu');
    expect(text).toContain('tfjs-cuda failed: its process ended with SIGSEGV');
  });

  it('holds to the first that is there where the interpreter takes no part', () => {
    const answers = [['webgpu', missing], measured('tfjs-cuda', [1], [2])] as const;
    expect(comparison(answers).yardstick).toBe('tfjs-cuda');
    expect(comparison([['webgpu', missing]]).yardstick).toBeUndefined();
  });
});
