/** Matrix products. */
import { typed, type Emitter, type GraphValue } from './context.ts';

const matmul: Emitter<'matmul'> = (context, { attributes }, [a, b]) => {
  if (!a || !b) return [];
  const { transposeA, transposeB } = attributes;
  const rank = a.type.shape.length;
  const size = (value: GraphValue, fromEnd: number): number =>
    value.type.shape[rank - fromEnd] ?? 0;
  const type = typed('float32', [
    ...a.type.shape.slice(0, -2),
    transposeA ? size(a, 1) : size(a, 2),
    transposeB ? size(b, 2) : size(b, 1),
  ]);
  const operands = [context.full(a), context.full(b)];
  const T = { type: 'float32' } as const;
  return [
    rank === 2
      ? context.op('MatMul', operands, type, {
          T,
          transpose_a: { bool: transposeA },
          transpose_b: { bool: transposeB },
        })
      : context.op('BatchMatMulV2', operands, type, {
          T,
          adj_x: { bool: transposeA },
          adj_y: { bool: transposeB },
        }),
  ];
};

/** Emitters of linear algebra. */
export const linearAlgebraEmitters = { matmul };
