import { clipGradients, type Value } from '@chronograd/graph';
import { describe, expect, it } from 'vitest';
import { funcOf, relativeError } from '../gradients/check.ts';
import { interpret } from '../interpret.ts';
import { float64, type Tensor64 } from '../tensor.ts';

describe('clipGradients', () => {
  const gradients = [float64([2], [3, -4]), float64([1, 2], [0, 12])];
  const clip = (options: Parameters<typeof clipGradients>[2]): Tensor64[] =>
    interpret(
      funcOf(gradients, (b, ...values: Value[]) => {
        const clipped = clipGradients(b, values, options);
        return [clipped.norm, ...clipped.gradients];
      }),
      gradients,
    );

  it('tells the norm of all gradients before clipping', () => {
    for (const options of [{}, { clipValue: 1 }, { clipNorm: 1 }, { globalClipNorm: 1 }])
      expect(clip(options)[0]?.data[0]).toBeCloseTo(13, 12);
  });

  it('leaves gradients within the norm as they are', () => {
    const [, ...kept] = clip({ globalClipNorm: 13.5 });
    expect(kept.map(({ data }) => [...data])).toEqual([
      [3, -4],
      [0, 12],
    ]);
  });

  it('keeps the direction of all gradients together', () => {
    const [, first] = clip({ globalClipNorm: 6.5 });
    expect(relativeError(first as Tensor64, float64([2], [1.5, -2]))).toBeLessThan(1e-15);
  });
});
