import { describe, expect, it } from 'vitest';
import { faultsOf } from '../../testing/faults.ts';
import { bidirectional, input, rnn } from '../builders.ts';
import type { LayerDocument } from '../documents/layers.ts';
import { parseModel } from '../documents/model.ts';
import { resolveModel } from '../resolve/resolve.ts';
import { parseEquation } from './parse.ts';
import { resolveCell } from './resolve.ts';

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

  it('gives two outputs where it does not merge them', () => {
    const layer = { type: 'gru', units: 4, returnSequences: true } as const;
    const backwardLayer = { ...layer, units: 3, goBackwards: true };
    const both = bidirectional({ layer, backwardLayer, mergeMode: null });
    const named = { layers: [{ type: 'input', shape: [5, 2] }, both] };
    const model = resolveModel(
      parseModel({ ...named, outputs: ['bidirectional:backward', 'bidirectional:forward'] }),
    );
    expect(model.outputs.map(({ reference, shape }) => [reference, shape])).toEqual([
      ['bidirectional:backward', [5, 3]],
      ['bidirectional:forward', [5, 4]],
    ]);
    expect(faultsOf(() => resolveModel(parseModel(named)))).toEqual([
      '$.outputs[0]: expected an output of "bidirectional": bidirectional:forward, bidirectional:backward, found "bidirectional" (or give it a "mergeMode", which makes one of them)',
    ]);
    expect(
      faultsOf(() => parseModel({ ...named, outputs: ['bidirectional:backwards'] }))[0],
    ).toContain('which has bidirectional:forward, bidirectional:backward, bidirectional:forward.h');
  });
});

describe('recurrentDropout of a written cell', () => {
  const dropping = (equations: Record<string, string>): LayerDocument =>
    rnn({
      units: 4,
      recurrentDropout: 0.2,
      cell: {
        states: { h: 'units', m: 'units' },
        parameters: { W: { shape: ['features', 'units'] }, U: { shape: ['units', 'units'] } },
        equations,
        output: 'h',
      },
    });
  const droppedOf = (equations: Record<string, string>): readonly string[] | undefined => {
    const layer = resolve({}, dropping(equations)).layers[1]?.spec;
    return layer?.type === 'rnn' ? resolveCell(layer, 3).cell?.dropped : undefined;
  };

  it('acts on the old states that reach a matrix product, by whatever name', () => {
    expect(droppedOf({ h: 'x @ W + h @ U', m: 'm + h' })).toEqual(['h']);
    expect(droppedOf({ gated: 'sigmoid(m) * 2', h: 'x @ W + gated @ U', m: 'h' })).toEqual(['m']);
    // What m reads is the new h.
    expect(droppedOf({ h: 'x @ W + m @ U', m: 'h @ U' })).toEqual(['m']);
  });

  it('is refused where there is nothing to drop', () => {
    expect(faultsOf(() => resolve({}, dropping({ h: 'x @ W', m: 'h @ U + m' })))).toEqual([
      '$.layers[1].recurrentDropout: expected 0: no equation multiplies an old state by a matrix (@), so there is none to drop, found 0.2 (dropout drops features of x; the layer dropout drops those of the output)',
    ]);
  });
});
