import type { InitializerSpec, ParameterSpec } from '@chronograd/spec';
import { describe, expect, it } from 'vitest';
import { initialParameter, initialValues } from './initializers.ts';
import { deriveKey, normalStream, uniformStream } from './random.ts';

const key = deriveKey(42, 'layer/kernel');

function values(initializer: InitializerSpec, shape: readonly number[] = [40, 60]): number[] {
  return [...initialValues(initializer, shape, key)];
}

function moments(sample: readonly number[]): { mean: number; stddev: number; greatest: number } {
  const mean = sample.reduce((sum, x) => sum + x, 0) / sample.length;
  const square = sample.reduce((sum, x) => sum + (x - mean) ** 2, 0) / sample.length;
  return { mean, stddev: Math.sqrt(square), greatest: Math.max(...sample.map(Math.abs)) };
}

/** The product of a `[rows, columns]` matrix's rows (or columns) with each other. */
function gram(matrix: readonly number[], columns: number, byRows: boolean): number[][] {
  const rows = matrix.length / columns;
  const count = byRows ? rows : columns;
  const length = byRows ? columns : rows;
  const at = (vector: number, i: number): number =>
    matrix[byRows ? vector * columns + i : i * columns + vector] as number;
  return Array.from({ length: count }, (_, a) =>
    Array.from({ length: count }, (_unused, b) =>
      Array.from({ length }, (_none, i) => at(a, i) * at(b, i)).reduce((sum, x) => sum + x, 0),
    ),
  );
}

function expectIdentity(matrix: readonly (readonly number[])[], scale = 1): void {
  matrix.forEach((row, i) =>
    row.forEach((value, j) => expect(value).toBeCloseTo(i === j ? scale : 0, 12)),
  );
}

describe('initialValues', () => {
  it('fills with constants', () => {
    expect(values({ type: 'zeros' }, [2])).toEqual([0, 0]);
    expect(values({ type: 'ones' }, [2])).toEqual([1, 1]);
    expect(values({ type: 'constant', value: -2.5 }, [2])).toEqual([-2.5, -2.5]);
  });

  it('draws uniform numbers between the bounds', () => {
    const sample = values({ type: 'uniform', min: 1, max: 3 });
    expect(Math.min(...sample)).toBeGreaterThanOrEqual(1);
    expect(Math.max(...sample)).toBeLessThan(3);
    expect(moments(sample).mean).toBeCloseTo(2, 1);
  });

  it('draws normal numbers, beyond two standard deviations as well', () => {
    const { mean, stddev, greatest } = moments(values({ type: 'normal', mean: 0, stddev: 0.5 }));
    expect(Math.abs(mean)).toBeLessThan(0.03);
    expect(stddev).toBeCloseTo(0.5, 1);
    expect(greatest).toBeGreaterThan(1);
  });

  // fanIn 40, fanOut 60
  it.each([
    ['glorotUniform', 2 / 100],
    ['heUniform', 2 / 40],
    ['lecunUniform', 1 / 40],
  ] as const)('%s is uniform with its variance', (type, variance) => {
    const { stddev, greatest } = moments(values({ type }));
    const limit = Math.sqrt(3 * variance);
    expect(Math.abs(stddev / Math.sqrt(variance) - 1)).toBeLessThan(0.03);
    expect(greatest).toBeLessThan(limit);
    expect(greatest).toBeGreaterThan(0.99 * limit);
  });

  it.each([
    ['glorotNormal', 2 / 100],
    ['heNormal', 2 / 40],
    ['lecunNormal', 1 / 40],
  ] as const)('%s is a truncated normal with its variance', (type, variance) => {
    const { stddev, greatest } = moments(values({ type }));
    const limit = (2 * Math.sqrt(variance)) / 0.87962566103423978;
    expect(Math.abs(stddev / Math.sqrt(variance) - 1)).toBeLessThan(0.05);
    expect(greatest).toBeLessThan(limit);
    expect(greatest).toBeGreaterThan(0.97 * limit);
  });

  it.each([
    [7, 3],
    [3, 7],
    [4, 16],
    [5, 5],
  ])('makes the shorter side of [%i, %i] orthonormal, times the gain', (rows, columns) => {
    const matrix = values({ type: 'orthogonal', gain: 3 }, [rows, columns]);
    expectIdentity(gram(matrix, columns, rows < columns), 9);
  });

  it('does not make every orthogonal matrix a rotation', () => {
    const determinants = Array.from({ length: 20 }, (_, seed) => {
      const drawn = initialValues({ type: 'orthogonal', gain: 1 }, [2, 2], deriveKey(seed, 'k'));
      const [a = 0, b = 0, c = 0, d = 0] = drawn;
      return Math.sign(a * d - b * c);
    });
    expect(new Set(determinants).size).toBe(2);
  });
});

describe('initialParameter', () => {
  const bias: ParameterSpec = {
    name: 'lstm/bias',
    layer: 'lstm',
    variable: 'bias',
    shape: [12],
    initializer: { type: 'constant', value: 0.25 },
    gates: 4,
    unitForgetBias: true,
  };
  const kernel: ParameterSpec = {
    name: 'dense/kernel',
    layer: 'dense',
    variable: 'kernel',
    shape: [2, 3],
    initializer: { type: 'glorotUniform' },
  };

  it('sets the forget gate alone to one, whatever the initialiser gives the others', () => {
    const quarter = [0.25, 0.25, 0.25];
    expect([...initialParameter(bias, 1)]).toEqual([...quarter, 1, 1, 1, ...quarter, ...quarter]);
    expect([...initialParameter({ ...bias, unitForgetBias: false }, 1)]).toEqual(
      Array<number>(12).fill(0.25),
    );
  });

  it('depends on the seed and on the name, on nothing else', () => {
    const drawn = initialParameter(kernel, 42);
    expect(initialParameter({ ...kernel }, 42)).toEqual(drawn);
    expect(initialParameter(kernel, 43)).not.toEqual(drawn);
    expect(initialParameter(kernel, 42 + 2 ** 32)).not.toEqual(drawn);
    expect(initialParameter({ ...kernel, name: 'dense_1/kernel' }, 42)).not.toEqual(drawn);
  });

  it('gives these numbers, today and later: saved experiments name a seed', () => {
    expect([...initialParameter(kernel, 42)].map((x) => x.toFixed(6))).toMatchInlineSnapshot(`
      [
        "-0.523232",
        "0.272786",
        "0.871288",
        "1.026781",
        "0.532069",
        "-0.086920",
      ]
    `);
  });
});

describe('deriveKey', () => {
  it('tells names apart that differ in length or in the last byte', () => {
    const names = ['', '\0', 'a', 'a\0', 'abcdefgh', 'abcdefgh\0', 'abcdefgi', 'abcdefghi'];
    expect(new Set(names.map((name) => deriveKey(1, name).join())).size).toBe(names.length);
  });
});

describe('streams', () => {
  it('repeat under one key', () => {
    const [a, b] = [normalStream(key), normalStream(key)];
    expect([a(), a(), a()]).toEqual([b(), b(), b()]);
  });

  it('have more than 32 bits', () => {
    const draw = uniformStream(key);
    const sample = Array.from({ length: 20 }, draw);
    expect(sample.some((x) => !Number.isInteger(x * 2 ** 32))).toBe(true);
  });
});
