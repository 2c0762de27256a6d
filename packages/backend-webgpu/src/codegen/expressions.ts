/** Operations of one element, in WGSL. */
import type { DType, PrimitiveAttributes, PrimitiveName } from '@chronograd/graph';
import { wgslType } from '../wgsl/elementwise.ts';

type Write = (operands: readonly string[], dtype: DType, attributes: unknown) => string;

interface Operation {
  /** What it costs, by and by: 1 is an addition. */
  readonly cost: number;
  readonly write: Write;
}

const operator = (sign: string): Operation => ({
  cost: 1,
  write: ([a, b]) => `${a} ${sign} ${b}`,
});

/** A function of ours for floats, and WGSL's own or an operator for integers. */
const call = (name: string, cost: number, otherwise?: (...operands: string[]) => string) => ({
  cost,
  write: (operands: readonly string[], dtype: DType) =>
    dtype === 'float32' || !otherwise ? `${name}(${operands.join(', ')})` : otherwise(...operands),
});

/** The operations that act element by element, and need no more than their operands. */
const operations: { readonly [P in PrimitiveName]?: Operation } = {
  add: operator('+'),
  sub: operator('-'),
  mul: operator('*'),
  div: operator('/'),
  max: call('greaterOf', 2, (a, b) => `max(${a}, ${b})`),
  min: call('lesserOf', 2, (a, b) => `min(${a}, ${b})`),
  pow: call('power', 20),
  neg: call('negative', 1, (a) => `-${a}`),
  abs: call('magnitude', 1, (a) => `abs(${a})`),
  sign: call('signOf', 1, (a) => `sign(${a})`),
  floor: call('floorOf', 1),
  exp: call('exponential', 8),
  log: call('logarithm', 10),
  sqrt: call('squareRoot', 4),
  sin: call('wave', 10),
  cos: call('wave', 10),
  tanh: call('hyperbolicTangent', 10),
  sigmoid: call('logistic', 10),
  erf: call('errorFunction', 14),
  equal: call('equalTo', 1, (a, b) => `${a} == ${b}`),
  less: call('lessThan', 1, (a, b) => `${a} < ${b}`),
  and: operator('&'),
  not: { cost: 1, write: ([a]) => `!${a}` },
  select: { cost: 1, write: ([condition, a, b]) => `select(${b}, ${a}, ${condition})` },
  cast: {
    cost: 1,
    write: ([a = ''], dtype, attributes) =>
      cast(a, dtype, (attributes as PrimitiveAttributes['cast']).to),
  },
  stopGradient: { cost: 0, write: ([a = '']) => a },
};

/** What an element-wise operation costs; undefined of others. */
export function elementCost(op: PrimitiveName): number | undefined {
  return operations[op]?.cost;
}

/**
 * The expression of an element-wise operation.
 * @param dtype element type of the first operand
 */
export function elementExpression(
  op: PrimitiveName,
  operands: readonly string[],
  dtype: DType,
  attributes: unknown,
): string {
  if (op === 'sin' || op === 'cos') return `wave(${operands[0]}, ${op === 'sin' ? 0 : 1}u)`;
  return operations[op]?.write(operands, dtype, attributes) ?? '';
}

function cast(a: string, from: DType, to: DType): string {
  if (from === to) return a;
  if (to === 'bool')
    // A NaN is not zero.
    return from === 'float32' ? `!equalTo(${a}, 0.0)` : `${a} != ${wgslType(from, 1)}(0)`;
  if (from === 'float32') return to === 'int32' ? `toInt(${a})` : `toWord(${a})`;
  return `${wgslType(to, 1)}(${a})`;
}
