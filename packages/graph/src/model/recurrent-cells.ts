/**
 * The recurrent layers as composites `simpleRnn`, `lstm` and `gru`, with Keras's layouts and
 * formulas.
 *
 * Inputs, in this order: the sequence `[batch, time, features]`, the kernel, the recurrent kernel,
 * the bias (if `useBias`), the initial h and (lstm) c `[batch, units]`, the mask on the sequence
 * `[batch, features]` (if `inputMask`), the mask on h before the recurrent kernel `[batch, units]`
 * (if `recurrentMask`), the mask of time, bool `[batch, time]` (if `timeMask`). Outputs: the
 * sequence of h `[batch, time, units]`, reversed in time if `goBackwards` (that is, in the order in
 * which it was computed), and the last h and (lstm) c.
 *
 * Where the mask of time is false, as in Keras: the states keep their values, and the output is
 * that of the step before, in the order of computation, or zero where no step came before that is
 * true. So the last states of ragged, padded sequences are those of their last true steps. What x
 * holds at a masked step, even NaN, reaches neither results nor gradients.
 *
 * The decomposition is a scan over time-major data. What does not depend on the state is outside:
 * the input projection is one matmul for all steps, and every bias that can be is part of it.
 */
import type { Activation } from '@chronograd/spec';
import { scan, type ScanStep } from '../autodiff/scan.ts';
import { Builder, type Value } from '../ir/builder.ts';
import { GraphError } from '../ir/errors.ts';
import { formatType, sameType, type TensorType } from '../ir/types.ts';
import { activate } from './activations.ts';

/** The kinds of recurrent layers. */
export type RecurrentName = 'simpleRnn' | 'lstm' | 'gru';

/**
 * The options of a recurrent composite. An engine's kernel also sees which masks there are, as
 * `inputMask`, `recurrentMask` and `timeMask`: true or false.
 */
export interface RecurrentOptions {
  readonly units: number;
  readonly activation: Activation;
  /** Of the gates; `sigmoid` unless the layer says otherwise. Not used by simpleRnn. */
  readonly recurrentActivation: Activation;
  readonly useBias: boolean;
  /** GRU: the reset gate acts after the recurrent matmul. */
  readonly resetAfter: boolean;
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
}

/** What a recurrent composite gives. */
export interface RecurrentResult {
  /** `[batch, time, units]` */
  readonly sequence: Value;
  /** The last h, and c of an lstm. */
  readonly states: readonly Value[];
}

/** The recurrence of a cell: what it is given of the input, and one step. */
interface Recurrence {
  /** `[time, batch, …]` of the projected input. */
  readonly xs: readonly Value[];
  /** The same at every step. */
  readonly consts: readonly Value[];
  /**
   * One step from the old states to the new.
   * @param masked h times the recurrent mask, or h itself: what meets the recurrent kernel
   */
  readonly step: (body: Builder, values: ScanStep, masked: Value) => readonly Value[];
}

/** The input projection `[time, batch, gates * units]`, with a bias for all steps. */
type Project = (bias: Value | undefined) => Value;

type Cell = (
  b: Builder,
  operands: RecurrentOperands,
  options: RecurrentOptions,
  project: Project,
) => Recurrence;

