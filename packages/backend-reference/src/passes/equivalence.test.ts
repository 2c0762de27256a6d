import {
  countNodes,
  eliminateCommonSubexpressions,
  eliminateDeadCode,
  foldConstants,
  hoistScans,
  optimize,
  prepareFunc,
  reassociate,
  simplify,
  sinkOutputs,
  validateFunc,
  type Func,
} from '@chronograd/graph';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gradientFunc, relativeError } from '../gradients/check.ts';
import { interpret } from '../interpret.ts';
import type { Tensor64 } from '../tensor.ts';
import { funcOfChoices } from './random-func.ts';

const choice = fc.tuple(fc.nat(250), fc.nat(250), fc.nat(250), fc.nat(250));
const randomFunc = fc.array(choice, { minLength: 3, maxLength: 24 }).map(funcOfChoices);

const passes: Readonly<Record<string, (func: Func) => Func>> = {
  eliminateDeadCode,
  eliminateCommonSubexpressions,
  simplify,
  foldConstants,
  reassociate,
  hoistScans,
  sinkOutputs,
  optimize,
  prepareFunc: (func) => prepareFunc(func),
};

function expectSame(func: Func, changed: Func, inputs: readonly Tensor64[]): void {
  validateFunc(changed);
  const expected = interpret(func, inputs);
  const found = interpret(changed, inputs);
  expect(found).toHaveLength(expected.length);
  found.forEach((value, i) => {
    expect(value.shape).toEqual(expected[i]?.shape);
    expect(relativeError(value, expected[i] as Tensor64)).toBeLessThan(1e-9);
  });
}

describe.each(Object.entries(passes))('%s', (_name, pass) => {
  it('changes no result of a random function', () => {
    fc.assert(
      fc.property(randomFunc, ({ func, inputs }) => expectSame(func, pass(func), inputs)),
      { numRuns: 80, seed: 1 },
    );
  });

  it('changes no gradient of a random function', () => {
    fc.assert(
      fc.property(randomFunc, ({ func, inputs }) => {
        const gradient = gradientFunc(func);
        expectSame(gradient, pass(gradient), inputs);
      }),
      { numRuns: 25, seed: 2 },
    );
  });
});

describe('optimize', () => {
  it('makes no function bigger', () => {
    fc.assert(
      fc.property(randomFunc, ({ func }) => {
        const folded = foldConstants(eliminateDeadCode(func));
        expect(countNodes(optimize(func))).toBeLessThanOrEqual(countNodes(folded));
      }),
      { numRuns: 50, seed: 3 },
    );
  });

  it('changes nothing when it is done again', () => {
    fc.assert(
      fc.property(randomFunc, ({ func }) => {
        const once = optimize(func);
        expect(countNodes(optimize(once))).toBe(countNodes(once));
      }),
      { numRuns: 50, seed: 4 },
    );
  });
});
