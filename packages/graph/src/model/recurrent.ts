/**
 * The recurrent layers as composites `simpleRnn`, `lstm` and `gru`, and with layer normalisation
 * inside of the cell `layerNormSimpleRnn`, `layerNormLstm` and `layerNormGru`: names of their own,
 * so that a kernel for the plain cell is never taken for one of these.
 *
 * Inputs, in this order: the sequence `[batch, time, features]`, the kernel, the recurrent kernel,
 * the bias (if `useBias`), the initial h and (lstm) c `[batch, units]`, the mask on the sequence
 * `[batch, features]` (if `inputMask`), the mask on h before the recurrent kernel `[batch, units]`
 * (if `recurrentMask`), the mask of time, bool `[batch, time]` (if `timeMask`), then the scales and
 * shifts of layer normalisation that the option `norms` names, in its order. Outputs: the
 * sequence of h `[batch, time, units]`, reversed in time if `goBackwards` (that is, in the order in
 * which it was computed), and the last h and (lstm) c.
 *
 * Where the mask of time is false, as in Keras: the states keep their values, and the output is
 * that of the step before, in the order of computation, or zero where no step came before that is
 * true. So the last states of ragged, padded sequences are those of their last true steps. What x
 * holds at a masked step, even NaN, reaches neither results nor gradients.
 *
 * The decomposition is a scan over time-major data.
 */
import { scan } from '../autodiff/scan.ts';
import { Builder, type Value } from '../ir/builder.ts';
import { GraphError } from '../ir/errors.ts';
import { formatType, sameType, type TensorType } from '../ir/types.ts';
import { activationOption } from './activations.ts';
import {
  cells,
  type CellOptions,
  type CellStep,
  type Project,
  type RecurrentName,
  type Values,
} from './recurrent-cells.ts';

/**
 * The options of a recurrent composite. An engine's kernel also sees which masks there are, as
 * `inputMask`, `recurrentMask` and `timeMask`: true or false; and activations as texts, see
 * {@link activationOption}.
 */
export interface RecurrentOptions extends CellOptions {
  readonly useBias: boolean;
  readonly goBackwards: boolean;
}

/** The tensors of a recurrent composite. */
export interface RecurrentOperands {
  /** `[batch, time, features]` */
  readonly x: Value;
  /** `[features, gates * units]` */
  readonly kernel: Value;
  /** `[units, gates * units]` */
  readonly recurrentKernel: Value;
  /** `[gates * units]`, of a gru with `resetAfter` `[2, 3 * units]`: input's and state's. */
  readonly bias?: Value;
  /** h, and c of an lstm: `[batch, units]` each. */
  readonly states: readonly Value[];
  /** `[batch, features]` */
  readonly inputMask?: Value;
  /** `[batch, units]` */
  readonly recurrentMask?: Value;
  /** bool `[batch, time]`: false where a step is passed over. */
  readonly timeMask?: Value;
  /**
   * Of layer normalisation, where there is an `epsilon`: simpleRnn `gamma`, `beta` `[units]`; lstm
   * and gru `kernelGamma`, `kernelBeta`, `recurrentGamma`, `recurrentBeta` `[gates * units]`; lstm
   * also `stateGamma`, `stateBeta` `[units]`. Those that are left out are ones and zeros.
   */
  readonly norms?: Values;
}

/** What a recurrent composite gives. */
export interface RecurrentResult {
  /** `[batch, time, units]` */
  readonly sequence: Value;
  /** The last h, and c of an lstm. */
  readonly states: readonly Value[];
}

/** The composites of the cells with layer normalisation. */
const LAYER_NORM_NAMES: Readonly<Record<RecurrentName, string>> = {
  simpleRnn: 'layerNormSimpleRnn',
  lstm: 'layerNormLstm',
  gru: 'layerNormGru',
};

/**
 * Appends a recurrent composite.
 * @throws {@link GraphError} for a mask of time of another type than bool `[batch, time]`
 */
export function recurrent(
  b: Builder,
  name: RecurrentName,
  operands: RecurrentOperands,
  options: RecurrentOptions,
): RecurrentResult {
  const { x, kernel, recurrentKernel, bias, states, inputMask, recurrentMask, timeMask } = operands;
  const { norms = {} } = operands;
  if (timeMask) checkTimeMask(name, timeMask, x);
  const optional = (value: Value | undefined): Value[] => (value ? [value] : []);
  const inner = new Builder();
  const copy = (value: Value): Value => inner.input(value.type);
  const copies: RecurrentOperands = {
    x: copy(x),
    kernel: copy(kernel),
    recurrentKernel: copy(recurrentKernel),
    ...(bias ? { bias: copy(bias) } : {}),
    states: states.map(copy),
    ...(inputMask ? { inputMask: copy(inputMask) } : {}),
    ...(recurrentMask ? { recurrentMask: copy(recurrentMask) } : {}),
    ...(timeMask ? { timeMask: copy(timeMask) } : {}),
    norms: Object.fromEntries(Object.entries(norms).map(([key, value]) => [key, copy(value)])),
  };
  const { sequence, states: last } = decompose(inner, name, copies, options);
  const { epsilon, activation, recurrentActivation, ...plain } = options;
  const all = {
    ...plain,
    activation: activationOption(activation),
    recurrentActivation: activationOption(recurrentActivation),
    inputMask: inputMask !== undefined,
    recurrentMask: recurrentMask !== undefined,
    timeMask: timeMask !== undefined,
    ...(epsilon !== undefined && { epsilon, norms: Object.keys(norms) }),
  };
  const composite = epsilon === undefined ? name : LAYER_NORM_NAMES[name];
  const [ys, ...finals] = b.composite(composite, all, inner.finish([sequence, ...last]), [
    x,
    kernel,
    recurrentKernel,
    ...optional(bias),
    ...states,
    ...optional(inputMask),
    ...optional(recurrentMask),
    ...optional(timeMask),
    ...Object.values(norms),
  ]);
  return { sequence: ys as Value, states: finals };
}

