import { describe, expect, it } from 'vitest';
import { faultsOf } from '../../testing/faults.ts';
import { parseModel } from '../documents/model.ts';
import { resolveModel } from './resolve.ts';
import type { ResolvedModel } from './resolved.ts';
import { summary } from './summary.ts';

const [a, b] = ['a', 'b'].map((name) => ({ type: 'input', name, shape: [7, 3] }));

const model = (...layers: object[]): ResolvedModel =>
  resolveModel(parseModel({ layers: [a, b, ...layers] }));

const faults = (...layers: object[]): string[] => faultsOf(() => model(...layers));

describe('a layer that uses the weights of another', () => {
  it('has none of its own', () => {
    const shared = model(
      { type: 'gru', name: 'first', units: 4, inputs: ['a'] },
      { type: 'gru', name: 'second', units: 4, inputs: ['b'], sharedWith: 'first' },
      { type: 'add', inputs: ['first', 'second'] },
    );
    expect(shared.parameters.map(({ name }) => name)).toEqual([
      'first/kernel',
      'first/recurrentKernel',
      'first/bias',
    ]);
    expect(summary(shared)).toMatch(/second +gru +\[4\] +of first/);
  });

  it('may stand in a block, and name one beside it', () => {
    const shared = model({
      type: 'residual',
      inputs: ['a'],
      layers: [
        { type: 'dense', name: 'up', units: 3 },
        { type: 'dense', name: 'again', units: 3, sharedWith: 'up' },
      ],
    });
    expect(shared.parameters.map(({ name }) => name)).toEqual([
      'residual.up/kernel',
      'residual.up/bias',
    ]);
  });
});

describe('sharing is refused', () => {
  const first = { type: 'dense', name: 'first', units: 4, inputs: ['a'] };
  const second = { ...first, name: 'second', inputs: ['b'], sharedWith: 'first' };
  const own = 'a layer of type dense that stands before and has weights of its own';

  it.each([
    [
      'of a name that nothing has',
      [first, { ...second, sharedWith: 'frist' }],
      `${own}, found "frist" (did you mean "first"?)`,
    ],
    ['with another type', [{ ...first, type: 'gru' }, second], `${own}, found "first" (gru)`],
    [
      'with a layer that shares itself',
      [first, second, { ...second, name: 'third', sharedWith: 'second' }],
      `${own}, found "second" (dense)`,
    ],
    [
      'of another size',
      [first, { ...second, units: 5 }],
      'a layer with kernel [3, 5], bias [5], found "first" with kernel [3, 4], bias [4]',
    ],
    [
      'under rules of its own',
      [first, { ...second, kernelRegularizer: 'l2' }],
      'regularizers and constraints of the kernel at "first", whose weights they are, found others here',
    ],
  ])('%s', (_name, layers, fault) => {
    const place = layers.length + 1;
    expect(faults(...layers)).toEqual([`$.layers[${place}].sharedWith: expected ${fault}`]);
  });
});
