/**
 * Threefry-2x32 in 20 rounds (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011)
 * in uint32 arithmetic, which wraps around.
 */
import { THREEFRY_PARITY, THREEFRY_ROTATIONS, sizeOf } from '@chronograd/graph';
import { typed, type EmitContext, type Emitter, type GraphValue } from './context.ts';
import { arithmetic } from './elementwise.ts';
import { concatenate, splitAlong } from './shape.ts';

const randomBits: Emitter<'randomBits'> = (context, { attributes }, [key]) => {
  if (!key) return [];
  const { shape, stream } = attributes;
  const size = sizeOf(shape);
  if (size === 0) return [context.constant(typed('uint32', shape), shape, [])];
  const half = Math.ceil(size / 2);
  const words = threefry(context, context.full(key), half, stream);
  const all = concatenate(context, words, 0);
  const used = size === 2 * half ? all : (splitAlong(context, all, 0, [size, 1])[0] as GraphValue);
  return [context.reshaped(used, shape)];
};

/** Both words of the blocks `[stream, 0…half)` under the key. */
function threefry(
  context: EmitContext,
  key: GraphValue,
  half: number,
  stream: number,
): [GraphValue, GraphValue] {
  const blocks = typed('uint32', [half]);
  const binary = (op: string, a: GraphValue, b: GraphValue): GraphValue => ({
    ...arithmetic(context, op, [a, b]),
    type: blocks,
  });
  const number = (value: number): GraphValue => context.splat(blocks, value);
  const [k0, k1] = splitAlong(context, key, 0, [1, 1]).map((half0) => ({
    ...half0,
    type: blocks,
  })) as [GraphValue, GraphValue];
  const k2 = binary('BitwiseXor', binary('BitwiseXor', k0, k1), number(THREEFRY_PARITY));
  const schedule = [k0, k1, k2];
  const counter = context.constant(
    blocks,
    [half],
    Array.from({ length: half }, (_, i) => i),
  );
  let x0 = binary('AddV2', k0, number(stream));
  let x1 = binary('AddV2', counter, k1);
  for (let group = 0; group < 5; group++) {
    for (const rotation of THREEFRY_ROTATIONS.slice(4 * (group % 2), 4 * (group % 2) + 4)) {
      x0 = binary('AddV2', x0, x1);
      const left = binary('LeftShift', x1, number(rotation));
      const right = binary('RightShift', x1, number(32 - rotation));
      x1 = binary('BitwiseXor', binary('BitwiseOr', left, right), x0);
    }
    const next = schedule[(group + 1) % 3] as GraphValue;
    const after = schedule[(group + 2) % 3] as GraphValue;
    x0 = binary('AddV2', x0, next);
    x1 = binary('AddV2', x1, binary('AddV2', after, number(group + 1)));
  }
  return [context.full(x0), context.full(x1)];
}

/** Emitters of random bits. */
export const randomEmitters = { randomBits };
