/** Shapes that repeat to one, as NumPy has it: axes are aligned at the right, size 1 is repeated. */
import { GraphError } from './errors.ts';
import type { Shape } from './types.ts';

/**
 * The shape that all of these repeat to; `[]` of none.
 * @param op the operation that is named in the error
 * @throws {@link GraphError} where two sizes of an axis differ and neither is 1
 */
export function broadcastShape(op: string, shapes: readonly Shape[]): Shape {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) =>
    shapes.reduce((size, shape, input) => {
      const own = shape[axis - (rank - shape.length)] ?? 1;
      if (own !== size && own !== 1 && size !== 1)
        throw new GraphError(
          op,
          `input ${input}`,
          `a shape that goes with [${(shapes[0] ?? []).join(',')}]`,
          `[${shape.join(',')}]`,
        );
      return size === 1 ? own : size;
    }, 1),
  );
}
