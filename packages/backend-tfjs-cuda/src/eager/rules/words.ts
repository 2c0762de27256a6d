/**
 * Integers of 32 bits. tfjs has no uint32: a tensor of it is an int32 of the same bits. Sums and
 * differences are the same for both, modulo 2^32; the rest is here.
 */
import { scalar, type Tensor } from '@tensorflow/tfjs-core';
import { operand, several, type Call, type Rule, type RuleTable, type Step } from '../rule.ts';

const int = (value: number): Tensor => scalar(value, 'int32');

/** `x = high 2^16 + low`, where `low` is of at most 17 bits whatever the engine's division rounds. */
function halves(
  call: Call<'FloorDiv' | 'Multiply' | 'Sub'>,
  x: Tensor,
): { high: Tensor; low: Tensor } {
  const high = call('FloorDiv', { a: x, b: int(2 ** 16) });
  const low = call('Sub', { a: x, b: call('Multiply', { a: high, b: int(2 ** 16) }) });
  return { high, low };
}

/** Products modulo 2^32 where the engine multiplies in float64: of 32 by 17 bits they are exact. */
export const multiplyWords: Step = several(
  ['Add', 'FloorDiv', 'Multiply', 'Sub'],
  (call, inputs) => {
    const a = operand(inputs, 0);
    const { high, low } = halves(call, operand(inputs, 1));
    const upper = call('Multiply', { a: call('Multiply', { a, b: high }), b: int(2 ** 16) });
    return call('Add', { a: call('Multiply', { a, b: low }), b: upper });
  },
  true,
);

/** `-x`; some kernels of Neg pass through float32, which does not hold all int32. */
export const negateWords: Step = several(
  ['Sub'],
  (call, inputs) => call('Sub', { a: int(0), b: operand(inputs, 0) }),
  true,
);

/** The absolute value; kernels of Abs compute in float32. */
export const absWords: Step = several(
  ['Maximum', 'Sub'],
  (call, inputs) => {
    const x = operand(inputs, 0);
    return call('Maximum', { a: x, b: call('Sub', { a: int(0), b: x }) });
  },
  true,
);

/** `a < b` of uint32: with the highest bit turned, the order is that of int32. */
export const lessWords: Step = several(
  ['Add', 'Less'],
  (call, inputs) => {
    const [a, b] = [0, 1].map((i) => call('Add', { a: operand(inputs, i), b: int(-(2 ** 31)) }));
    return call('Less', { a: a as Tensor, b: b as Tensor });
  },
  true,
);

const same: Step = several(
  ['Identity'],
  (call, inputs) => call('Identity', { x: operand(inputs, 0) }),
  true,
);

const converted = (dtype: 'float32' | 'int32'): Step =>
  several(['Cast'], (call, inputs) => call('Cast', { x: operand(inputs, 0) }, { dtype }), true);

/** Some kernels of Cast keep eight bits only: 256 would be false. */
const notZero = (dtype: 'float32' | 'int32'): Step =>
  several(
    ['NotEqual'],
    (call, inputs) => call('NotEqual', { a: operand(inputs, 0), b: scalar(0, dtype) }),
    true,
  );

/** The upper half is exact in float32, times 2^16 too, and the sum with the lower is rounded once. */
const wordsToFloat: Step = several(
  ['Add', 'Cast', 'FloorDiv', 'Less', 'Multiply', 'Sub'],
  (call, inputs) => {
    const { high, low } = halves(call, operand(inputs, 0));
    const float = (x: Tensor): Tensor => call('Cast', { x }, { dtype: 'float32' });
    const negative = float(call('Less', { a: high, b: int(0) }));
    const carry = call('Multiply', { a: negative, b: scalar(2 ** 16) });
    const unsigned = call('Add', { a: float(high), b: carry });
    const upper = call('Multiply', { a: unsigned, b: scalar(2 ** 16) });
    return call('Add', { a: upper, b: float(low) });
  },
  true,
);

/** What int32 does not hold is moved down by 2^32 first, which is exact at that size. */
const floatToWords: Step = several(
  ['Cast', 'GreaterEqual', 'Multiply', 'Sub'],
  (call, inputs) => {
    const a = operand(inputs, 0);
    const above = call('GreaterEqual', { a, b: scalar(2 ** 31) });
    const float = call('Cast', { x: above }, { dtype: 'float32' });
    const shift = call('Multiply', { a: float, b: scalar(2 ** 32) });
    return call('Cast', { x: call('Sub', { a, b: shift }) }, { dtype: 'int32' });
  },
  true,
);

const cast: Rule<unknown> = (_attributes, [from], { dtype: to }) => {
  const source = from?.dtype ?? to;
  if (source === to) return same;
  if (to === 'bool') return notZero(source === 'float32' ? 'float32' : 'int32');
  if (to === 'float32') return source === 'uint32' ? wordsToFloat : converted('float32');
  if (source === 'float32' && to === 'uint32') return floatToWords;
  return source === 'int32' || source === 'uint32' ? same : converted('int32');
};

/** Rules of conversions. */
export const castRules: RuleTable<'cast'> = { cast };
