/** Element-wise operations as WGSL, of one row (`f32`) or of several (`vec2<f32>`, `vec4<f32>`). */
import type { DType, PrimitiveNode } from '@chronograd/graph';

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
 * Functions that the expressions call, for elements of one type. Each holds for all floats, though
 * WGSL leaves it open what becomes of NaN and infinities (SwiftShader's exp makes a number of NaN,
 * and a compiler may take a comparison with NaN for either): whether a float is one is asked of its
 * bits, and exponentials are taken of what has a finite one. WGSL's own sine is right to 2^-11 only,
 * and of its tanh nothing is promised.
 *
 * The functions of `codegen/functions.ts` are closer, but branch: called lane by lane in an unrolled
 * cell they made kernels of an LSTM that SwiftShader did not compile within ten minutes.
 *
 * - tanh: its series (Abramowitz and Stegun, "Handbook of Mathematical Functions", 4.5.64) below
 *   0.2, where the next term is less than 1e-9 of it; else from the exponential of -2|x|.
 * - erf: its series 7.1.5 below 1, else 7.1.26.
 * - sin, cos: the series 4.3.65 and 4.3.66 after x is brought to -π/4…π/4 by a multiple of π/2 that
 *   is taken off in three parts (Cody and Waite, "Software manual for the elementary functions",
 *   1980), the first two of which are exact up to some 8000.
 */
export function prelude(lanes: number): string {
  const float = wgslType('float32', lanes);
  const bool = wgslType('bool', lanes);
  const words = wgslType('uint32', lanes);
  const int = wgslType('int32', lanes);
  return `
fn magnitudeBits(x: ${float}) -> ${words} {
  return bitcast<${words}>(x) & ${words}(0x7fffffffu);
}
fn isNan(x: ${float}) -> ${bool} {
  return magnitudeBits(x) > ${words}(0x7f800000u);
}
fn notANumber() -> ${float} {
  return ${float}(bitcast<f32>(nanBits));
}
fn infinity() -> ${float} {
  return ${float}(bitcast<f32>(infinityBits));
}
fn equalTo(a: ${float}, b: ${float}) -> ${bool} {
  return (a == b) & !(isNan(a) | isNan(b));
}
fn lessThan(a: ${float}, b: ${float}) -> ${bool} {
  return (a < b) & !(isNan(a) | isNan(b));
}
fn greater(a: ${float}, b: ${float}) -> ${float} {
  return select(select(b, a, a > b), a + b, isNan(a) | isNan(b));
}
fn lesser(a: ${float}, b: ${float}) -> ${float} {
  return select(select(b, a, a < b), a + b, isNan(a) | isNan(b));
}
fn hyperbolicTangent(x: ${float}) -> ${float} {
  let size = min(abs(x), ${float}(20.0));
  let e = exp(-2.0 * size);
  let far = (1.0 - e) / (1.0 + e);
  let s = size * size;
  let near = x * (1.0 - s * (0.33333333 - s * (0.13333333 - s * (0.053968254 - s * 0.021869488))));
  let result = select(select(far, -far, x < ${float}(0.0)), near, size < ${float}(0.2));
  return select(result, x, isNan(x));
}
fn exponential(x: ${float}) -> ${float} {
  let e = exp(clamp(x, ${float}(-105.0), ${float}(88.72283)));
  return select(select(e, infinity(), x > ${float}(88.72283)), x, isNan(x));
}
fn logistic(x: ${float}) -> ${float} {
  let e = exp(-min(abs(x), ${float}(105.0)));
  return select(select(${float}(1.0), e, x < ${float}(0.0)) / (1.0 + e), x, isNan(x));
}
fn logarithm(x: ${float}) -> ${float} {
  let size = magnitudeBits(x);
  let isNegative = bitcast<${words}>(x) > ${words}(0x80000000u);
  let y = select(select(log(x), -infinity(), size == ${words}(0u)), notANumber(), isNegative);
  return select(y, x, isNan(x) | (bitcast<${words}>(x) == ${words}(0x7f800000u)));
}
fn squareRoot(x: ${float}) -> ${float} {
  let size = magnitudeBits(x);
  let isNegative = bitcast<${words}>(x) > ${words}(0x80000000u);
  let y = select(sqrt(x), notANumber(), isNegative);
  let isItself = isNan(x) | (size == ${words}(0u)) | (bitcast<${words}>(x) == ${words}(0x7f800000u));
  return select(y, x, isItself);
}
fn power(a: ${float}, b: ${float}) -> ${float} {
  let y = exponential(b * logarithm(a));
  let ofZero = select(infinity(), ${float}(0.0), b > ${float}(0.0));
  let z = select(y, ofZero, (magnitudeBits(a) == ${words}(0u)) & !isNan(b));
  return select(z, ${float}(1.0), magnitudeBits(b) == ${words}(0u));
}
fn floorOf(x: ${float}) -> ${float} {
  return select(x, floor(x), magnitudeBits(x) < ${words}(0x7f800000u));
}
fn errorFunction(x: ${float}) -> ${float} {
  let size = min(abs(x), ${float}(10.0));
  let s = size * size;
  let near = x * (1.1283792 - s * (0.37612639 - s * (0.11283792 - s * (0.026866171
    - s * (0.0052239776 - s * (0.00085483270 - s * (0.00012055333 - s * (0.000014925651
    - s * (0.0000016462114 - s * 0.00000016365845)))))))));
  let t = 1.0 / (1.0 + 0.3275911 * size);
  let tail = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027
    + t * 1.061405429)))) * exp(-s);
  let far = 1.0 - tail;
  let result = select(select(far, -far, x < ${float}(0.0)), near, size < ${float}(1.0));
  return select(result, x, isNan(x));
}
fn sineOfQuarter(x: ${float}, shift: ${int}) -> ${float} {
  let turns = round(x * 0.63661977);
  let r = ((x - turns * 1.5703125) - turns * 0.00048375129699707031) - turns * 7.5497899548918822e-8;
  let s = r * r;
  let sine = r * (1.0 - s * (0.16666667 - s * (0.0083333333 - s * (0.00019841270
    - s * 0.0000027557319))));
  let cosine = 1.0 - s * (0.5 - s * (0.041666667 - s * (0.0013888889 - s * (0.000024801587
    - s * 0.00000027557319))));
  let quarter = (${int}(turns) + shift) & ${int}(3);
  let value = select(sine, cosine, (quarter & ${int}(1)) == ${int}(1));
  let result = select(value, -value, (quarter & ${int}(2)) == ${int}(2));
  return select(notANumber(), result, magnitudeBits(x) < ${words}(0x7f800000u));
}
fn sine(x: ${float}) -> ${float} {
  return sineOfQuarter(x, ${int}(0));
}
fn cosine(x: ${float}) -> ${float} {
  return sineOfQuarter(x, ${int}(1));
}
fn signOf(x: ${float}) -> ${float} {
  return select(sign(x), x, isNan(x));
}
fn toInt(x: ${float}) -> ${int} {
  return select(${int}(x), ${int}(0), isNan(x));
}
fn toWord(x: ${float}) -> ${words} {
  return select(${words}(x), ${words}(0u), isNan(x));
}
`;
}

