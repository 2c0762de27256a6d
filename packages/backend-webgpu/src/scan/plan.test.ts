import { float64, interpret, type Tensor64 } from '@chronograd/backend-reference';
import { Builder, scan as writeScan, sizeOf, type Func, type Value } from '@chronograd/graph';
import { afterAll, describe, expect, it } from 'vitest';
import { softwareGpu } from '../../testing/index.ts';
import { planScan, type ScanPlan } from './plan.ts';
import { bindScan } from './testing/run.ts';

const adapter = await (await softwareGpu()).requestAdapter();
const device = await adapter?.requestDevice();
afterAll(() => {
  device?.destroy();
});

// Sizes that all differ; 5 rows are not a multiple of a thread's.
const [length, batch, units] = [7, 5, 6];
const software = { maxThreads: 256, isSoftware: true };
const hardware = { maxThreads: 256, isSoftware: false };

type Step = Parameters<typeof writeScan>[2];

interface Shapes {
  readonly consts?: readonly (readonly number[])[];
  readonly carries: readonly (readonly number[])[];
  readonly xs?: readonly (readonly number[])[];
  readonly reverse?: boolean;
}

/** A function of one scan. */
function funcOf({ consts = [], carries, xs = [], reverse = false }: Shapes, step: Step): Func {
  const b = new Builder();
  const input = (shape: readonly number[]): Value => b.input({ dtype: 'float32', shape });
  const operands = {
    consts: consts.map(input),
    init: carries.map(input),
    xs: xs.map((shape) => input([length, ...shape])),
    length,
    reverse,
  };
  const results = writeScan(b, operands, step);
  return b.finish([...results.carries, ...results.ys]);
}

function plan(func: Func, target: typeof software): ScanPlan {
  const [node] = func.nodes;
  if (node?.op !== 'scan') throw new Error('expected a scan');
  return planScan(node, func.types, target);
}

/** The outputs of the kernel. */
async function outputsOf(
  func: Func,
  target: typeof software,
  inputs: readonly Tensor64[],
): Promise<Float64Array[]> {
  const [scan] = func.nodes;
  const { kernel, reason } = plan(func, target);
  if (scan?.op !== 'scan' || !kernel || !device) throw new Error(`expected a kernel: ${reason}`);
  // The scan may take them in another order than the function.
  const operands = scan.inputs.map((id) => inputs[func.inputs.indexOf(id)] as Tensor64);
  const bound = await bindScan(device, { kernel, scan, types: func.types }, operands);
  await bound.run();
  return bound.read();
}

/** The greatest error of an output in norm, against the interpreter. */
async function errorOf(func: Func, target: typeof software): Promise<number> {
  const inputs: Tensor64[] = func.inputs.map((id, i) => {
    const shape = func.types[id]?.shape ?? [];
    const values = Array.from({ length: sizeOf(shape) }, (_, e) =>
      Math.fround(0.7 * Math.sin(1.3 * e + 2.1 * i + 0.4)),
    );
    return float64(shape, values);
  });
  const found = await outputsOf(func, target, inputs);
  const errors = interpret(func, inputs).map(({ data }, i) => {
    const size = Math.hypot(...data);
    return Math.hypot(...Array.from(data, (x, e) => x - (found[i]?.[e] ?? NaN))) / size;
  });
  return Math.max(...errors);
}

/** `h' = softmax(tanh((x · c) K + h R) · h)` over units, with a second carry in two pieces. */
const cell: Step = (b, { consts, carries, xs }) => {
  const [kernel, recurrent] = consts as [Value, Value];
  const [h, c] = carries as [Value, Value];
  const [x] = xs as [Value];
  const z = b.mul(b.tanh(b.add(b.matmul(b.mul(x, c), kernel), b.matmul(h, recurrent))), h);
  const top = b.reduceMax(z, [1], true);
  const e = b.exp(b.sub(z, b.broadcastTo(top, [batch, units])));
  const sum = b.reduceSum(e, [1], true);
  const next = b.div(e, b.broadcastTo(sum, [batch, units]));
  const turned = b.concat([b.sliceAxis(c, 1, 2, units), b.sliceAxis(c, 1, 0, 2)], 1);
  return { carries: [next, b.add(b.mul(turned, 0.5), next)], ys: [b.sub(next, turned), h] };
};
const cellShapes = {
  consts: [
    [units, units],
    [units, units],
  ],
  carries: [
    [batch, units],
    [batch, units],
  ],
  xs: [[batch, units]],
};

