import { describe, expect, it } from 'vitest';
import type { TfNode } from './model.ts';
import { encodeSavedModel, savedModelProto } from './proto.ts';
import { GraphWriter } from './writer.ts';

const byName = (writer: GraphWriter, name: string): TfNode =>
  writer.nodes.find((node) => node.name === name) as TfNode;

describe('GraphWriter', () => {
  it('writes equal constants once, and tells types and shapes apart', () => {
    const writer = new GraphWriter();
    const two = writer.int32([2]);
    expect(writer.int32([2])).toBe(two);
    expect(writer.int32Scalar(2)).not.toBe(two);
    expect(writer.constant('uint32', [1], Uint32Array.of(2))).not.toBe(two);
    expect(writer.nodes).toHaveLength(3);
  });

  it('names the outputs of a node, and knows their types', () => {
    const writer = new GraphWriter();
    const x = writer.one('Placeholder', [], 'float32');
    const [branch, index] = writer.node('Merge', [x, x], ['float32', 'int32']);
    expect(index).toBe(`${branch}:1`);
    expect(writer.typeOf(index as string)).toBe('int32');
  });

  it('lets values enter each loop around a node that reads them, once', () => {
    const outer = new GraphWriter();
    const x = outer.one('Placeholder', [], 'float32');
    const loop = new GraphWriter(outer);
    const inside = new GraphWriter(loop);
    const first = inside.one('Neg', [x], 'float32');
    inside.one('Abs', [x], 'float32');
    const entered = byName(outer, byName(outer, first).inputs[0] as string);
    const around = byName(outer, entered.inputs[0] as string);
    expect([entered.op, around.op, around.inputs]).toEqual(['Enter', 'Enter', [x]]);
    expect(entered.attributes['frame_name']).not.toEqual(around.attributes['frame_name']);
    expect(entered.attributes['is_constant']).toEqual({ bool: true });
    expect(outer.nodes.filter(({ op }) => op === 'Enter')).toHaveLength(2);
  });

  it('refuses what no executor could run', () => {
    const outer = new GraphWriter();
    const inside = new GraphWriter(outer).one('Neg', [outer.int32Scalar(1)], 'int32');
    expect(() => outer.one('Abs', [inside], 'int32')).toThrow('no loop to enter');
    expect(() => outer.one('Abs', ['nothing'], 'int32')).toThrow('read before it is written');
  });
});

describe('encodeSavedModel', () => {
  it('writes nodes, attributes of every kind and signatures', () => {
    const x = { tensor: 'x:0', dtype: 'float32', shape: [2, 3] } as const;
    const bytes = encodeSavedModel({
      nodes: [
        {
          name: 'c',
          op: 'Const',
          inputs: ['x', '^y'],
          attributes: {
            dtype: { type: 'uint32' },
            value: { tensor: { dtype: 'uint32', shape: [2], data: Uint32Array.of(7, 4e9) } },
            N: { int: 0 },
            clip: { float: -0.5 },
            flag: { bool: false },
            text: { string: 'é' },
            shape: { shape: [4, 0] },
          },
        },
      ],
      signatures: { predict: { inputs: { x }, outputs: { 'dense:h': x } } },
    });
    const type = savedModelProto();
    const decoded = type.toObject(type.decode(bytes), { longs: Number, bytes: Array });
    expect(decoded).toMatchObject({
      savedModelSchemaVersion: 1,
      metaGraphs: [
        {
          metaInfoDef: { tags: ['serve'] },
          graphDef: {
            node: [
              {
                name: 'c',
                op: 'Const',
                input: ['x', '^y'],
                attr: {
                  dtype: { type: 22 },
                  value: {
                    tensor: {
                      dtype: 22,
                      tensorShape: { dim: [{ size: 2 }] },
                      tensorContent: [7, 0, 0, 0, 0, 0x28, 0x6b, 0xee],
                    },
                  },
                  N: { i: 0 },
                  clip: { f: -0.5 },
                  flag: { b: false },
                  text: { s: [0xc3, 0xa9] },
                  shape: { shape: { dim: [{ size: 4 }, { size: 0 }] } },
                },
              },
            ],
          },
          signatureDef: {
            predict: {
              inputs: {
                x: { name: 'x:0', dtype: 1, tensorShape: { dim: [{ size: 2 }, { size: 3 }] } },
              },
              outputs: { 'dense:h': { name: 'x:0' } },
            },
          },
        },
      ],
    });
  });
});
