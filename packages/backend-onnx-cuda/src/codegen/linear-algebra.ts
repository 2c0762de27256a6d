/** Matrix products. */
import { typed, type EmitContext, type Emitter, type GraphValue } from './context.ts';

const matmul: Emitter<'matmul'> = (context, { attributes }, [a, b]) => {
  if (!a || !b) return [];
  const { transposeA, transposeB } = attributes;
  const rank = a.type.shape.length;
  const size = (value: GraphValue, fromEnd: number): number =>
    value.type.shape[rank - fromEnd] ?? 0;
  const shape = [
    ...a.type.shape.slice(0, -2),
    transposeA ? size(a, 1) : size(a, 2),
    transposeB ? size(b, 2) : size(b, 1),
  ];
  const type = typed('float32', shape);
  const [x, y] = [context.full(a), context.full(b)];
  if (!transposeA && !transposeB) return [context.op('MatMul', [x, y], type)];
  if (rank === 2) {
    const flags = { transA: { int: Number(transposeA) }, transB: { int: Number(transposeB) } };
    return [context.op('Gemm', [x, y], type, { attributes: flags })];
  }
  if (context.settings.portable)
    return [
      context.op(
        'MatMul',
        [transposeA ? swapped(context, x) : x, transposeB ? swapped(context, y) : y],
        type,
      ),
    ];
  const attributesOfFused = {
    transA: { int: Number(transposeA) },
    transB: { int: Number(transposeB) },
  };
  return [
    context.op('FusedMatMul', [x, y], type, {
      attributes: attributesOfFused,
      domain: 'com.microsoft',
    }),
  ];
};

/** The last two axes swapped. */
function swapped(context: EmitContext, value: GraphValue): GraphValue {
  const { dtype, shape } = value.type;
  const rank = shape.length;
  const permutation = [...shape.keys()].map((axis) =>
    axis === rank - 1 ? rank - 2 : axis === rank - 2 ? rank - 1 : axis,
  );
  const type = typed(
    dtype,
    permutation.map((axis) => shape[axis] ?? 0),
  );
  return context.op('Transpose', [value], type, { attributes: { perm: { ints: permutation } } });
}

/** Emitters of linear algebra. */
export const linearAlgebraEmitters = { matmul };
