import { BackendError, type Feeds, type HostTensor } from '@chronograd/backend';
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

const f = (...values: number[]): HostTensor => ({
  dtype: 'float32',
  shape: [values.length],
  data: Float32Array.from(values),
});
const i32 = (value: number): HostTensor => ({
  dtype: 'int32',
  shape: [],
  data: Int32Array.of(value),
});
const feeds = (factor: number, ...x: number[]): Feeds => ({ x: f(...x), factor: i32(factor) });

async function setup(): Promise<{ backend: ReferenceBackend; executable: ReferenceExecutable }> {
  const backend = referenceBackend();
  return { backend, executable: await backend.compile(accumulator()) };
}

/** The error that a call ends with. */
async function errorOf(call: Promise<unknown>): Promise<BackendError> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(BackendError);
  return error as BackendError;
}

describe('run', () => {
  it('starts with state of zeros, and keeps what an entry writes', async () => {
    const { executable } = await setup();
    const first = await executable.run('add', feeds(2, 1, 3));
    const second = await executable.run('add', feeds(3, 10, 20));
    expect(await first['before']?.data()).toEqual(f(0, 0));
    expect(await first['after']?.data()).toEqual(f(2, 6));
    expect(await second['before']?.data()).toEqual(f(2, 6));
    expect(await second['after']?.data()).toEqual(f(32, 66));
    expect(first['after']?.type).toEqual(float32(2));
  });

  it('gives results that may be read later, and again', async () => {
    const { executable } = await setup();
    const { after } = await executable.run('add', feeds(1, 1, 3));
    await executable.run('add', feeds(1, 1, 3));
    const once = await after?.data();
    once?.data.fill(9);
    expect(await after?.data()).toEqual(f(1, 3));
    expect(await executable.readState(['total'])).toEqual({ total: f(2, 6) });
  });

  it('executes calls in the order in which they were made', async () => {
    const { executable } = await setup();
    const calls = [1, 2, 3].map((factor) => executable.run('add', feeds(factor, 1, 10)));
    const results = await Promise.all(calls);
    const after = [];
    for (const result of results) after.push(await result['after']?.data());
    expect(after).toEqual([f(1, 10), f(3, 30), f(6, 60)]);
  });

  it('does not look again at feeds that change after the call', async () => {
    const { executable } = await setup();
    const x = f(1, 3);
    const call = executable.run('add', { x, factor: i32(1) });
    x.data.fill(9);
    await call;
    expect(await executable.readState(['total'])).toEqual({ total: f(1, 3) });
  });

  it('runs several steps as one call after the other', async () => {
    const { executable } = await setup();
    const results = await executable.runSteps('add', [feeds(1, 1, 10), feeds(2, 1, 10)]);
    expect(await results[1]?.['before']?.data()).toEqual(f(1, 10));
    expect(await executable.readState()).toEqual({ total: f(3, 30), steps: i32(2) });
  });

  it.each([
    ['a feed that is missing', 'add', { x: f(1, 3) }, 'input "factor": expected int32[]'],
    ['a feed that is unknown', 'add', { ...feeds(1, 1, 3), y: f(1) }, 'found "y"'],
    [
      'another element type',
      'add',
      { x: f(1, 3), factor: { dtype: 'float32', shape: [], data: Float32Array.of(1) } },
      'entry "add": input "factor": expected int32[], found float32[]',
    ],
    ['another shape', 'add', feeds(1, 1, 3, 4), 'input "x": expected float32[2], found float32[3]'],
    [
      'another number of elements',
      'add',
      { x: { ...f(1, 3), data: Float32Array.of(1) }, factor: i32(1) },
      'input "x": expected 2 elements for float32[2], found 1',
    ],
    [
      'another array',
      'add',
      { x: { ...f(1, 3), data: Int32Array.of(1, 3) }, factor: i32(1) },
      'input "x": expected data in a Float32Array, found a Int32Array',
    ],
    [
      'an entry that is unknown',
      'sub',
      {},
      'entry "sub": expected one of "add", "read", found "sub"',
    ],
    ['an entry of every object', 'toString', {}, 'entry "toString"'],
  ] as [string, string, Feeds, string][])('refuses %s and changes nothing', async (...example) => {
    const [, entry, given, message] = example;
    const { executable } = await setup();
    await executable.run('add', feeds(1, 1, 3));
    const error = await errorOf(executable.run(entry, given));
    expect(error.code).toBe('bad-input');
    expect(error.message).toContain(message);
    expect(await executable.readState()).toEqual({ total: f(1, 3), steps: i32(1) });
  });
});

