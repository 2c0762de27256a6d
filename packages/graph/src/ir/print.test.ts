import { describe, expect, it } from 'vitest';
import { Builder } from './builder.ts';
import { printFunc } from './print.ts';
import { float32 } from './types.ts';

describe('printFunc', () => {
  it('prints a line for each node', () => {
    const b = new Builder();
    const [x, y] = [b.input(float32(2, 3)), b.input(float32(3))];
    const z = b.mul(x, y);
    const func = b.finish([z, b.add(z, 2)]);
    expect(printFunc(func)).toBe(
      [
        '(%0: float32[2,3], %1: float32[3]) {',
        '  %2: float32[2,3] = broadcastTo shape=[2,3] %1',
        '  %3: float32[2,3] = mul %0 %2',
        '  %4: float32[] = constant [2]',
        '  %5: float32[2,3] = broadcastTo shape=[2,3] %4',
        '  %6: float32[2,3] = add %3 %5',
        '  return %3 %6',
        '}',
      ].join('\n'),
    );
  });

  it('prints bodies of scans under them, and composites by name', () => {
    const body = new Builder();
    const [h, s] = [body.input(float32(3)), body.input(float32(3))];
    const step = body.finish([body.add(h, s)]);
    const b = new Builder();
    const [init, xs] = [b.input(float32(3)), b.input(float32(5, 3))];
    const attributes = { body: step, length: 5, consts: 0, carries: 1, reverse: true };
    const [last = init] = b.emit('scan', [init, xs], attributes);
    const inner = new Builder();
    const p = inner.input(float32(3));
    const decomposition = inner.finish([inner.exp(p)]);
    const outputs = b.composite('softmax', { axis: 1 }, decomposition, [last]);
    const gradient = b.append(
      {
        op: 'compositeGradient',
        inputs: [last.id, outputs[0]?.id ?? 0, init.id],
        outputs: [],
        attributes: {
          name: 'softmax',
          options: { axis: 1 },
          decomposition,
          cotangents: [0],
          wrt: [0],
        },
      },
      [float32(3)],
    );
    const long = b.constant([1, 2, 3, 4, 5, 6, 7, 8, 9], [9]);
    expect(printFunc(b.finish([...outputs, ...gradient, long]))).toBe(
      [
        '(%0: float32[3], %1: float32[5,3]) {',
        '  %2: float32[3] = scan length=5 consts=0 carries=1 reverse %0 %1 (%0: float32[3], %1: float32[3]) {',
        '    %2: float32[3] = add %0 %1',
        '    return %2',
        '  }',
        '  %3: float32[3] = composite softmax axis=1 %2',
        '  %4: float32[3] = compositeGradient softmax cotangents=[0] wrt=[0] axis=1 %2 %3 %0',
        '  %5: float32[9] = constant [1,2,3,4,5,6,7,8,…]',
        '  return %3 %4 %5',
        '}',
      ].join('\n'),
    );
  });
});
