/**
 * A workload in the words of jax-js: forward pass, loss, gradients and Adam in one jitted function.
 * jax-js has no scan, so the recurrence is unrolled over time. It counts references: whoever passes
 * an array on gives it away, and passes `.ref` to keep it.
 */
import { jit, nn, numpy as np, tree, valueAndGrad } from '@jax-js/jax';
import type { PlainTensor } from '../draw.ts';
import type { RecurrentWorkloadLayer, Workload } from '../workload.ts';
import { Unsupported } from './serve.ts';

/** Arrays of a layer by variable, of layers by name. */
type Params = Record<string, Record<string, np.Array>>;

/** What a step reads and writes: parameters, both of Adam's averages, the number of steps. */
export type JaxState = { params: Params; m: Params; v: Params; count: np.Array };

/** A plain tensor on the default device. */
export function jaxArray({ data, shape }: PlainTensor): np.Array {
  return np.array(Float32Array.from(data)).reshape([...shape]);
}

function variable(p: Record<string, np.Array>, name: string): np.Array {
  const found = p[name];
  if (!found) throw new RangeError(`no variable ${name}`);
  return found;
}

type Cell = (p: Record<string, np.Array>, carry: np.Array[], projected: np.Array) => np.Array[];

const product = (p: Record<string, np.Array>, h: np.Array): np.Array =>
  np.matmul(h, variable(p, 'recurrentKernel').ref);

/** Per layer type: a step of the cell, and how many carries it has; the first is the output. */
const cells: Readonly<Record<string, { step: Cell; carries: number }>> = {
  simpleRnn: {
    carries: 1,
    step: (p, [h], x) => [np.tanh(x.add(product(p, h as np.Array)).add(variable(p, 'bias').ref))],
  },
  lstm: {
    carries: 2,
    step: (p, [h, c], x) => {
      const sum = x.add(product(p, h as np.Array)).add(variable(p, 'bias').ref);
      const [i, f, g, o] = np.split(sum, 4, -1) as [np.Array, np.Array, np.Array, np.Array];
      const kept = nn.sigmoid(f).mul(c as np.Array);
      const state = kept.add(nn.sigmoid(i).mul(np.tanh(g)));
      return [nn.sigmoid(o).mul(np.tanh(state.ref)), state];
    },
  },
  gru: {
    carries: 1,
    step: (p, [before], x) => {
      const h = before as np.Array;
      const [inner, outer] = np.split(variable(p, 'bias').ref, 2, 0) as [np.Array, np.Array];
      const units = h.shape[1] as number;
      const row = (bias: np.Array): np.Array => bias.reshape([3 * units]);
      const [xz, xr, xh] = np.split(x.add(row(inner)), 3, -1) as [np.Array, np.Array, np.Array];
      const sums = product(p, h.ref).add(row(outer));
      const [hz, hr, hh] = np.split(sums, 3, -1) as [np.Array, np.Array, np.Array];
      const z = nn.sigmoid(xz.add(hz));
      const candidate = np.tanh(xh.add(nn.sigmoid(xr.add(hr)).mul(hh)));
      return [z.ref.mul(h).add(z.mul(-1).add(1).mul(candidate))];
    },
  },
};

/** A GRU that resets before the product: one bias, the candidate's product after the gates. */
const gruResetBefore: Cell = (p, [before], x) => {
  const h = before as np.Array;
  const units = h.shape[1] as number;
  const [gates, ofCandidate] = np.split(variable(p, 'recurrentKernel').ref, [2 * units], -1) as [
    np.Array,
    np.Array,
  ];
  const sum = x.add(variable(p, 'bias').ref);
  const [forGates, forCandidate] = np.split(sum, [2 * units], -1) as [np.Array, np.Array];
  const both = nn.sigmoid(forGates.add(np.matmul(h.ref, gates)));
  const [z, r] = np.split(both, 2, -1) as [np.Array, np.Array];
  const candidate = np.tanh(forCandidate.add(np.matmul(r.mul(h.ref), ofCandidate)));
  return [z.ref.mul(h).add(z.mul(-1).add(1).mul(candidate))];
};

function cellOf(layer: RecurrentWorkloadLayer): (typeof cells)[string] {
  if (layer.type === 'gru' && layer.resetAfter === false)
    return { step: gruResetBefore, carries: 1 };
  const cell = cells[layer.type];
  if (!cell) throw new Unsupported(`the jax-js peer has no layer ${layer.type}`);
  return cell;
}

