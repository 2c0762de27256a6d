/**
 * One step of each recurrent cell, with Keras's layouts and formulas, and what it is given of the
 * input. What does not depend on the state is outside of the scan: the input projection is one
 * matmul for all steps, and every bias that can be is part of it.
 *
 * Layer normalisation (Ba, Kiros and Hinton, "Layer normalization", 2016; LN is over units, with a
 * scale gamma and a shift beta of its own wherever it stands):
 *
 * - simpleRnn: `h' = activation(LN(x·W + h·U + b))`, equation (4) there.
 * - lstm: `(i, f, c, o) = LN(x·W) + LN(h·U) + b`, each over all four gates together, and
 *   `h' = σ(o) activation(LN(c'))`; equations (20) to (22) there. c itself is carried on as it is.
 * - gru: `(z, r) = LN(x·W) + LN(h·U) + b` over both gates together, and apart from them the
 *   candidate: `activation(LN(x·W) + b + r (LN(h·U) + b))` with `resetAfter`, which is equation (26)
 *   there, else `activation(LN(x·W) + b + LN((r h)·U))`.
 */
import type { Activation } from '@chronograd/spec';
import type { Builder, Value } from '../ir/builder.ts';
import { activate } from './activations.ts';
import { normalize } from './layer-norm.ts';

/** The kinds of recurrent layers that have a composite. */
export type RecurrentName = 'simpleRnn' | 'lstm' | 'gru';

/** Values by name. */
export type Values = Readonly<Record<string, Value>>;

/** The options of a cell. */
export interface CellOptions {
  readonly units: number;
  readonly activation: Activation;
  /** Of the gates; `sigmoid` unless the layer says otherwise. Not used by simpleRnn. */
  readonly recurrentActivation: Activation;
  /** GRU: the reset gate acts after the recurrent matmul. */
  readonly resetAfter: boolean;
  /** Added to the variance of layer normalisation; without it nothing is normalised. */
  readonly epsilon?: number;
}

/** The learned tensors of a cell. */
export interface CellWeights {
  /** `[units, gates * units]` */
  readonly recurrentKernel: Value;
  /** `[gates * units]`, of a gru with `resetAfter` `[2, 3 * units]`: input's and state's. */
  readonly bias?: Value;
  /** Scales and shifts of layer normalisation by their variables, those that there are. */
  readonly norms?: Values;
}

/** The recurrence of a cell: what it is given of the input, and one step. */
export interface Recurrence {
  /** `[time, batch, …]` of the projected input. */
  readonly xs: readonly Value[];
  /** The same at every step. */
  readonly consts: Values;
  readonly step: (body: Builder, step: CellStep) => readonly Value[];
}

/** What one step from the old states to the new is given. */
export interface CellStep {
  readonly consts: Values;
  readonly xs: readonly Value[];
  /** h, and c of an lstm: `[batch, units]`. */
  readonly states: readonly Value[];
  /** h times the recurrent mask, or h itself: what meets the recurrent kernel. */
  readonly masked: Value;
}

/** The input projection `[time, batch, gates * units]`, with a bias for all steps. */
export type Project = (bias?: Value) => Value;

type Cell = (
  b: Builder,
  weights: CellWeights,
  options: CellOptions,
  project: Project,
) => Recurrence;

/** The cell of each kind. */
export const cells: { readonly [N in RecurrentName]: Cell } = { simpleRnn, lstm, gru };

function simpleRnn(
  _b: Builder,
  { bias, recurrentKernel, norms = {} }: CellWeights,
  { activation, epsilon }: CellOptions,
  project: Project,
): Recurrence {
  return {
    xs: [project(bias)],
    consts: { recurrentKernel, ...norms },
    step(body, { consts, xs: [x], masked }) {
      const sum = body.add(x as Value, body.matmul(masked, consts['recurrentKernel'] as Value));
      return [activate(body, normalized(body, sum, '', consts, epsilon), activation)];
    },
  };
}

/** Hochreiter and Schmidhuber 1997 with forget gates (Gers et al. 2000); gates i, f, c, o. */
function lstm(
  b: Builder,
  { bias, recurrentKernel, norms = {} }: CellWeights,
  { activation, recurrentActivation, epsilon }: CellOptions,
  project: Project,
): Recurrence {
  const { kernelGamma: _gamma, kernelBeta: _beta, ...inside } = norms;
  const projected = (): Value => {
    const normal = normalized(b, project(), 'kernel', norms, epsilon);
    return bias ? b.add(normal, bias) : normal;
  };
  return {
    xs: [epsilon === undefined ? project(bias) : projected()],
    consts: { recurrentKernel, ...inside },
    step(body, { consts, states: [, c], xs: [x], masked }) {
      const state = body.matmul(masked, consts['recurrentKernel'] as Value);
      const gates = body.add(x as Value, normalized(body, state, 'recurrent', consts, epsilon));
      const [i, f, candidate, o] = body.split(gates, 1, 4) as [Value, Value, Value, Value];
      const input = activate(body, i, recurrentActivation);
      const forget = activate(body, f, recurrentActivation);
      const output = activate(body, o, recurrentActivation);
      const next = body.add(
        body.mul(forget, c as Value),
        body.mul(input, activate(body, candidate, activation)),
      );
      const shown = normalized(body, next, 'state', consts, epsilon);
      return [body.mul(output, activate(body, shown, activation)), next];
    },
  };
}

