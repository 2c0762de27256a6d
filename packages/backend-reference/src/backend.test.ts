import {
  Builder,
  float32,
  gradients,
  int32,
  scan,
  type Entry,
  type Program,
  type TensorType,
  type Value,
} from '@chronograd/graph';
import { describe, expect, it } from 'vitest';
import { referenceBackend, type ReferenceBackend } from './backend.ts';
import type { ReferenceExecutable } from './executable.ts';
import { float64 } from './tensor.ts';

const named = (name: string, type: TensorType) => ({ name, type });

/** State `total` [2] and `steps` []; `add` adds an input, `read` gives what there is. */
function accumulator(): Program {
  const b = new Builder();
  const [x, factor, total, steps] = [
    b.input(float32(2)),
    b.input(int32()),
    b.input(float32(2)),
    b.input(int32()),
  ];
  const next = b.add(total, b.mul(x, b.cast(factor, 'float32')));
  const count = b.add(steps, 1);
  const add: Entry = {
    inputs: [named('x', float32(2)), named('factor', int32())],
    reads: ['total', 'steps'],
    outputs: [named('before', float32(2)), named('after', float32(2))],
    writes: ['total', 'steps'],
    func: b.finish([total, next, next, count]),
  };
  const r = new Builder();
  const value = r.input(float32(2));
  const read: Entry = {
    inputs: [],
    reads: ['total'],
    outputs: [named('total', float32(2))],
    writes: [],
    func: r.finish([value]),
  };
  return { state: { total: float32(2), steps: int32() }, entries: { add, read } };
}

async function setup(): Promise<{ backend: ReferenceBackend; executable: ReferenceExecutable }> {
  const backend = referenceBackend();
  return { backend, executable: await backend.compile(accumulator()) };
}

// What every backend does with state, calls and disposal is held by @chronograd/conformance.

describe('state', () => {
  it('is not shared with an executable that was disposed of', async () => {
    const { backend, executable } = await setup();
    await executable.dispose();
    await expect(
      backend.compile(accumulator(), { shareStateWith: executable }),
    ).rejects.toMatchObject({ code: 'disposed' });
  });

  it('keeps double precision, which the contract rounds', async () => {
    const { executable } = await setup();
    executable.writeState64({ total: float64([2], [0.1, 1 + 1e-12]) });
    const factor = { dtype: 'int32', shape: [], data: Int32Array.of(2) } as const;
    const results = executable.run64('add', { x: float64([2], [0.1, 0.2]), factor });
    expect([...(results['after']?.data ?? [])]).toEqual([0.1 + 0.1 * 2, 1 + 1e-12 + 0.2 * 2]);
    expect(executable.readState64(['total'])['total']).toEqual(results['after']);
    expect((await executable.readState(['total']))['total']?.data).toEqual(
      Float32Array.of(0.1 + 0.1 * 2, 1 + 1e-12 + 0.2 * 2),
    );
    expect(() => executable.run64('read', { x: float64([1], [1]) })).toThrow('one of none');
  });
});

describe('report', () => {
  it('says that composites are expanded and scans looped', async () => {
    const inner = new Builder();
    const [p, q] = [inner.input(float32(3, 2)), inner.input(float32(2))];
    const operands = { consts: [], init: [q], xs: [p], length: 3 };
    const { ys } = scan(inner, operands, (body, { carries: [h], xs: [x] }) => {
      const next = body.tanh(body.mul(h as Value, x as Value));
      return { carries: [next], ys: [next] };
    });
    const decomposition = inner.finish(ys);
    const b = new Builder();
    const [x, h] = [b.input(float32(3, 2)), b.input(float32(2))];
    const [y] = b.composite('cell', {}, decomposition, [x, h]);
    const [z] = b.composite('cell', {}, decomposition, [y as Value, h]);
    const func = b.finish(gradients(b, b.reduceSum(z as Value), [h]));
    const entry: Entry = {
      inputs: [named('x', float32(3, 2)), named('h', float32(2))],
      reads: [],
      outputs: [named('gradient', float32(2))],
      writes: [],
      func,
    };
    const { report } = await referenceBackend().compile({
      state: {},
      entries: { gradient: entry },
    });
    expect(report).toMatchObject({ backend: 'reference', device: 'cpu', precision: 'float64' });
    const { parts, nodes } = report.entries['gradient'] ?? { parts: [], nodes: 0 };
    expect(nodes).toBeGreaterThan(20);
    expect(
      parts.map(({ name, pass, realisation, count }) => [name, pass, realisation, count]),
    ).toEqual([
      ['cell', 'forward', 'expanded', 2],
      ['cell', 'backward', 'expanded', 2],
      ['scan', 'forward', 'looped', 4],
    ]);
  });

  it('claims no composites', () => {
    expect(referenceBackend()).toMatchObject({ id: 'reference' });
    expect(referenceBackend().capabilities().composites).toEqual({});
  });
});