function recurrent(
  layer: RecurrentWorkloadLayer,
  p: Record<string, np.Array>,
  x: np.Array,
): np.Array {
  const cell = cellOf(layer);
  const [batch, time] = x.shape as [number, number, number];
  // The input's share of the gates for all times at once.
  const projected = np.matmul(x, variable(p, 'kernel').ref);
  const gates = projected.shape[2] as number;
  const steps = np.split(projected, time, 1).map((each) => each.reshape([batch, gates]));
  let carry = Array.from({ length: cell.carries }, () => np.zeros([batch, layer.units]));
  const outputs: np.Array[] = [];
  for (const step of steps) {
    carry = cell.step(p, carry, step);
    if (layer.returnSequences) outputs.push((carry[0] as np.Array).ref);
  }
  for (const unused of carry.slice(layer.returnSequences ? 0 : 1)) unused.dispose();
  return layer.returnSequences ? np.stack(outputs, 1) : (carry[0] as np.Array);
}

function forward(workload: Workload, params: Params, x: np.Array): np.Array {
  let value = x;
  for (const layer of workload.layers) {
    const p = params[layer.name];
    if (!p) throw new RangeError(`no weights of ${layer.name}`);
    value =
      layer.type === 'dense'
        ? np.matmul(value, variable(p, 'kernel').ref).add(variable(p, 'bias').ref)
        : recurrent(layer as RecurrentWorkloadLayer, p, value);
  }
  for (const each of tree.leaves(params)) (each as np.Array).dispose();
  return value;
}

/** The state before the first step. */
export function startState(weights: Readonly<Record<string, PlainTensor>>): JaxState {
  const params: Params = {};
  const zeros = (): Params =>
    Object.fromEntries(
      Object.entries(params).map(([name, p]) => [
        name,
        Object.fromEntries(Object.entries(p).map(([key, { shape }]) => [key, np.zeros(shape)])),
      ]),
    );
  for (const [name, tensor] of Object.entries(weights)) {
    const [layer = '', key = ''] = name.split('/');
    (params[layer] ??= {})[key] = jaxArray(tensor);
  }
  return { params, m: zeros(), v: zeros(), count: np.array([0]) };
}

/** A jitted training step; gives the new state and the loss before the update. */
export function trainStep(
  workload: Workload,
): (state: JaxState, inputs: np.Array, targets: np.Array) => [JaxState, np.Array] {
  for (const { type } of workload.layers)
    if (type === 'conv1d' || type === 'wavenet')
      throw new Unsupported(`the jax-js peer has no layer ${type}`);
  const { learningRate, beta1, beta2, epsilon } = workload.optimizer;
  const loss = (params: Params, inputs: np.Array, targets: np.Array): np.Array =>
    np.mean(np.square(forward(workload, params, inputs).sub(targets)));
  const both = <T extends Params>(f: (a: np.Array, b: np.Array) => np.Array, a: T, b: T): T =>
    tree.map(f as never, a as never, b as never) as T;
  const step = (
    { params, m, v, count }: JaxState,
    inputs: np.Array,
    targets: np.Array,
  ): [JaxState, np.Array] => {
    const [value, gradients] = valueAndGrad(loss)(tree.ref(params), inputs, targets) as [
      np.Array,
      Params,
    ];
    const next = count.add(1);
    const average = (beta: number, a: np.Array, g: np.Array): np.Array =>
      a.mul(beta).add(g.mul(1 - beta));
    const m1 = both((a, g) => average(beta1, a, g), m, tree.ref(gradients));
    const v1 = both((a, g) => average(beta2, a, np.square(g)), v, gradients);
    const power = (beta: number): np.Array =>
      np
        .exp(next.ref.mul(Math.log(beta)))
        .mul(-1)
        .add(1);
    const rate = np.sqrt(power(beta2)).div(power(beta1)).mul(learningRate);
    const changes = both(
      (a, b) => a.div(np.sqrt(b).add(epsilon)).mul(rate.ref),
      tree.ref(m1),
      tree.ref(v1),
    );
    rate.dispose();
    const params1 = both((p, change) => p.sub(change), params, changes);
    return [{ params: params1, m: m1, v: v1, count: next }, value];
  };
  return jit(step as never) as never;
}