const cells: { readonly [N in RecurrentName]: Cell } = {
  simpleRnn(_b, { bias, recurrentKernel }, { activation }, project) {
    return {
      xs: [project(bias)],
      consts: [recurrentKernel],
      step(body, { consts: [kernel], xs: [x] }, masked) {
        const sum = body.add(x as Value, body.matmul(masked, kernel as Value));
        return [activate(body, sum, activation)];
      },
    };
  },

  // Hochreiter and Schmidhuber 1997 with forget gates (Gers et al. 2000); gates i, f, c, o.
  lstm(_b, { bias, recurrentKernel }, { activation, recurrentActivation }, project) {
    return {
      xs: [project(bias)],
      consts: [recurrentKernel],
      step(body, { consts: [kernel], carries: [, c], xs: [x] }, masked) {
        const gates = body.add(x as Value, body.matmul(masked, kernel as Value));
        const [i, f, candidate, o] = body.split(gates, 1, 4) as [Value, Value, Value, Value];
        const input = activate(body, i, recurrentActivation);
        const forget = activate(body, f, recurrentActivation);
        const output = activate(body, o, recurrentActivation);
        const next = body.add(
          body.mul(forget, c as Value),
          body.mul(input, activate(body, candidate, activation)),
        );
        return [body.mul(output, activate(body, next, activation)), next];
      },
    };
  },

  // Cho et al. 2014; gates z, r, h; h' = z h + (1 - z) candidate, written with one product less.
  gru(b, operands, { units, activation, recurrentActivation, resetAfter }, project) {
    const { bias, recurrentKernel } = operands;
    const mix = (body: Builder, z: Value, h: Value, candidate: Value): Value =>
      body.add(candidate, body.mul(z, body.sub(h, candidate)));
    const gatesAndCandidate = (projected: Value): Value[] => [
      b.sliceAxis(projected, 2, 0, 2 * units),
      b.sliceAxis(projected, 2, 2 * units, 3 * units),
    ];
    if (!resetAfter) {
      return {
        xs: gatesAndCandidate(project(bias)),
        consts: [
          b.sliceAxis(recurrentKernel, 1, 0, 2 * units),
          b.sliceAxis(recurrentKernel, 1, 2 * units, 3 * units),
        ],
        step(body, { consts: [gateKernel, kernel], carries: [h], xs: [gates, x] }, masked) {
          const both = activate(
            body,
            body.add(gates as Value, body.matmul(masked, gateKernel as Value)),
            recurrentActivation,
          );
          const [z, r] = body.split(both, 1, 2) as [Value, Value];
          const inner = body.matmul(body.mul(r, masked), kernel as Value);
          const candidate = activate(body, body.add(x as Value, inner), activation);
          return [mix(body, z, h as Value, candidate)];
        },
      };
    }
    const rows = bias && b.split(bias, 0, 2).map((row) => b.reshape(row, [3 * units]));
    const [inputBias, stateBias] = rows ?? [];
    // The state's bias of the gates z and r is added as the input's is: both are outside.
    const outside =
      inputBias &&
      stateBias &&
      b.add(inputBias, b.pad(b.sliceAxis(stateBias, 0, 0, 2 * units), [0], [units]));
    const candidateBias = stateBias && b.sliceAxis(stateBias, 0, 2 * units, 3 * units);
    return {
      xs: gatesAndCandidate(project(outside)),
      consts: candidateBias ? [recurrentKernel, candidateBias] : [recurrentKernel],
      step(body, { consts: [kernel, shift], carries: [h], xs: [gates, x] }, masked) {
        const state = body.matmul(masked, kernel as Value);
        const both = activate(
          body,
          body.add(gates as Value, body.sliceAxis(state, 1, 0, 2 * units)),
          recurrentActivation,
        );
        const [z, r] = body.split(both, 1, 2) as [Value, Value];
        const inner = body.sliceAxis(state, 1, 2 * units, 3 * units);
        const reset = body.mul(r, shift ? body.add(inner, shift) : inner);
        const candidate = activate(body, body.add(x as Value, reset), activation);
        return [mix(body, z, h as Value, candidate)];
      },
    };
  },
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
  };
  const { sequence, states: last } = decompose(inner, cells[name], copies, options);
  const all = {
    ...options,
    inputMask: inputMask !== undefined,
    recurrentMask: recurrentMask !== undefined,
    timeMask: timeMask !== undefined,
  };
  const [ys, ...finals] = b.composite(name, all, inner.finish([sequence, ...last]), [
    x,
    kernel,
    recurrentKernel,
    ...optional(bias),
    ...states,
    ...optional(inputMask),
    ...optional(recurrentMask),
    ...optional(timeMask),
  ]);
  return { sequence: ys as Value, states: finals };
}

function decompose(
  b: Builder,
  cell: Cell,
  operands: RecurrentOperands,
  options: RecurrentOptions,
): RecurrentResult {
  const { x, kernel, states, inputMask, recurrentMask, timeMask } = operands;
  const { goBackwards } = options;
  const [batch = 0, time = 0, features = 0] = x.type.shape;
  const valid = timeMask && b.reshape(b.transpose(timeMask, [1, 0]), [time, batch, 1]);
  const given = b.transpose(x, [1, 0, 2]);
  const timeMajor = valid ? b.select(valid, given, 0) : given;
  const masked = inputMask ? b.mul(timeMajor, inputMask) : timeMajor;
  const project: Project = (bias) => {
    const flat = b.matmul(b.reshape(masked, [time * batch, features]), kernel);
    const shape = [time, batch, kernel.type.shape[1] ?? 0];
    return b.reshape(bias ? b.add(flat, bias) : flat, shape);
  };
  const { xs, consts, step } = cell(b, operands, options, project);
  const { carries, ys } = scan(
    b,
    {
      consts: recurrentMask ? [...consts, recurrentMask] : consts,
      init: states,
      xs: valid ? [...xs, valid] : xs,
      length: time,
      reverse: goBackwards,
    },
    (body, values) => {
      const [h] = values.carries as [Value];
      const mask = values.consts[consts.length];
      const isValid = values.xs[xs.length];
      const own = { ...values, consts: values.consts.slice(0, consts.length) };
      const stepped = step(body, own, mask ? body.mul(h, mask) : h);
      const next = isValid
        ? stepped.map((state, i) => body.select(isValid, state, values.carries[i] as Value))
        : stepped;
      return { carries: next, ys: [next[0] as Value] };
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
