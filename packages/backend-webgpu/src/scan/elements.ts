/** Element-wise operations as WGSL, of one row (`f32`) or of several (`vec2<f32>`, `vec4<f32>`). */
import type { DType, PrimitiveNode } from '@chronograd/graph';
import { ScanRefusal } from './refusal.ts';

const scalars = { float32: 'f32', int32: 'i32', uint32: 'u32', bool: 'bool' } as const;

/** The WGSL type of one element, or of one for each of `lanes` rows. */
export function wgslType(dtype: DType, lanes: number): string {
  return lanes === 1 ? scalars[dtype] : `vec${lanes}<${scalars[dtype]}>`;
}

/**
 * A number as WGSL. Infinities and NaN are bits that the compiler may not look at, as WGSL refuses
 * them as constants.
 */
export function literal(value: number, dtype: DType): string {
  if (dtype === 'bool') return value === 0 ? 'false' : 'true';
  if (dtype === 'int32') return value === -(2 ** 31) ? `(-2147483647i - 1i)` : `i32(${value})`;
  if (dtype === 'uint32') return `${value}u`;
  const single = Math.fround(value);
  if (Number.isNaN(single)) return 'bitcast<f32>(nanBits)';
  if (!Number.isFinite(single)) return `${single < 0 ? '(-' : '('}bitcast<f32>(infinityBits))`;
  return single < 0 || Object.is(single, -0) ? `(-${-single}f)` : `${single}f`;
}

/**
 * Functions that the expressions call, for elements of one type. Each holds for all floats: a NaN
 * comes out where one went in, though WGSL leaves it open for max and min; and tanh never takes
 * the exponential of a large number. The series of tanh has its next term below 2e-8 of it where
 * it is used; erf is Abramowitz and Stegun 7.1.5 near 0 and 7.1.26 refined by Numerical Recipes'
 * erfcc (6.2) far from it.
 */
export function prelude(lanes: number): string {
  const float = wgslType('float32', lanes);
  const bool = wgslType('bool', lanes);
  const words = wgslType('uint32', lanes);
  return `
fn isNan(x: ${float}) -> ${bool} {
  return (bitcast<${words}>(x) & ${words}(0x7fffffffu)) > ${words}(0x7f800000u);
}
fn greater(a: ${float}, b: ${float}) -> ${float} {
  return select(select(b, a, a > b), a + b, isNan(a) | isNan(b));
}
fn lesser(a: ${float}, b: ${float}) -> ${float} {
  return select(select(b, a, a < b), a + b, isNan(a) | isNan(b));
}
fn hyperbolicTangent(x: ${float}) -> ${float} {
  let size = abs(x);
  let e = exp(-2.0 * size);
  let far = (1.0 - e) / (1.0 + e);
  let s = x * x;
  let near = x * (1.0 - s * (0.33333333 - s * (0.13333333 - s * (0.053968254 - s * 0.021869488))));
  return select(select(far, -far, x < ${float}(0.0)), near, size < ${float}(0.2));
}
fn logistic(x: ${float}) -> ${float} {
  return 1.0 / (1.0 + exp(-x));
}
fn signOf(x: ${float}) -> ${float} {
  return select(sign(x), x, isNan(x));
}
`;
}

const binary: Readonly<Record<string, (a: string, b: string) => string>> = {
  add: (a, b) => `${a} + ${b}`,
  sub: (a, b) => `${a} - ${b}`,
  mul: (a, b) => `${a} * ${b}`,
  div: (a, b) => `${a} / ${b}`,
  pow: (a, b) => `pow(${a}, ${b})`,
  equal: (a, b) => `${a} == ${b}`,
  less: (a, b) => `${a} < ${b}`,
  and: (a, b) => `${a} & ${b}`,
};

const unary: Readonly<Record<string, (a: string) => string>> = {
  neg: (a) => `-${a}`,
  abs: (a) => `abs(${a})`,
  floor: (a) => `floor(${a})`,
  exp: (a) => `exp(${a})`,
  log: (a) => `log(${a})`,
  sqrt: (a) => `sqrt(${a})`,
  sin: (a) => `sin(${a})`,
  cos: (a) => `cos(${a})`,
  tanh: (a) => `hyperbolicTangent(${a})`,
  sigmoid: (a) => `logistic(${a})`,
  not: (a) => `!${a}`,
  stopGradient: (a) => a,
};

/**
 * The expression of an element-wise operation.
 * @param operands names, all with as many lanes
 * @param dtype element type of the first operand
 * @throws {@link ScanRefusal} for one that the kernel does not have
 */
export function expression(
  node: PrimitiveNode,
  operands: readonly string[],
  dtype: DType,
  lanes: number,
): string {
  const [a = '', b = '', c = ''] = operands;
  const { op } = node;
  if (op === 'max' || op === 'min') {
    if (dtype !== 'float32') return `${op}(${a}, ${b})`;
    return `${op === 'max' ? 'greater' : 'lesser'}(${a}, ${b})`;
  }
  if (op === 'sign') return dtype === 'float32' ? `signOf(${a})` : `sign(${a})`;
  if (op === 'select') return `select(${c}, ${b}, ${a})`;
  if (op === 'cast') return cast(a, dtype, (node as PrimitiveNode<'cast'>).attributes.to, lanes);
  const write = operands.length === 2 ? binary[op]?.(a, b) : unary[op]?.(a);
  if (write === undefined) throw new ScanRefusal(`${op} in the body`);
  return write;
}

function cast(a: string, from: DType, to: DType, lanes: number): string {
  if (to === 'bool') return `${a} != ${wgslType(from, lanes)}(${from === 'float32' ? '0.0' : '0'})`;
  return `${wgslType(to, lanes)}(${a})`;
}
