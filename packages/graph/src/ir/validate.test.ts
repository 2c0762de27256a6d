import { describe, expect, it } from 'vitest';
import { Builder } from './builder.ts';
import { GraphError } from './errors.ts';
import { float32, int32, type Entry, type Func, type Node, type Program } from './types.ts';
import { validate, validateFunc } from './validate.ts';

function entry(change: Partial<Entry> = {}): Entry {
  const b = new Builder();
  const [x, w] = [b.input(float32(2, 3)), b.input(float32(3, 4))];
  const func = b.finish([b.matmul(x, w), b.mul(w, 2)]);
  return {
    inputs: [{ name: 'x', type: float32(2, 3) }],
    reads: ['w'],
    outputs: [{ name: 'y', type: float32(2, 4) }],
    writes: ['w'],
    func,
    ...change,
  };
}
const program = (change: Partial<Entry> = {}): Program => ({
  state: { w: float32(3, 4) },
  entries: { step: entry(change) },
});

const add = (inputs: number[], outputs: number[]): Node => ({
  op: 'add',
  inputs,
  outputs,
  attributes: {},
});
const func = (nodes: Node[], outputs: number[]): Func => ({
  inputs: [0, 1],
  outputs,
  nodes,
  types: [float32(2), float32(2), float32(2), float32(2)],
});

describe('validate', () => {
  it('accepts what builders write', () => {
    expect(() => validate(program())).not.toThrow();
  });

  it.each([
    [
      'a name twice',
      { reads: ['w', 'w'] },
      'entry "step": reads: expected names that differ, found "w" twice',
    ],
    [
      'state that is not there',
      { writes: ['v'] },
      'entry "step": writes: expected a state tensor, found "v"',
    ],
    ['state by the name of a method', { writes: ['toString'] }, 'found "toString"'],
    ['too few outputs', { outputs: [] }, 'entry "step": outputs: expected 1, found 2'],
    [
      'another type',
      { inputs: [{ name: 'x', type: int32(2, 3) }] },
      'entry "step": input 0: expected int32[2,3], found float32[2,3]',
    ],
  ])('refuses %s', (_case, change, message) => {
    expect(() => validate(program(change))).toThrow(GraphError);
    expect(() => validate(program(change))).toThrow(message);
  });
});

describe('validateFunc', () => {
  it.each([
    [
      'a use before the definition',
      func([add([0, 2], [3]), add([0, 1], [2])], [3]),
      'node 0 (add): value 2: expected a definition before its use, found none',
    ],
    ['an output that nothing defines', func([], [3]), 'function: value 3: expected a definition'],
    [
      'two definitions',
      func([add([0, 1], [2]), add([0, 1], [2])], [2]),
      'node 1 (add): value 2: expected one definition, found two',
    ],
    ['no type', func([add([0, 1], [4])], [4]), 'value 4: expected a type, found none'],
    [
      'too many results',
      func([add([0, 1], [2, 3])], [2]),
      'node 0 (add): results: expected 1, found 2',
    ],
    [
      'operands that do not fit',
      { ...func([add([0, 1], [2])], [2]), types: [float32(2), float32(3), float32(2)] },
      'node 0 (add): input 1: expected float32[2], found float32[3]',
    ],
    [
      'a result of another type',
      { ...func([add([0, 1], [2])], [2]), types: [float32(2), float32(2), float32(3)] },
      'node 0 (add): result 0: expected float32[2], found float32[3]',
    ],
  ])('refuses %s', (_case, bad, message) => {
    expect(() => validateFunc(bad)).toThrow(message);
  });

  it('looks into scans and composites', () => {
    const bad = func([add([0, 2], [3])], [3]);
    const scan: Node = {
      op: 'scan',
      inputs: [0, 1],
      outputs: [2],
      attributes: { body: bad, length: 2, consts: 1, carries: 1, reverse: false },
    };
    const composite: Node = {
      op: 'composite',
      inputs: [0, 1],
      outputs: [2],
      attributes: { name: 'cell', options: {}, decomposition: bad },
    };
    expect(() => validateFunc(func([scan], [2]))).toThrow('node 0 (scan): body: node 0 (add)');
    expect(() => validateFunc(func([composite], [2]))).toThrow(
      'node 0 (composite): cell: node 0 (add)',
    );
  });

  it('checks the gradients of composites', () => {
    const decomposition = func([add([0, 1], [2])], [2]);
    const gradient = (inputs: number[], cotangents: number[], wrt: number[]): Func =>
      func(
        [
          {
            op: 'composite',
            inputs: [0, 1],
            outputs: [2],
            attributes: { name: 'cell', options: {}, decomposition },
          },
          {
            op: 'compositeGradient',
            inputs,
            outputs: [3],
            attributes: { name: 'cell', options: {}, decomposition, cotangents, wrt },
          },
        ],
        [3],
      );
    expect(() => validateFunc(gradient([0, 1, 2, 0], [0], [1]))).not.toThrow();
    expect(() => validateFunc(gradient([0, 1, 2], [0], [1]))).toThrow(
      'inputs: expected 4, found 3',
    );
    expect(() => validateFunc(gradient([0, 1, 2, 0], [1], [1]))).toThrow(
      'cotangents: expected places below 1',
    );
    expect(() => validateFunc(gradient([0, 1, 2, 0], [0], [2]))).toThrow(
      'wrt: expected places below 2',
    );
  });
});
