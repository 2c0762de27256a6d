import { describe, expect, it } from 'vitest';
import { faultsOf } from '../../testing/faults.ts';
import { bidirectional, input, rnn } from '../builders.ts';
import type { LayerDocument } from '../documents/layers.ts';
import { parseModel } from '../documents/model.ts';
import { resolveModel } from '../resolve/resolve.ts';
import { parseEquation } from './parse.ts';

type Cell = Extract<LayerDocument, { type: 'rnn' }>['cell'];

const parameters = {
  W: { shape: ['features', 'units'] },
  U: { shape: ['units', 'units'] },
  b: { shape: ['units'] },
} satisfies Cell['parameters'];

const resolve = (cell: Partial<Cell>, layer?: LayerDocument) =>
  resolveModel(
    parseModel({
      layers: [
        input({ shape: [null, 3] }),
        layer ??
          rnn({
            units: 5,
            cell: {
              states: { h: 'units' },
              parameters,
              equations: { h: 'tanh(x @ W + h @ U + b)' },
              output: 'h',
              ...cell,
            },
          }),
      ],
    }),
  );

/** The faults of a cell with this one equation. */
const faultsOfEquation = (h: string) => faultsOf(() => resolve({ equations: { h } }));

describe('an equation', () => {
  it('is read as Python reads it', () => {
    const text = (written: string): unknown =>
      JSON.parse(
        JSON.stringify(parseEquation(written), (key, value: unknown) =>
          key === 'column' ? undefined : value,
        ),
      );
    expect(text('a - b - c')).toEqual(text('(a - b) - c'));
    expect(text('a + b @ c * d')).toEqual(text('a + ((b @ c) * d)'));
    expect(text('-a * b')).toEqual(text('(-a) * b'));
    expect(text('f(a, 1.5e-3) / .5')).toMatchObject({
      operator: '/',
      left: { kind: 'call', name: 'f', operands: [{ name: 'a' }, { value: 0.0015 }] },
      right: { value: 0.5 },
    });
  });

  it.each([
    ['tanh(x @ V)', `one of x, h, W, U, b, found "V" at column 10 of "tanh(x @ V)"`],
    ['tnah(x @ W)', `found "tnah" at column 1 of "tnah(x @ W)" (did you mean "tanh"?)`],
    ['x @ W +', `"(", found the end at column 8`],
    ['x @ W h', `the end, found "h" at column 7`],
    ['(x @ W', `")" after what stands in brackets, found the end at column 7`],
    ['x $ W', `the end, found "$" at column 3`],
    ['x + h', `around "+", found [batch, 3] and [batch, 5] at column 3`],
    ['x @ U', `@ a parameter [m, n], found [batch, 3] @ [5, 5] at column 3`],
    ['h * W', `found [batch, 5] and [3, 5] at column 3`],
    ['h * U', `(a parameter [m, n] meets samples by @ only)`],
    ['max(h)', `2 operands of max, found 1 at column 1`],
    ['layerNorm(h, x)', `scale and shift [5] in layerNorm, found [batch, 3]`],
    ['concat(h, b)', `vectors of each sample in concat, found [5]`],
    ['softmax(2)', `a vector in softmax, found []`],
    ['x', `a new value [batch, 5] of the state "h", found [batch, 3] of "x"`],
  ])('%s says where it is wrong', (equation, fault) => {
    const faults = faultsOfEquation(equation);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain('$.layers[1].cell.equations.h: expected ');
    expect(faults[0]).toContain(fault);
  });
});

describe('a cell', () => {
  it('has shapes and parameters from units and features', () => {
    const { layers, parameters: found } = resolve({});
    expect(layers[1]?.outputs).toEqual([{ reference: 'rnn', shape: [5], dtype: 'float32' }]);
    expect(found.map(({ name, shape }) => [name, shape])).toEqual([
      ['rnn/W', [3, 5]],
      ['rnn/U', [5, 5]],
      ['rnn/b', [5]],
    ]);
  });

  it('may give what is no state, and have states of any size', () => {
    const { layers } = resolve({
      states: { h: 'units', m: 'features' },
      equations: { m: '0.9 * m + 0.1 * x', h: 'tanh(x @ W)', y: 'concat(h, m)' },
      output: 'y',
    });
    expect(layers[1]?.outputs[0]?.shape).toEqual([8]);
  });

  it('is refused with states that stay as they are, outputs that are none, names given twice', () => {
    expect(
      faultsOf(() =>
        resolve({ states: { h: 'units', c: 2 }, equations: { h: 'tanh(x @ W)' }, output: 'hh' }),
      ),
    ).toEqual([
      '$.layers[1].cell.equations: expected an equation for the new value of the state "c", found h',
      '$.layers[1].cell.output: expected a state, or an equation that gives a vector of each sample, found "hh" (did you mean "h"?)',
    ]);
    expect(
      faultsOf(() => resolve({ equations: { W: 'x + 1', h: 'tanh(x @ U)' } })).join('\n'),
    ).toContain('$.layers[1].cell.equations.W: expected a name that nothing else in the cell has');
  });

  it('may be that of both directions, whose faults are told where they are', () => {
    const layer = rnn({
      units: 5,
      cell: { states: { h: 'units' }, equations: { h: 'tanh(x)' }, output: 'h' },
    });
    expect(faultsOf(() => resolve({}, bidirectional({ layer })))[0]).toContain(
      '$.layers[1].layer.cell.equations.h: expected a new value [batch, 5] of the state "h"',
    );
  });
});

describe('bidirectional', () => {
  it('names parameters and states by direction, in the order of Keras', () => {
    const { layers, parameters: found } = resolve(
      {},
      bidirectional({ layer: { type: 'lstm', units: 4, returnState: true } }),
    );
    expect(found.map(({ name }) => name)).toEqual([
      'bidirectional/forward/kernel',
      'bidirectional/forward/recurrentKernel',
      'bidirectional/forward/bias',
      'bidirectional/backward/kernel',
      'bidirectional/backward/recurrentKernel',
      'bidirectional/backward/bias',
    ]);
    expect(layers[1]?.outputs.map(({ reference, shape }) => [reference, shape])).toEqual([
      ['bidirectional', [8]],
      ['bidirectional:forward.h', [4]],
      ['bidirectional:forward.c', [4]],
      ['bidirectional:backward.h', [4]],
      ['bidirectional:backward.c', [4]],
    ]);
  });

  it('refuses layers that do not go together', () => {
    const layer = { type: 'gru', units: 4 } as const;
    expect(
      faultsOf(() => resolve({}, bidirectional({ layer: { ...layer, goBackwards: true } }))),
    ).toEqual([
      '$.layers[1].layer.goBackwards: expected false: one of the layers reads forwards, found true',
    ]);
    expect(
      faultsOf(() =>
        resolve({}, bidirectional({ layer, backwardLayer: { ...layer, returnSequences: true } })),
      ),
    ).toEqual([
      '$.layers[1].backwardLayer.goBackwards: expected true: one of the layers reads forwards and one backwards, found false',
      '$.layers[1].backwardLayer.returnSequences: expected false, as the forward layer has it, found true',
    ]);
    const backwardLayer = { ...layer, units: 3, goBackwards: true };
    expect(
      faultsOf(() => resolve({}, bidirectional({ layer, backwardLayer, mergeMode: 'sum' }))),
    ).toEqual([
      '$.layers[1].mergeMode: expected outputs of one size for "sum", found 4 and 3 ("concat" takes any sizes)',
    ]);
  });
});