describe('state', () => {
  it('is written as a whole or not at all', async () => {
    const { executable } = await setup();
    await executable.writeState({ total: f(5, 6), steps: i32(4) });
    const bad = [
      { total: f(7, 8), steps: f(1) },
      { total: f(7, 8), other: f(1) },
      { total: f(7, 8), steps: { ...i32(1), data: Int32Array.of() } },
    ] as const;
    for (const values of bad)
      expect((await errorOf(executable.writeState(values))).code).toBe('bad-input');
    expect(await executable.readState()).toEqual({ total: f(5, 6), steps: i32(4) });
  });

  it('is copied in and out', async () => {
    const { executable } = await setup();
    const given = f(5, 6);
    await executable.writeState({ total: given });
    given.data.fill(0);
    const read = await executable.readState(['total']);
    expect(read).toEqual({ total: f(5, 6) });
    read['total']?.data.fill(0);
    expect(await executable.readState(['total'])).toEqual({ total: f(5, 6) });
  });

  it('is read by names that there are', async () => {
    const { executable } = await setup();
    const error = await errorOf(executable.readState(['total', 'velocity']));
    expect(error.message).toContain('state "velocity": expected one of "total", "steps"');
  });

  it('is shared with another executable of the backend', async () => {
    const { backend, executable } = await setup();
    const { state, entries } = accumulator();
    const program = { state: { ...state, extra: float32(1) }, entries };
    const other = await backend.compile(program, { shareStateWith: executable });
    await executable.run('add', feeds(1, 1, 3));
    await other.run('add', feeds(1, 1, 3));
    expect(await executable.readState()).toEqual({ total: f(2, 6), steps: i32(2) });
    expect(await other.readState()).toEqual({ total: f(2, 6), steps: i32(2), extra: f(0) });
    await executable.dispose();
    expect(await other.readState(['total'])).toEqual({ total: f(2, 6) });
  });

  it('is not shared with another type, with another backend, or after dispose', async () => {
    const { backend, executable } = await setup();
    const program = { state: { total: float32(3) }, entries: {} };
    const types = await errorOf(backend.compile(program, { shareStateWith: executable }));
    expect(types.message).toContain('state "total": expected float32[2]');
    expect(types.message).toContain('found float32[3]');
    const elsewhere = referenceBackend().compile(accumulator(), { shareStateWith: executable });
    expect((await errorOf(elsewhere)).code).toBe('bad-input');
    await executable.dispose();
    const late = backend.compile(accumulator(), { shareStateWith: executable });
    expect((await errorOf(late)).code).toBe('disposed');
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

describe('dispose', () => {
  it('ends an executable', async () => {
    const { executable } = await setup();
    await executable.dispose();
    await executable.dispose();
    const calls = [
      executable.run('read', {}),
      executable.runSteps('read', [{}]),
      executable.readState(),
      executable.writeState({}),
    ];
    for (const call of calls) expect((await errorOf(call)).code).toBe('disposed');
  });

  it('ends a backend and its executables', async () => {
    const { backend, executable } = await setup();
    await backend.dispose();
    expect((await errorOf(executable.run('read', {}))).code).toBe('disposed');
    expect((await errorOf(backend.compile(accumulator()))).code).toBe('disposed');
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
