import { referenceBackend } from '@chronograd/backend-reference';
import { Builder, type Program, type Shape, type TensorType } from '@chronograd/graph';
import { afterAll, describe, expect, it } from 'vitest';
import { softwareGpu } from '../../testing/index.ts';
import { webgpuBackend } from '../backend.ts';

/** The adapter of the tests without its name: what a GPU is given, which no processor is. */
async function nameless(): Promise<GPU> {
  const adapter = await (await softwareGpu()).requestAdapter();
  if (!adapter) throw new Error('expected an adapter');
  const found = { requestDevice: () => adapter.requestDevice() };
  return { requestAdapter: () => Promise.resolve(found) } as unknown as GPU;
}

const onGpu = webgpuBackend({ gpu: await nameless() });
const onProcessor = webgpuBackend({ gpu: await softwareGpu() });
afterAll(() => Promise.all([onGpu.dispose(), onProcessor.dispose()]));

function product(a: Shape, b: Shape, transposeA: boolean, transposeB: boolean): Program {
  const builder = new Builder();
  const types: readonly TensorType[] = [a, b].map((shape) => ({ dtype: 'float32', shape }));
  const [x, y] = types.map((type) => builder.input(type));
  if (!x || !y) throw new Error('expected two inputs');
  const result = builder.matmul(x, y, { transposeA, transposeB });
  const func = builder.finish([result]);
  const inputs = types.map((type, i) => ({ name: i === 0 ? 'a' : 'b', type }));
  const outputs = [{ name: 'y', type: result.type }];
  return { state: {}, entries: { run: { inputs, reads: [], outputs, writes: [], func } } };
}

const numbers = (shape: Shape, seed: number) => ({
  dtype: 'float32' as const,
  shape,
  data: Float32Array.from(
    { length: shape.reduce((size, each) => size * each, 1) },
    (_, i) => Math.sin(seed + 1.7 * i) + 0.1,
  ),
});

describe.each([
  ['in tiles, on a GPU', onGpu],
  ['in blocks, on a processor', onProcessor],
])('matmul %s', (_where, backend) => {
  it.each<[string, Shape, Shape, boolean, boolean]>([
    ['no size of which is whole tiles', [35, 21], [21, 50], false, false],
    ['of more than one matrix', [2, 3, 17, 40], [2, 3, 40, 33], false, false],
    ['with the first transposed', [21, 35], [21, 50], true, false],
    ['with the second transposed', [35, 21], [50, 21], false, true],
    ['with both transposed, of two matrices', [2, 21, 35], [2, 50, 21], true, true],
    ['whose sums are made in parts', [1000, 20], [1000, 70], true, false],
    ['whose sums are made in parts, of two matrices', [2, 20, 777], [2, 777, 37], false, false],
  ])('%s', async (_name, a, b, transposeA, transposeB) => {
    const program = product(a, b, transposeA, transposeB);
    const feeds = { a: numbers(a, 1), b: numbers(b, 2) };
    const [expected, found] = await Promise.all(
      [referenceBackend(), backend].map(async (each) => {
        const executable = await each.compile(program);
        const value = await (await executable.run('run', feeds))['y']?.data();
        await executable.dispose();
        return value;
      }),
    );
    expect(found?.shape).toEqual(expected?.shape);
    found?.data.forEach((value, i) => expect(value).toBeCloseTo(expected?.data[i] ?? NaN, 3));
  });
});
