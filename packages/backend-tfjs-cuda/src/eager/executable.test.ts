import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import type { Executable, Feeds } from '@chronograd/backend';
import { referenceBackend } from '@chronograd/backend-reference';
import { randomWords, scan, type Value } from '@chronograd/graph';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { tfjsEager } from './backend.ts';
import { floats, funcOf, keyType, programOf, STEPS, trainer, words } from './testing/programs.ts';
import { errorOf } from './testing/errors.ts';

const weights = floats([3, 3], (i) => Math.sin(i + 1) / 2);
const feeds = (seed: number): Feeds => ({
  x: floats([STEPS, 2, 3], (i) => Math.cos(seed + 3 * i)),
  key: words(seed, 4294967295),
});

async function setup(tfBackend: string): Promise<Executable> {
  const executable = await tfjsEager({ tfBackend }).compile(trainer());
  await executable.writeState({ weights });
  return executable;
}

/** Tensors that tfjs holds. */
const held = (): number => tf.memory().numTensors;

describe.each(['cpu', 'wasm'])('on %s', (tfBackend) => {
  it('trains as the interpreter does, with state that stays in tfjs', async () => {
    const [eager, reference] = [
      await setup(tfBackend),
      await referenceBackend().compile(trainer()),
    ];
    await reference.writeState({ weights });
    for (let step = 0; step < 3; step++) {
      const [found, expected] = [
        await eager.run('train', feeds(step)),
        await reference.run('train', feeds(step)),
      ];
      for (const name of ['loss', 'last']) {
        const [a, b] = [await found[name]?.data(), await expected[name]?.data()];
        a?.data.forEach((value, i) => expect(value).toBeCloseTo(b?.data[i] as number, 5));
      }
    }
    const [a, b] = [await eager.readState(), await reference.readState()];
    expect(a['steps']).toEqual(floats([], () => 3));
    a['weights']?.data.forEach((value, i) =>
      expect(value).toBeCloseTo(b['weights']?.data[i] as number, 5),
    );
  });

  it('holds no more tensors after more steps, once results are read', async () => {
    const executable = await setup(tfBackend);
    const counts: number[] = [];
    for (let step = 0; step < 4; step++) {
      const results = await executable.run('train', feeds(step));
      await Promise.all(Object.values(results).map((result) => result.data()));
      counts.push(held());
    }
    expect(new Set(counts.slice(1)).size).toBe(1);
  });

  it('frees everything when disposed of', async () => {
    const before = held();
    const executable = await setup(tfBackend);
    const results = await executable.runSteps('train', [feeds(1), feeds(2)]);
    for (const each of results)
      await Promise.all(Object.values(each).map((result) => result.data()));
    expect(held()).toBeGreaterThan(before);
    await executable.dispose();
    expect(held()).toBe(before);
  });

  it('keeps the state, and frees what was made, where a step fails', async () => {
    const executable = await setup(tfBackend);
    const good = { dtype: 'int32', shape: [2], data: Int32Array.of(2, 0) } as const;
    await (await executable.run('broken', { rows: good }))['found']?.data();
    const before = held();
    const state = await executable.readState();
    const bad = { ...good, data: Int32Array.of(2, 3) };
    const error = await errorOf(executable.run('broken', { rows: bad }));
    expect(error.code).toBe('run-failed');
    expect(error.message).toContain('entry "broken"');
    expect(error.message).toContain('3');
    expect(held()).toBe(before);
    expect(await executable.readState()).toEqual(state);
  });

  it('makes random bits of a key that a loop computes', async () => {
    const func = funcOf([keyType], (b, [key]) => {
      const init = [key as Value];
      const loop = scan(b, { consts: [], init, xs: [], length: 3 }, (body, { carries }) => {
        const [k] = carries as [Value];
        return { carries: [body.add(k, 2 ** 31 + 1)], ys: [body.randomBits(k, [3], 9)] };
      });
      return [...loop.ys, ...loop.carries];
    });
    const before = held();
    const executable = await tfjsEager({ tfBackend }).compile(programOf(func));
    const { y0, y1 } = await executable.run('f', { x0: words(4294967295, 7) });
    const keys = [
      [4294967295, 7],
      [2147483648, 2147483656],
      [1, 9],
    ] as const;
    const expected = keys.flatMap((key) => Array.from(randomWords(key, 9, 3)));
    expect(await y0?.data()).toEqual({ ...words(...expected), shape: [3, 3] });
    expect(await y1?.data()).toEqual(words(2147483650, 2147483658));
    await executable.dispose();
    expect(held()).toBe(before);
  });
});

describe('results', () => {
  it('are read once from tfjs, and as often as wanted after that', async () => {
    const executable = await setup('cpu');
    const { last } = await executable.run('train', feeds(1));
    const before = held();
    const [first, second] = await Promise.all([last?.data(), last?.data()]);
    expect(held()).toBe(before - 1);
    first?.data.fill(9);
    expect(await last?.data()).toEqual(second);
  });

  it('outlive their executable', async () => {
    const executable = await setup('cpu');
    const { last } = await executable.run('train', feeds(1));
    const { last: same } = await executable.run('train', feeds(1));
    await executable.dispose();
    expect(await last?.data()).not.toEqual(await same?.data());
  });
});

describe('shared state', () => {
  it('stays as long as one executable uses it', async () => {
    const backend = tfjsEager({ tfBackend: 'cpu' });
    const before = held();
    const first = await backend.compile(trainer());
    await first.writeState({ weights });
    const second = await backend.compile(trainer(), { shareStateWith: first });
    await first.dispose();
    expect(await second.readState(['weights'])).toEqual({ weights });
    await second.dispose();
    expect(held()).toBe(before);
  });

  it('is refused from an executable of another backend', async () => {
    const other = await tfjsEager({ tfBackend: 'cpu' }).compile(trainer());
    const call = tfjsEager({ tfBackend: 'cpu' }).compile(trainer(), { shareStateWith: other });
    expect((await errorOf(call)).code).toBe('bad-input');
  });
});