describe('planScan', () => {
  it.each([
    ['four rows a thread', software, false],
    ['a row a thread', hardware, false],
    ['from the last step to the first', software, true],
  ])('runs a body with products, sums and pieces: %s', async (_, target, reverse) => {
    expect(await errorOf(funcOf({ ...cellShapes, reverse }, cell), target)).toBeLessThan(2e-6);
  });

  it.each([
    ['four rows a thread', software],
    ['a row a thread', hardware],
  ])('has NaN, infinities and signs as floats have them: %s', async (_, target) => {
    const specials = [NaN, Infinity, -Infinity, 0, -0, 1e30, -1e30, 120, -120, 0.5, -0.5, 3];
    const count = batch * units;
    const values = (shift: number): Tensor64 =>
      float64(
        [batch, units],
        Array.from({ length: count }, (__, i) =>
          Math.fround(specials[(i + shift * Math.floor(i / 12)) % 12] as number),
        ),
      );
    const operations: readonly ((b: Builder, x: Value, y: Value) => Value)[] = [
      ...(['exp', 'log', 'sqrt', 'tanh', 'sigmoid', 'erf', 'sign', 'floor', 'abs'] as const).map(
        (name) => (b: Builder, x: Value) => b[name](x),
      ),
      ...(['max', 'min', 'add', 'mul'] as const).map(
        (name) => (b: Builder, x: Value, y: Value) => b[name](x, y),
      ),
      (b, x, y) => b.select(b.less(x, y), 2, 7),
      (b, x, y) => b.select(b.equal(x, y), 2, 7),
      (b, x) => b.cast(b.cast(x, 'bool'), 'float32'),
      (b, x) => b.pow(b.abs(x), 1.5),
    ];
    const func = funcOf(
      {
        carries: [
          [batch, units],
          [batch, units],
        ],
      },
      (b, { carries }) => {
        const [x, y] = carries as [Value, Value];
        return { carries: [x, y], ys: operations.map((operation) => operation(b, x, y)) };
      },
    );
    const inputs = [values(0), values(5)];
    const found = await outputsOf(func, target, inputs);
    interpret(func, inputs).forEach(({ data }, output) => {
      const expected = Float32Array.from(data);
      const wrong = Array.from(expected, (value, i): string => {
        const is = found[output]?.[i] ?? 'nothing';
        const x = inputs[0]?.data[i % count];
        const y = inputs[1]?.data[i % count];
        const near = Math.abs(Number(is) - value) <= 1e-5 * Math.abs(value);
        return Object.is(is, value) || near ? '' : `of ${x} and ${y}: ${is}, not ${value}`;
      });
      expect(wrong.filter(Boolean), `output ${output}`).toEqual([]);
    });
  });

  it('keeps rows apart, as many a thread as the processor likes', () => {
    const func = funcOf(cellShapes, cell);
    expect(plan(func, software).kernel?.division).toMatchObject({ rows: batch, lanes: 4 });
    expect(plan(func, hardware).kernel?.division).toMatchObject({ rows: batch, lanes: 1 });
    expect(plan(func, hardware).reason).toMatch(/7 steps in one dispatch: 5 rows/);
  });

  it('takes all rows into one workgroup where they depend on each other', async () => {
    const func = funcOf({ carries: [[batch, units]] }, (b, { carries }) => {
      const [h] = carries as [Value];
      const mean = b.mul(b.reduceSum(h, [0], true), 1 / batch);
      return { carries: [b.sub(b.sin(h), b.broadcastTo(mean, [batch, units]))], ys: [h] };
    });
    expect(plan(func, software).kernel?.division.rows).toBe(1);
    expect(await errorOf(func, software)).toBeLessThan(2e-6);
  });

  it('keeps a carry in registers where no thread reads that of another', () => {
    const func = funcOf({ carries: [[batch, units]] }, (b, { carries }) => {
      const [h] = carries as [Value];
      return { carries: [b.sin(h)], ys: [] };
    });
    const { code } = plan(func, hardware).kernel ?? {};
    expect(code).not.toMatch(/var<workgroup>|workgroupBarrier/);
  });

  it('takes wide states with fewer copies, and says why it takes none that do not fit', () => {
    const wide = (width: number): ScanPlan =>
      plan(
        funcOf({ consts: [[width, width]], carries: [[2, width]] }, (b, { consts, carries }) => {
          const [w] = consts as [Value];
          return { carries: [b.tanh(b.matmul(carries[0] as Value, w))], ys: [] };
        }),
        hardware,
      );
    expect(wide(2048).kernel?.division).toMatchObject({ threads: 256, copies: 2 });
    expect(wide(4096).kernel?.division).toMatchObject({ threads: 256, copies: 1 });
    expect(wide(8192).kernel).toBeUndefined();
    expect(wide(8192).reason).toContain('bytes of workgroup memory, more than 16384');
  });

  it('says which operation it does not have', () => {
    const func = funcOf({ carries: [[batch, units]] }, (b, { carries }) => {
      const [h] = carries as [Value];
      return { carries: [b.mul(h, 0.5)], ys: [b.argMax(h, 1)] };
    });
    expect(plan(func, software)).toEqual({ reason: 'argMax in the body' });
  });
});