function decompose(
  b: Builder,
  name: RecurrentName,
  operands: RecurrentOperands,
  options: RecurrentOptions,
): RecurrentResult {
  const { x, kernel, states, inputMask, recurrentMask, timeMask } = operands;
  const [batch = 0, time = 0, features = 0] = x.type.shape;
  const timeMajor = timeMajorOf(b, x, timeMask);
  const masked = inputMask ? b.mul(timeMajor, inputMask) : timeMajor;
  const project: Project = (bias) => {
    const flat = b.matmul(b.reshape(masked, [time * batch, features]), kernel);
    const shape = [time, batch, kernel.type.shape[1] ?? 0];
    return b.reshape(bias ? b.add(flat, bias) : flat, shape);
  };
  const { xs, consts, step } = cells[name](b, operands, options, project);
  return recurrence(b, {
    xs,
    consts: recurrentMask ? { ...consts, recurrentMask } : consts,
    states,
    time,
    goBackwards: options.goBackwards,
    ...(timeMask && { timeMask }),
    output: 0,
    step(body, given) {
      const [h] = given.states as [Value];
      const mask = given.consts['recurrentMask'];
      return step(body, { ...given, masked: mask ? body.mul(h, mask) : h });
    },
  });
}

/** A recurrence over time, whatever its cell. */
export interface RecurrenceOperands {
  /** `[time, batch, …]` each. */
  readonly xs: readonly Value[];
  /** The same at every step. */
  readonly consts: Values;
  /** `[batch, …]` before the first step. */
  readonly states: readonly Value[];
  readonly time: number;
  readonly goBackwards: boolean;
  /** bool `[batch, time]`: false where a step is passed over. */
  readonly timeMask?: Value;
  /** Which of the states is the output of a step. */
  readonly output: number;
  /** One step from the old states to the new. */
  readonly step: (body: Builder, given: Omit<CellStep, 'masked'>) => readonly Value[];
}

/** `[time, batch, features]` of a sequence `[batch, time, features]`, zero where a step is masked. */
export function timeMajorOf(b: Builder, x: Value, timeMask: Value | undefined): Value {
  const given = b.transpose(x, [1, 0, 2]);
  return timeMask ? b.select(validSteps(b, timeMask), given, 0) : given;
}

/** bool `[time, batch, 1]` of a mask `[batch, time]`. */
function validSteps(b: Builder, timeMask: Value): Value {
  const [batch = 0, time = 0] = timeMask.type.shape;
  return b.reshape(b.transpose(timeMask, [1, 0]), [time, batch, 1]);
}

/**
 * Appends the scan of a recurrence; the sequence `[batch, time, …]` is in the order of computation.
 * Steps that the mask passes over keep the states, and repeat the output of the step before.
 */
export function recurrence(b: Builder, operands: RecurrenceOperands): RecurrentResult {
  const { xs, consts, states, time, goBackwards, timeMask, step } = operands;
  const valid = timeMask && validSteps(b, timeMask);
  const names = Object.keys(consts);
  const { carries, ys } = scan(
    b,
    {
      consts: Object.values(consts),
      init: states,
      xs: valid ? [...xs, valid] : xs,
      length: time,
      reverse: goBackwards,
    },
    (body, values) => {
      const isValid = valid && values.xs[xs.length];
      const own = Object.fromEntries(names.map((name, i) => [name, values.consts[i] as Value]));
      const given = { consts: own, xs: values.xs.slice(0, xs.length), states: values.carries };
      const stepped = step(body, given);
      const next = isValid
        ? stepped.map((state, i) => body.select(isValid, state, values.carries[i] as Value))
        : stepped;
      return { carries: next, ys: [next[operands.output] as Value] };
    },
  );
  const inOrder = goBackwards ? b.reverse(ys[0] as Value, [0]) : (ys[0] as Value);
  const outputs = valid ? zeroBeforeValid(b, inOrder, valid, goBackwards) : inOrder;
  return { sequence: b.transpose(outputs, [1, 0, 2]), states: carries };
}

/**
 * The outputs with zeros before the first step that is true, where h is still the initial state.
 * @param outputs `[time, batch, units]`, in the order of computation
 * @param valid bool `[time, batch, 1]`, in the order of time
 */
function zeroBeforeValid(b: Builder, outputs: Value, valid: Value, goBackwards: boolean): Value {
  const [time = 0, batch = 0] = valid.type.shape;
  const inOrder = goBackwards ? b.reverse(valid, [0]) : valid;
  // Steps from each to the end, which fall in the order of computation: those of the first true
  // step are the most of all true ones; none is true, none are left.
  const left = b.sub(time, b.iota('int32', [time, batch, 1], 0));
  const most = b.reduceMax(b.select(inOrder, left, 0), [0], true);
  return b.select(b.less(most, left), 0, outputs);
}

function checkTimeMask(name: RecurrentName, { type }: Value, x: Value): void {
  const expected: TensorType = { dtype: 'bool', shape: x.type.shape.slice(0, 2) };
  if (!sameType(type, expected))
    throw new GraphError(name, 'timeMask', formatType(expected), formatType(type));
}
