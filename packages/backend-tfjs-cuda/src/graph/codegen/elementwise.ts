/** Element-wise primitives; operands stay as small as they are, see {@link GraphValue}. */
import { broadcastShape, type DType, type PrimitiveName } from '@chronograd/graph';
import type { TfAttributes } from '../tensorflow/model.ts';
import { typed, type EmitContext, type Emitter, type GraphValue } from './context.ts';

/** Applies an operation element by element; the result's type has the shape of the operands'. */
export function elementwise(
  context: EmitContext,
  op: string,
  inputs: readonly GraphValue[],
  dtype: DType,
  attributes: TfAttributes,
): GraphValue {
  const small = broadcastShape(
    op,
    inputs.map(({ shape }) => shape),
  );
  const result = context.op(op, inputs, typed(dtype, small), attributes);
  return { ...result, type: typed(dtype, inputs[0]?.type.shape ?? []) };
}

/** An operation `T, T -> T`, applied element by element. */
export function arithmetic(
  context: EmitContext,
  op: string,
  inputs: readonly GraphValue[],
): GraphValue {
  const type = inputs[0]?.type.dtype ?? 'float32';
  return elementwise(context, op, inputs, type, { T: { type } });
}

function same<P extends PrimitiveName>(op: string): Emitter<P> {
  return (context, _node, inputs) => [arithmetic(context, op, inputs)];
}

function comparison<P extends PrimitiveName>(op: string): Emitter<P> {
  return (context, _node, inputs) => {
    const type = inputs[0]?.type.dtype ?? 'float32';
    return [elementwise(context, op, inputs, 'bool', { T: { type } })];
  };
}

function logical<P extends PrimitiveName>(op: string): Emitter<P> {
  return (context, _node, inputs) => [elementwise(context, op, inputs, 'bool', {})];
}

/** To another element type. */
export function cast(context: EmitContext, value: GraphValue, to: DType): GraphValue {
  const from = value.type.dtype;
  if (from === to) return value;
  const attributes: TfAttributes = {
    SrcT: { type: from },
    DstT: { type: to },
    Truncate: { bool: false },
  };
  return elementwise(context, 'Cast', [value], to, attributes);
}

const select: Emitter<'select'> = (context, _node, [condition, a, b]) => {
  if (!condition || !a || !b) return [];
  const { dtype } = a.type;
  return [elementwise(context, 'SelectV2', [condition, a, b], dtype, { T: { type: dtype } })];
};

/** Emitters of the element-wise primitives. */
export const elementwiseEmitters = {
  add: same<'add'>('AddV2'),
  sub: same<'sub'>('Sub'),
  mul: same<'mul'>('Mul'),
  div: same<'div'>('RealDiv'),
  max: same<'max'>('Maximum'),
  min: same<'min'>('Minimum'),
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
  equal: comparison<'equal'>('Equal'),
  less: comparison<'less'>('Less'),
  and: logical<'and'>('LogicalAnd'),
  not: logical<'not'>('LogicalNot'),
  select,
  cast: ((context, { attributes: { to } }, [a]) =>
    a ? [cast(context, a, to)] : []) satisfies Emitter<'cast'>,
  stopGradient: ((_context, _node, inputs) => inputs) satisfies Emitter<'stopGradient'>,
};
