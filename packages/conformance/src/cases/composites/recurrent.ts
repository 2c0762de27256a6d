/** `simpleRnn`, `lstm`, `gru`: options, initial states, masks, lengths, which outputs are used. */
import { recurrent, type RecurrentName, type Value } from '@chronograd/graph';
import type { Activation } from '@chronograd/spec';
import type { ConformanceCase } from '../../case.ts';
import { noise, type TensorData } from '../../data/draw.ts';
import { compositeCases, type CompositeCase } from '../../kinds/composite.ts';

/** What a case of a recurrent composite sets apart from the others; every size differs. */
interface RecurrentCase {
  readonly name: string;
  /** Default 4. */
  readonly batch?: number;
  /** Default 6. */
  readonly time?: number;
  /** Default 3. */
  readonly features?: number;
  /** Default 5. */
  readonly units?: number;
  /** Default tanh. */
  readonly activation?: Activation;
  /** Default sigmoid. */
  readonly recurrentActivation?: Activation;
  /** Default true. */
  readonly useBias?: boolean;
  /** Default false. */
  readonly goBackwards?: boolean;
  /** Whether the initial states are zero. Default false. */
  readonly fromZero?: boolean;
  /** `x` is drawn from ± this. Default 1.5. */
  readonly size?: number;
  /** Elements of `x` beyond that. Default none. */
  readonly specials?: readonly number[];
  /** Whether gradients are compared. Default true. */
  readonly gradient?: boolean;
  /** Weights are drawn from ± this. Default 0.8. */
  readonly weights?: number;
  /** Which outputs are read. Default all. */
  readonly outputs?: readonly ('sequence' | 'h' | 'c')[];
  /** Masks of dropout, 0 or 2. Default none. */
  readonly inputMask?: boolean;
  readonly recurrentMask?: boolean;
  /** bool rows `[batch][time]`. Default none. */
  readonly timeMask?: readonly (readonly (0 | 1)[])[];
  /** What `x` holds at steps that the mask leaves out. Default: numbers as elsewhere. */
  readonly padding?: number;
  readonly quick?: boolean;
}

/** Lengths 6, 4, 1 and 0, padded behind. */
const ragged: NonNullable<RecurrentCase['timeMask']> = [
  [1, 1, 1, 1, 1, 1],
  [1, 1, 1, 1, 0, 0],
  [1, 0, 0, 0, 0, 0],
  [0, 0, 0, 0, 0, 0],
];

/** Padded in front, holes, holes at both ends. */
const holed: RecurrentCase['timeMask'] = [
  [0, 0, 1, 1, 1, 1],
  [1, 0, 1, 0, 0, 1],
  [0, 1, 1, 1, 1, 0],
  [0, 1, 0, 0, 1, 0],
];

const whole = ragged.map((row) => row.map(() => 1 as const));

const common: readonly RecurrentCase[] = [
  { name: 'from given states' },
  { name: 'from zero, without bias', fromZero: true, useBias: false },
  { name: 'backwards', goBackwards: true },
  { name: 'only the sequence is read', outputs: ['sequence'] },
  { name: 'only the last h is read', outputs: ['h'] },
  { name: 'one step', time: 1 },
  { name: 'a batch of one', batch: 1 },
  { name: 'one feature, one unit', features: 1, units: 1 },
  // Sizes that vectors of 4, 8 and 16 do not divide, and more units than a warp has threads.
  { name: 'long and wide', batch: 3, time: 40, features: 9, units: 37, weights: 0.2, quick: false },
  // Some elements only, so that gradients are not made of rounding alone.
  { name: 'some gates saturated', specials: [40, -40, 300, -300, 12] },
  { name: 'all gates saturated', size: 1000, weights: 2, gradient: false },
  { name: 'linear and relu', activation: 'linear', recurrentActivation: 'relu', weights: 0.4 },
  { name: 'elu and hardSigmoid', activation: 'elu', recurrentActivation: 'hardSigmoid' },
  { name: 'softsign and softplus', activation: 'softsign', recurrentActivation: 'softplus' },
  { name: 'mask on the input', inputMask: true },
  { name: 'mask on the state', recurrentMask: true },
  { name: 'both masks, backwards', inputMask: true, recurrentMask: true, goBackwards: true },
  { name: 'ragged lengths', timeMask: ragged },
  { name: 'ragged lengths, backwards', timeMask: ragged, goBackwards: true },
  { name: 'ragged lengths, only the last h is read', timeMask: ragged, outputs: ['h'] },
  { name: 'ragged lengths, padded with NaN', timeMask: ragged, padding: NaN },
  { name: 'a mask that is true everywhere', timeMask: whole },
  { name: 'steps left out, from zero', timeMask: holed, fromZero: true },
  { name: 'all masks', timeMask: holed, inputMask: true, recurrentMask: true, quick: false },
];

