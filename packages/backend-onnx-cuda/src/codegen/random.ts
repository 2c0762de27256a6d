/**
 * Threefry-2x32 in 20 rounds (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011)
 * in uint32 arithmetic, which wraps around.
 */
import { THREEFRY_PARITY, THREEFRY_ROTATIONS, sizeOf, type Shape } from '@chronograd/graph';
import { typed, type EmitContext, type Emitter, type GraphValue } from './context.ts';
import { concatenate } from './shape.ts';

const randomBits: Emitter<'randomBits'> = (context, { attributes }, [key]) => {
  if (!key) return [];
  const { shape, stream } = attributes;
  const type = typed('uint32', shape);
  const size = sizeOf(shape);
  if (size === 0) return [context.constant(type, shape, [])];
  const half = Math.ceil(size / 2);
  const words = threefry(context, context.full(key), half, stream);
  const all = concatenate(context, words, 0, [2 * half]);
  const used = size === 2 * half ? all : firstElements(context, all, size);
  return [context.reshaped(used, shape)];
};

/** Both words of the blocks `[stream, 0…half)` under the key. */
function threefry(
  context: EmitContext,
  key: GraphValue,
  half: number,
  stream: number,
): [GraphValue, GraphValue] {
  const one = typed('uint32', [1]);
  const blocks = typed('uint32', [half]);
  const binary = (op: string, a: GraphValue, b: GraphValue, shape: Shape): GraphValue =>
    context.op(op, [a, b], typed('uint32', shape));
  const number = (value: number): GraphValue => context.constant(one, [1], [value]);
  const [k0, k1] = splitKey(context, key);
  const k2 = binary('BitwiseXor', binary('BitwiseXor', k0, k1, [1]), number(THREEFRY_PARITY), [1]);
  const schedule = [k0, k1, k2];
  const counter = context.constant(
    blocks,
    [half],
    Array.from({ length: half }, (_, i) => i),
  );
  let x0 = binary('Add', k0, number(stream), [1]);
  let x1 = binary('Add', counter, k1, [half]);
  for (let group = 0; group < 5; group++) {
    for (const rotation of THREEFRY_ROTATIONS.slice(4 * (group % 2), 4 * (group % 2) + 4)) {
      x0 = binary('Add', x0, x1, [half]);
      x1 = binary('BitwiseXor', rotateLeft(context, x1, rotation), x0, [half]);
    }
    const next = schedule[(group + 1) % 3] as GraphValue;
    const after = schedule[(group + 2) % 3] as GraphValue;
    x0 = binary('Add', x0, next, [half]);
    x1 = binary('Add', x1, binary('Add', after, number(group + 1), [1]), [half]);
  }
  return [x0, x1];
}

function splitKey(context: EmitContext, key: GraphValue): [GraphValue, GraphValue] {
  const one = { dtype: 'uint32', shape: [1] } as const;
  const operands = [key.name, context.writer.int64([1, 1])];
  const [k0 = '', k1 = ''] = context.writer.node('Split', operands, [one, one], {
    attributes: { axis: { int: 0 } },
  });
  const type = typed('uint32', [1]);
  return [
    { name: k0, shape: [1], type },
    { name: k1, shape: [1], type },
  ];
}

function rotateLeft(context: EmitContext, value: GraphValue, bits: number): GraphValue {
  const shift = (direction: string, by: number): GraphValue =>
    context.op('BitShift', [value, context.constant(value.type, [], [by])], value.type, {
      attributes: { direction: { string: direction } },
    });
  return context.op('BitwiseOr', [shift('LEFT', bits), shift('RIGHT', 32 - bits)], value.type);
}

function firstElements(context: EmitContext, value: GraphValue, count: number): GraphValue {
  const bounds = [0, count, 0].map((at) => context.writer.int64([at]));
  return context.op('Slice', [value, ...bounds], typed('uint32', [count]));
}

/** Emitters of random bits. */
export const randomEmitters = { randomBits };