/**
 * Cho et al. 2014; gates z, r, h; h' = z h + (1 - z) candidate, written with one product less. The
 * parts of the gates and of the candidate are handled apart, in this order.
 */
function gru(
  b: Builder,
  { bias, recurrentKernel, norms = {} }: CellWeights,
  { units, activation, recurrentActivation, resetAfter, epsilon }: CellOptions,
  project: Project,
): Recurrence {
  const mix = (body: Builder, z: Value, h: Value, candidate: Value): Value =>
    body.add(candidate, body.mul(z, body.sub(h, candidate)));
  /** The columns of the gates, and those of the candidate. */
  const parts = (value: Value): readonly [Value, Value] => {
    const axis = value.type.shape.length - 1;
    return [b.sliceAxis(value, axis, 0, 2 * units), b.sliceAxis(value, axis, 2 * units, 3 * units)];
  };
  const [gateNorms, candidateNorms] = [0, 1].map((part) =>
    Object.fromEntries(Object.entries(norms).map(([name, value]) => [name, parts(value)[part]])),
  ) as [Values, Values];
  const inside = {
    ...renamed(gateNorms, 'recurrent', 'gates'),
    ...renamed(candidateNorms, 'recurrent', 'candidate'),
  };
  const projected = (shift: Value | undefined): readonly Value[] => {
    if (epsilon === undefined) return parts(project(shift));
    const [gates, candidate] = parts(project());
    const shifts = shift && parts(shift);
    return [
      normalized(b, gates, 'kernel', gateNorms, epsilon),
      normalized(b, candidate, 'kernel', candidateNorms, epsilon),
    ].map((value, i) => (shifts ? b.add(value, shifts[i] as Value) : value));
  };
  if (!resetAfter) {
    const [gateKernel, candidateKernel] = parts(recurrentKernel);
    return {
      xs: projected(bias),
      consts: { gateKernel, candidateKernel, ...inside },
      step(body, { consts, states: [h], xs: [gates, x], masked }) {
        const state = body.matmul(masked, consts['gateKernel'] as Value);
        const sum = body.add(gates as Value, normalized(body, state, 'gates', consts, epsilon));
        const [z, r] = body.split(activate(body, sum, recurrentActivation), 1, 2);
        const reset = body.mul(r as Value, masked);
        const inner = body.matmul(reset, consts['candidateKernel'] as Value);
        const shown = normalized(body, inner, 'candidate', consts, epsilon);
        const candidate = activate(body, body.add(x as Value, shown), activation);
        return [mix(body, z as Value, h as Value, candidate)];
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
    xs: projected(outside),
    consts: { recurrentKernel, ...(candidateBias && { candidateBias }), ...inside },
    step(body, { consts, states: [h], xs: [gates, x], masked }) {
      const state = body.matmul(masked, consts['recurrentKernel'] as Value);
      const ofGates = body.sliceAxis(state, 1, 0, 2 * units);
      const sum = body.add(gates as Value, normalized(body, ofGates, 'gates', consts, epsilon));
      const [z, r] = body.split(activate(body, sum, recurrentActivation), 1, 2);
      const ofCandidate = body.sliceAxis(state, 1, 2 * units, 3 * units);
      const inner = normalized(body, ofCandidate, 'candidate', consts, epsilon);
      const shift = consts['candidateBias'];
      const reset = body.mul(r as Value, shift ? body.add(inner, shift) : inner);
      const candidate = activate(body, body.add(x as Value, reset), activation);
      return [mix(body, z as Value, h as Value, candidate)];
    },
  };
}

/**
 * Layer normalisation by the scale and shift `<place>Gamma` and `<place>Beta` (of the place '',
 * `gamma` and `beta`), those that there are; the value itself where the cell normalises nothing.
 */
function normalized(
  b: Builder,
  value: Value,
  place: string,
  norms: Values,
  epsilon: number | undefined,
): Value {
  if (epsilon === undefined) return value;
  const gamma = norms[place === '' ? 'gamma' : `${place}Gamma`];
  const beta = norms[place === '' ? 'beta' : `${place}Beta`];
  return normalize(b, value, { gamma, beta }, epsilon);
}

/** The scale and shift of one place under the name of another. */
function renamed(norms: Values, from: string, to: string): Values {
  return Object.fromEntries(
    ['Gamma', 'Beta'].flatMap((variable) => {
      const value = norms[`${from}${variable}`];
      return value ? [[`${to}${variable}`, value]] : [];
    }),
  );
}
