import { float64, referenceBackend } from '@chronograd/backend-reference';
import { Builder, float32, type Program } from '@chronograd/graph';
import { describe, expect, it } from 'vitest';
import { CaseSubject, SharedBackend } from '../subject.ts';
import { checkScript, dtypesOf, observe, type Expectation, type Script } from './script.ts';

/** An entry `add` that keeps a sum of what it is fed, and gives its double. */
function program(): Program {
  const b = new Builder();
  const [x, total] = [b.input(float32(2)), b.input(float32(2))];
  const next = b.add(total, x);
  return {
    state: { total: float32(2) },
    entries: {
      add: {
        inputs: [{ name: 'x', type: float32(2) }],
        reads: ['total'],
        outputs: [{ name: 'double', type: float32(2) }],
        writes: ['total'],
        func: b.finish([b.mul(next, 2), next]),
      },
    },
  };
}

const script: Script = {
  program: program(),
  state: { total: float64([2], [1, 2]) },
  calls: [
    { entry: 'add', feeds: { x: float64([2], [10, 20]) } },
    { entry: 'add', feeds: { x: float64([2], [100, 200]) } },
  ],
};

/** What stands after the second call, the state off by `error`. */
const expected = (error: number): Expectation => ({
  call: 1,
  outputs: { double: { dtype: 'float32', shape: [2], data: [222, 444] } },
  state: { total: { dtype: 'float32', shape: [2], data: [111, 222 + error] } },
  tolerance: { outputs: 'forward', state: 'gradient' },
});

async function check(expectation: Expectation) {
  const shared = new SharedBackend(referenceBackend);
  return checkScript(new CaseSubject(await shared.get(), shared), script, [expectation], {
    double: 'twice the sum',
  });
}

describe('a script', () => {
  it('is observed call by call, in float64, each from the state that the last one left', () => {
    const found = observe(script);
    expect(found.map(({ outputs }) => [...(outputs['double']?.data ?? [])])).toEqual([
      [22, 44],
      [222, 444],
    ]);
    expect(found.map(({ state }) => [...(state['total']?.data ?? [])])).toEqual([
      [11, 22],
      [111, 222],
    ]);
  });

  it('measures what is expected of a call, and nothing else', async () => {
    const measurements = await check(expected(0));
    expect(measurements.map(({ tensor, error }) => [tensor, error])).toEqual([
      ['call 2, add: twice the sum', 0],
      ['call 2, add: total', 0],
    ]);
  });

  it('fails where a state is off, and says after which call', async () => {
    await expect(check(expected(1))).rejects.toThrow(
      /^call 2, add: total float32\[2\]: relative error .* first at \[1\]: expected 223, found 222/,
    );
  });

  it('knows the types that its program computes with', () => {
    expect(dtypesOf(program())).toEqual(['float32']);
  });
});
