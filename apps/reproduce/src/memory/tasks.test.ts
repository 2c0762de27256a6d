import { seededRandom } from '@chronograd/data';
import { describe, expect, it } from 'vitest';
import { addingProblem, copyFloor, copyMemory, copySteps, symbols } from './tasks.ts';

describe('addingProblem', () => {
  it('asks for the sum of two marked numbers', () => {
    const [count, steps] = [200, 7];
    const { inputs, targets } = addingProblem(steps)(count, seededRandom(3));
    expect(inputs.shape).toEqual([count, steps, 2]);
    expect(targets.shape).toEqual([count, 1]);
    const places = new Set<number>();
    for (let i = 0; i < count; i++) {
      const own = Array.from({ length: steps }, (_, step) => ({
        step,
        value: inputs.data[(i * steps + step) * 2] ?? NaN,
        mark: inputs.data[(i * steps + step) * 2 + 1],
      }));
      const marked = own.filter(({ mark }) => mark === 1);
      expect(marked).toHaveLength(2);
      expect(own.filter(({ mark }) => mark === 0)).toHaveLength(steps - 2);
      for (const { step } of marked) places.add(step);
      const [one, two] = marked.map(({ value }) => value);
      expect(targets.data[i]).toBeCloseTo((one ?? NaN) + (two ?? NaN), 6);
    }
    expect(places.size).toBe(steps);
    const error = targets.data.reduce((sum, value) => sum + (value - 1) ** 2, 0) / count;
    expect(error).toBeCloseTo(1 / 6, 1);
  });
});

describe('copyMemory', () => {
  it('asks for the first ten symbols at the end', () => {
    const [count, blanks] = [5, 6];
    const steps = copySteps(blanks);
    const { inputs, targets } = copyMemory(blanks)(count, seededRandom(4));
    expect(steps).toBe(26);
    expect(inputs.shape).toEqual([count, steps, symbols]);
    expect(targets.shape).toEqual([count, steps]);
    const seen = new Set<number>();
    for (let i = 0; i < count; i++) {
      const read = Array.from({ length: steps }, (_, step) => {
        const from = (i * steps + step) * symbols;
        const row = [...inputs.data.subarray(from, from + symbols)];
        expect(row.filter((value) => value === 1)).toHaveLength(1);
        return row.indexOf(1);
      });
      const said = [...targets.data.subarray(i * steps, (i + 1) * steps)];
      const first = read.slice(0, 10);
      for (const symbol of first) seen.add(symbol);
      expect(read).toEqual([...first, 0, 0, 0, 0, 0, 9, ...Array<number>(10).fill(0)]);
      expect(said).toEqual([...Array<number>(16).fill(0), ...first]);
    }
    expect([...seen].sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('has a floor that depends on the blanks', () => {
    expect(copyFloor(100)).toBeCloseTo(20.79441541679836 / 120, 12);
  });
});
