/** Five steps of every optimizer and way of clipping, with given gradients and changing rates. */
import type { Tensor64, Tensors64 } from '@chronograd/backend-reference';
import {
  applyOptimizer,
  Builder,
  clipGradients,
  scalarsOf,
  slotsOf,
  type Entry,
  type NamedType,
  type Value,
} from '@chronograd/graph';
import { parseTraining, type OptimizerDocument } from '@chronograd/spec';
import file from './optimizers.json' with { type: 'json' };
import {
  allExpected,
  casesOf,
  toTensor,
  type Golden,
  type GoldenRun,
  type GoldenTensor,
  type GoldenTensors,
} from './golden.ts';

interface OptimizerCase {
  readonly name: string;
  readonly optimizer: Exclude<OptimizerDocument, string>;
  readonly learningRates: readonly number[];
  readonly parameters: readonly GoldenTensor[];
  /** By step, then by parameter. */
  readonly gradients: readonly (readonly GoldenTensor[])[];
  readonly after: readonly (readonly GoldenTensor[])[];
}

const named = (prefix: string, tensors: readonly GoldenTensor[]): GoldenTensors =>
  Object.fromEntries(tensors.map((tensor, i) => [`${prefix}${i}`, tensor]));

const scalar = (value: number): Tensor64 => ({
  dtype: 'float32',
  shape: [],
  data: Float64Array.of(value),
});

/** A program of one entry `step`, which is fed gradients and keeps parameters and slots. */
function build(each: OptimizerCase): GoldenRun {
  const { optimizer } = parseTraining({ loss: 'mse', optimizer: each.optimizer });
  const b = new Builder();
  const inputs: NamedType[] = [];
  const state: NamedType[] = [];
  const declare = (list: NamedType[], name: string, shape: readonly number[]): Value => {
    const type = { dtype: 'float32', shape } as const;
    list.push({ name, type });
    return b.input(type);
  };
  const learningRate = declare(inputs, 'learningRate', []);
  const raw = each.parameters.map(({ shape }, i) => declare(inputs, `g${i}`, shape));
  const scalars = scalarsOf(optimizer);
  const counters = scalars.map(({ name }) => declare(state, name, []));
  const operands = each.parameters.map(({ shape }, i) => ({
    parameter: declare(state, `p${i}`, shape),
    slots: slotsOf(optimizer).map((slot) => declare(state, `${slot}${i}`, shape)),
  }));
  const { gradients } = clipGradients(b, raw, optimizer);
  const result = applyOptimizer(b, optimizer, {
    learningRate,
    scalars: counters,
    updates: operands.map((operand, i) => ({ ...operand, gradient: gradients[i] as Value })),
  });
  const names = state.map(({ name }) => name);
  const entry: Entry = {
    inputs,
    reads: names,
    outputs: [],
    writes: names,
    func: b.finish([
      ...result.scalars,
      ...result.updates.flatMap(({ parameter, slots }) => [parameter, ...slots]),
    ]),
  };
  const tensors = (prefix: string, list: readonly GoldenTensor[]): Tensors64 =>
    Object.fromEntries(list.map((tensor, i) => [`${prefix}${i}`, toTensor(tensor)]));
  const class_ = optimizer.type === 'sgd' ? 'sgdTrajectory' : 'adamTrajectory';
  return {
    script: {
      program: {
        state: Object.fromEntries(state.map(({ name, type }) => [name, type])),
        entries: { step: entry },
      },
      state: {
        ...Object.fromEntries(scalars.map(({ name, initial }) => [name, scalar(initial)])),
        ...tensors('p', each.parameters),
      },
      calls: each.learningRates.map((rate, step) => ({
        entry: 'step',
        feeds: { learningRate: scalar(rate), ...tensors('g', each.gradients[step] ?? []) },
      })),
    },
    expected: each.after.map((parameters, call) => ({
      call,
      outputs: {},
      state: {
        ...allExpected(named('p', parameters)),
        'optimizer/step': { dtype: 'float32', shape: [], data: [call + 1] },
      },
      tolerance: { outputs: class_, state: class_ },
    })),
  };
}

/** Goldens of optimizers. */
export const optimizerGoldens: readonly Golden[] = casesOf<OptimizerCase>(file).map((each) => ({
  row: {
    group: 'training',
    subject: each.name.startsWith('clipped') ? 'clipping' : each.optimizer.type,
  },
  name: each.name,
  build: () => build(each),
}));
