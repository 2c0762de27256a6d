import { describe, expect, it } from 'vitest';
import { Builder } from '../ir/builder.ts';
import { float32, type Func } from '../ir/types.ts';
import { translate, type Translation } from './translate.ts';

/** Writes nodes as text, and cuts as the sizes of their pieces. */
const text: Translation<string> = {
  node: (node, inputs) => node.outputs.map(() => `${node.op}(${inputs.join(', ')})`),
  split: (value, { axis, sizes }) => sizes.map((size, i) => `${value}/${axis}:${i}(${size})`),
};

function gates(limits: readonly [number, number][]): Func {
  const b = new Builder();
  const z = b.input(float32(3, 7));
  const pieces = limits.map(([start, limit]) => b.sliceAxis(z, 1, start, limit));
  return b.finish([...pieces.map((piece) => b.tanh(piece))].reverse());
}

describe('translate', () => {
  it('writes slices that cut a value in pieces as one operation', () => {
    const outputs = translate(
      gates([
        [0, 2],
        [2, 7],
      ]),
      ['z'],
      text,
    );
    expect(outputs).toEqual(['tanh(z/1:1(5))', 'tanh(z/1:0(2))']);
  });

  it('writes slices that leave something out one by one', () => {
    const outputs = translate(
      gates([
        [0, 2],
        [3, 7],
      ]),
      ['z'],
      text,
    );
    expect(outputs).toEqual(['tanh(slice(z))', 'tanh(slice(z))']);
  });

  it('refuses a value that is read before it is defined', () => {
    const func = gates([
      [0, 2],
      [3, 7],
    ]);
    expect(() => translate({ ...func, nodes: [...func.nodes].reverse() }, ['z'], text)).toThrow(
      'is read before it is defined',
    );
  });
});