const binary: Readonly<Record<string, (a: string, b: string) => string>> = {
  add: (a, b) => `${a} + ${b}`,
  sub: (a, b) => `${a} - ${b}`,
  mul: (a, b) => `${a} * ${b}`,
  div: (a, b) => `${a} / ${b}`,
  pow: (a, b) => `power(${a}, ${b})`,
  and: (a, b) => `${a} & ${b}`,
};

const unary: Readonly<Record<string, (a: string) => string>> = {
  neg: (a) => `-${a}`,
  abs: (a) => `abs(${a})`,
  floor: (a) => `floorOf(${a})`,
  exp: (a) => `exponential(${a})`,
  log: (a) => `logarithm(${a})`,
  sqrt: (a) => `squareRoot(${a})`,
  sin: (a) => `sine(${a})`,
  cos: (a) => `cosine(${a})`,
  tanh: (a) => `hyperbolicTangent(${a})`,
  erf: (a) => `errorFunction(${a})`,
  sigmoid: (a) => `logistic(${a})`,
  not: (a) => `!${a}`,
  stopGradient: (a) => a,
};

/** What WGSL leaves open for NaN, where it has an operator or a function for integers. */
const guarded: Readonly<Record<string, string>> = {
  max: 'greater',
  min: 'lesser',
  equal: 'equalTo',
  less: 'lessThan',
  sign: 'signOf',
};

/**
 * The expression of an element-wise operation.
 * @param operands names, all with as many lanes
 * @param dtype element type of the first operand
 * @returns undefined for an operation that is not element-wise
 */
export function expression(
  node: PrimitiveNode,
  operands: readonly string[],
  dtype: DType,
  lanes: number,
): string | undefined {
  const [a = '', b = '', c = ''] = operands;
  const { op } = node;
  const ofFloats = dtype === 'float32' ? guarded[op] : undefined;
  if (ofFloats !== undefined) return `${ofFloats}(${operands.join(', ')})`;
  if (op === 'max' || op === 'min') return `${op}(${a}, ${b})`;
  if (op === 'equal') return `${a} == ${b}`;
  if (op === 'less') return `${a} < ${b}`;
  if (op === 'sign') return `sign(${a})`;
  if (op === 'select') return `select(${c}, ${b}, ${a})`;
  if (op === 'cast') return cast(a, dtype, (node as PrimitiveNode<'cast'>).attributes.to, lanes);
  return operands.length === 2 ? binary[op]?.(a, b) : unary[op]?.(a);
}

function cast(a: string, from: DType, to: DType, lanes: number): string {
  if (from === 'float32' && to !== from) {
    // A NaN is not zero.
    if (to === 'bool') return `!equalTo(${a}, ${wgslType(from, lanes)}(0.0))`;
    return to === 'int32' ? `toInt(${a})` : `toWord(${a})`;
  }
  return to === 'bool' ? `${a} != ${wgslType(from, lanes)}(0)` : `${wgslType(to, lanes)}(${a})`;
}
