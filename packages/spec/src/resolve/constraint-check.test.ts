import { describe, expect, it } from 'vitest';
import { faultsOf } from '../../testing/faults.ts';
import { parseModel } from '../documents/model.ts';
import { resolveModel } from './resolve.ts';

const faults = (layer: object): string[] =>
  faultsOf(() => resolveModel(parseModel({ layers: [{ type: 'input', shape: [7, 3] }, layer] })));

describe('a constraint', () => {
  it('takes norms over axes that its parameter has', () => {
    const layer = { type: 'conv1d', filters: 4, kernelSize: 2 };
    const held = (axis: unknown): object => ({
      ...layer,
      kernelConstraint: { type: 'maxNorm', axis },
    });
    expect(faults(held([0, 1]))).toEqual([]);
    expect(faults(held(-3))).toEqual([]);
    expect(faults(held(3))).toEqual([
      '$.layers[1].kernelConstraint.axis: expected axes of the kernel [2, 3, 4], from -3 to 2, each once, found 3',
    ]);
    expect(faults(held([1, -2]))).toEqual([
      '$.layers[1].kernelConstraint.axis: expected axes of the kernel [2, 3, 4], from -3 to 2, each once, found 1, -2',
    ]);
  });

  it('stands under the name of its parameter', () => {
    expect(
      faults({ type: 'lstm', units: 2, recurrentConstraint: { type: 'unitNorm', axis: 2 } }),
    ).toEqual([
      '$.layers[1].recurrentConstraint.axis: expected axes of the recurrentKernel [2, 8], from -2 to 1, each once, found 2',
    ]);
    expect(
      faults({ type: 'dense', units: 2, biasConstraint: { type: 'minMaxNorm', minValue: 2 } }),
    ).toEqual([
      '$.layers[1].biasConstraint.maxValue: expected a number of at least minValue, which is 2, found 1',
    ]);
  });
});