const onlyLstm: readonly RecurrentCase[] = [
  { name: 'only the last c is read', outputs: ['c'] },
  { name: 'states are read, not the sequence', outputs: ['h', 'c'] },
];

const GATES: Readonly<Record<RecurrentName, number>> = { simpleRnn: 1, lstm: 4, gru: 3 };

function sequenceOf(
  { specials = [], timeMask, padding }: RecurrentCase,
  shape: readonly [batch: number, time: number, features: number],
  size: number,
): TensorData {
  if (padding === undefined) return { shape, range: [-size, size], specials };
  const valid = (timeMask ?? []).flat();
  const drawn = noise(shape, 77, -size, size).data;
  const step = (i: number): number => Math.floor(i / shape[2]);
  return { shape, values: Array.from(drawn, (x, i) => (valid[step(i)] ? x : padding)) };
}

function expand(type: RecurrentName, each: RecurrentCase, resetAfter: boolean): CompositeCase {
  const { batch = 4, time = 6, features = 3, units = 5, size = 1.5, weights = 0.8 } = each;
  const { useBias = true, fromZero = false } = each;
  const width = GATES[type] * units;
  const states = type === 'lstm' ? (['h', 'c'] as const) : (['h'] as const);
  const weight = (...shape: number[]): TensorData => ({ shape, range: [-weights, weights] });
  const dropout = (columns: number): TensorData => ({
    shape: [batch, columns],
    values: Array.from({ length: batch * columns }, (_, i) => ((i * 7 + 3) % 5 < 2 ? 0 : 2)),
  });
  const state: TensorData = fromZero
    ? { shape: [batch, units], range: [0, 0] }
    : { shape: [batch, units], range: [-1.2, 1.2] };
  const rows = each.timeMask?.flat();
  const inputs: Record<string, TensorData> = {
    x: sequenceOf(each, [batch, time, features], size),
    kernel: weight(features, width),
    recurrentKernel: weight(units, width),
    ...(useBias && {
      bias: type === 'gru' && resetAfter ? weight(2, width) : weight(width),
    }),
    ...Object.fromEntries(states.map((name) => [name, state])),
    ...(each.inputMask && { inputMask: dropout(features) }),
    ...(each.recurrentMask && { recurrentMask: dropout(units) }),
    ...(rows && { timeMask: { shape: [batch, time], dtype: 'bool', values: rows } as const }),
  };
  const read: readonly string[] = each.outputs ?? ['sequence', ...states];
  return {
    name: type === 'gru' && !resetAfter ? `reset before: ${each.name}` : each.name,
    inputs,
    constants: ['inputMask', 'recurrentMask'].filter((mask) => mask in inputs),
    gradient: each.gradient ?? true,
    quick: each.quick ?? true,
    write(b, operands) {
      const at = (name: string): Value => operands[name] as Value;
      const given = (name: string): Record<string, Value> =>
        operands[name] ? { [name]: operands[name] } : {};
      const result = recurrent(
        b,
        type,
        {
          x: at('x'),
          kernel: at('kernel'),
          recurrentKernel: at('recurrentKernel'),
          ...given('bias'),
          states: states.map(at),
          ...given('inputMask'),
          ...given('recurrentMask'),
          ...given('timeMask'),
        },
        {
          units,
          activation: each.activation ?? 'tanh',
          recurrentActivation: each.recurrentActivation ?? 'sigmoid',
          useBias,
          resetAfter,
          goBackwards: each.goBackwards ?? false,
        },
      );
      const [h, c] = result.states;
      const all = { sequence: result.sequence, h: h as Value, ...(c ? { c } : {}) };
      return Object.fromEntries(Object.entries(all).filter(([name]) => read.includes(name)));
    },
  };
}

/** Cases of the recurrent composites. */
export const recurrentCases: readonly ConformanceCase[] = [
  ...compositeCases(
    'simpleRnn',
    common.map((each) => expand('simpleRnn', each, true)),
  ),
  ...compositeCases(
    'lstm',
    [...common, ...onlyLstm].map((each) => expand('lstm', each, true)),
  ),
  ...compositeCases(
    'gru',
    [true, false].flatMap((resetAfter) => common.map((each) => expand('gru', each, resetAfter))),
  ),
];
