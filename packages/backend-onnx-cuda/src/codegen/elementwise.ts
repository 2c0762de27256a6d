/** Element-wise primitives; operands stay as small as they are, see {@link GraphValue}. */
import { broadcastShape, type DType, type PrimitiveName } from '@chronograd/graph';
import type { OnnxAttribute } from '../onnx/model.ts';
import { typed, type EmitContext, type Emitter, type GraphValue } from './context.ts';

/** ONNX's numbers of the element types, as Cast wants them. */
export const CAST_TYPE: Readonly<Record<DType, number>> = {
  float32: 1,
  int32: 6,
  bool: 9,
  uint32: 12,
};

/** Applies an operator element by element; the result's type has the shape of the operands'. */
export function elementwise(
  context: EmitContext,
  op: string,
  inputs: readonly GraphValue[],
  dtype: DType,
  attributes: Readonly<Record<string, OnnxAttribute>> = {},
): GraphValue {
  const small = broadcastShape(
    op,
    inputs.map(({ shape }) => shape),
  );
  const result = context.op(op, inputs, typed(dtype, small), { attributes });
  return { ...result, type: typed(dtype, inputs[0]?.type.shape ?? []) };
}

function same<P extends PrimitiveName>(op: string): Emitter<P> {
  return (context, _node, inputs) => [
    elementwise(context, op, inputs, inputs[0]?.type.dtype ?? 'float32'),
  ];
}

function predicate<P extends PrimitiveName>(op: string): Emitter<P> {
  return (context, _node, inputs) => [elementwise(context, op, inputs, 'bool')];
}

/** To another element type. */
export function cast(context: EmitContext, value: GraphValue, to: DType): GraphValue {
  if (value.type.dtype === to) return value;
  return elementwise(context, 'Cast', [value], to, { to: { int: CAST_TYPE[to] } });
}

/** onnxruntime has no Where of these types on CPU: these hold their elements without loss. */
const SELECT_AS: Readonly<Record<DType, DType>> = {
  float32: 'float32',
  int32: 'int32',
  uint32: 'int32',
  bool: 'int32',
};

const select: Emitter<'select'> = (context, _node, [condition, a, b]) => {
  if (!condition || !a || !b) return [];
  const { dtype } = a.type;
  const through = SELECT_AS[dtype];
  const [x, y] = [a, b].map((value) => cast(context, value, through)) as [GraphValue, GraphValue];
  return [cast(context, elementwise(context, 'Where', [condition, x, y], through), dtype)];
};

/** Emitters of the element-wise primitives. */
export const elementwiseEmitters = {
  add: same<'add'>('Add'),
  sub: same<'sub'>('Sub'),
  mul: same<'mul'>('Mul'),
  div: same<'div'>('Div'),
  max: same<'max'>('Max'),
  min: same<'min'>('Min'),
  pow: same<'pow'>('Pow'),
  neg: same<'neg'>('Neg'),
  abs: same<'abs'>('Abs'),
  sign: same<'sign'>('Sign'),
  floor: same<'floor'>('Floor'),
  exp: same<'exp'>('Exp'),
  log: same<'log'>('Log'),
  sqrt: same<'sqrt'>('Sqrt'),
  sin: same<'sin'>('Sin'),
  cos: same<'cos'>('Cos'),
  tanh: same<'tanh'>('Tanh'),
  sigmoid: same<'sigmoid'>('Sigmoid'),
  erf: same<'erf'>('Erf'),
  equal: predicate<'equal'>('Equal'),
  less: predicate<'less'>('Less'),
  and: predicate<'and'>('And'),
  not: predicate<'not'>('Not'),
  select,
  cast: ((context, { attributes: { to } }, [a]) =>
    a ? [cast(context, a, to)] : []) satisfies Emitter<'cast'>,
  stopGradient: ((_context, _node, inputs) => inputs) satisfies Emitter<'stopGradient'>,
};
