/** Recurrent layers with their options, which all multiply: `simpleRnn lstm gru`. */
import type { LayerDocument } from '@chronograd/spec';
import type { ConformanceCase } from '../../case.ts';
import { modelCases, type ModelCase } from '../../kinds/document.ts';

type Type = 'simpleRnn' | 'lstm' | 'gru';

/** What differs from the default, of the options that the three layers share. */
interface Options {
  readonly useBias?: boolean;
  readonly returnSequences?: boolean;
  readonly returnState?: boolean;
  readonly goBackwards?: boolean;
  readonly stateful?: boolean;
  readonly unitForgetBias?: boolean;
  readonly resetAfter?: boolean;
  readonly activation?: 'relu' | 'softsign';
  readonly recurrentActivation?: 'hardSigmoid';
  readonly dropout?: number;
  readonly recurrentDropout?: number;
}

interface RecurrentLayerCase {
  readonly name: string;
  readonly options: Options;
  /** Whether the initial states are inputs. Default false. */
  readonly states?: boolean;
  readonly time?: number;
  readonly calls?: number;
}

const common: readonly RecurrentLayerCase[] = [
  { name: 'the last output', options: {} },
  { name: 'the last output backwards', options: { goBackwards: true } },
  { name: 'the sequence', options: { returnSequences: true } },
  { name: 'the sequence backwards', options: { returnSequences: true, goBackwards: true } },
  { name: 'without bias', options: { useBias: false, returnSequences: true } },
  { name: 'the last output and states', options: { returnState: true } },
  { name: 'the sequence and states', options: { returnState: true, returnSequences: true } },
  {
    name: 'everything backwards from given states',
    options: { returnState: true, returnSequences: true, goBackwards: true },
    states: true,
  },
  { name: 'the last output from given states', options: {}, states: true },
  {
    name: 'other activations',
    options: { activation: 'softsign', recurrentActivation: 'hardSigmoid', returnSequences: true },
  },
  { name: 'relu', options: { activation: 'relu', returnSequences: true }, states: true },
  {
    name: 'stateful',
    options: { stateful: true, returnSequences: true, returnState: true },
    calls: 3,
  },
  { name: 'stateful backwards', options: { stateful: true, goBackwards: true }, calls: 2 },
  {
    name: 'dropout does nothing in predictions',
    options: { dropout: 0.4, recurrentDropout: 0.3, returnSequences: true },
  },
  { name: 'one step', options: { returnSequences: true, returnState: true }, time: 1 },
  // Longer than engines like to unroll.
  { name: 'a long sequence', options: { returnSequences: true }, time: 150 },
];

function expand(type: Type, each: RecurrentLayerCase, more: Options = {}): ModelCase {
  const { recurrentActivation, ...options } = each.options;
  const states = type === 'lstm' ? ['h', 'c'] : ['h'];
  const given = each.states ? states : [];
  const gated = type !== 'simpleRnn' && recurrentActivation ? { recurrentActivation } : {};
  return {
    name: each.name,
    layers: [
      { type: 'input', name: 'x', shape: [each.time ?? 6, 3] },
      ...given.map((name): LayerDocument => ({ type: 'input', name, shape: [5] })),
      {
        type,
        name: 'layer',
        units: 5,
        inputs: ['x', ...given],
        ...options,
        ...gated,
        ...more,
      },
    ],
    outputs: ['layer', ...(options.returnState ? states.map((state) => `layer:${state}`) : [])],
    batch: 4,
    calls: each.calls ?? 1,
    quick: (each.time ?? 0) < 100,
    ...(each.time === 150 && { weights: 0.5 }),
  };
}

const before = common.map((each) => ({ ...each, name: `reset before: ${each.name}` }));

/** Cases of the recurrent layers. */
export const recurrentLayerCases: readonly ConformanceCase[] = [
  ...modelCases(
    { group: 'layers', subject: 'simpleRnn' },
    common.map((each) => expand('simpleRnn', each)),
  ),
  ...modelCases(
    { group: 'layers', subject: 'lstm' },
    [...common, { name: 'without forget bias', options: { unitForgetBias: false } }].map((each) =>
      expand('lstm', each),
    ),
  ),
  ...modelCases({ group: 'layers', subject: 'gru' }, [
    ...common.map((each) => expand('gru', each)),
    ...before.map((each) => expand('gru', each, { resetAfter: false })),
  ]),
];
