/**
 * The ways in which mutants change a backend, with nothing changed: each writes anew what it finds
 * as it was. What a mutant fails in, these must pass, or it would fail for its wrapper's sake.
 */
import { conv1d } from '@chronograd/graph';
import { cellGradientsAs, cellsAs, everyCell } from './cells.ts';
import { compositeMutants, convAs, normAs } from './composites.ts';
import { gradientMutants } from './gradients.ts';
import { kernelMutants } from './kernels.ts';
import { layerMutants } from './layers.ts';
import { lossMutants } from './losses.ts';
import { maskMutants } from './masks.ts';
import type { Change, Mutant } from './mutant.ts';
import { adamAs, adamOperandsAs, average, optimizerMutants, shrinkAs } from './optimizers.ts';
import { precisionMutants, roundTo } from './precision.ts';
import { primitiveMutants } from './primitives.ts';
import { compositesAs, decompositionsAs, gradientsAs, nodesAs, primitivesAs } from './programs.ts';
import { recurrentMutants } from './recurrent.ts';
import { callMutants } from './calls.ts';
import { executablesAs, feedsAs, resultsAs } from './executables.ts';
import { refusalMutants } from './refusals.ts';
import { sequenceMutants } from './sequences.ts';
import { stateMutants } from './state.ts';
import { movesUnchanged, topologyMutants } from './topologies.ts';
import { dropoutAs, trainingMutants } from './training.ts';

const everyComposite = [
  ...everyCell,
  'softmax',
  'logSoftmax',
  'layerNorm',
  'layerNormSimpleRnn',
  'layerNormLstm',
  'layerNormGru',
  'conv1d',
  'gatedTanhSigmoid',
  'adam',
];

/** A way of changing, and the mutants that are made in this way. */
export interface Unchanged {
  readonly way: string;
  readonly change: Change;
  readonly mutants: readonly Mutant[];
}

const cells = [...recurrentMutants, ...sequenceMutants, ...kernelMutants];
const primitives = [...primitiveMutants, ...gradientMutants, ...precisionMutants, ...lossMutants];

/** Changes that change nothing, by the way in which they are made. */
export const unchanged: readonly Unchanged[] = [
  { way: 'primitives', change: primitivesAs(() => undefined), mutants: primitives },
  {
    way: 'nodes',
    change: nodesAs(() => undefined),
    mutants: [...optimizerMutants, ...layerMutants, ...maskMutants],
  },
  {
    way: 'decompositions',
    change: decompositionsAs(everyComposite, (decomposition) => decomposition),
    mutants: [...sequenceMutants, ...layerMutants],
  },
  {
    way: 'composites',
    change: compositesAs(everyComposite, ({ inputs, original }) => original(inputs)),
    mutants: [...compositeMutants, ...optimizerMutants],
  },
  {
    way: 'gradients of composites',
    change: gradientsAs(everyComposite, ({ inputs, original }) => original(inputs)),
    mutants: [...cells, ...compositeMutants],
  },
  { way: 'moving averages', change: movesUnchanged, mutants: topologyMutants },
  { way: 'cells', change: cellsAs(everyCell, ({ run }) => run()), mutants: cells },
  {
    way: 'gradients of cells',
    change: cellGradientsAs(everyCell, ({ run }) => run()),
    mutants: cells,
  },
  {
    way: 'convolution',
    change: convAs((b, operands, options) => conv1d(b, operands, options)),
    mutants: [...compositeMutants, ...layerMutants],
  },
  {
    way: 'layer normalisation',
    change: normAs((b, centred, variance, epsilon) =>
      b.div(centred, b.sqrt(b.add(variance, epsilon))),
    ),
    mutants: compositeMutants,
  },
  {
    way: 'adam',
    change: adamAs((b, { gradient, m, v, rate, beta1, beta2, epsilon }) => {
      const m1 = average(b, m, gradient, beta1);
      const v1 = average(b, v, b.mul(gradient, gradient), beta2);
      return { step: b.div(b.mul(m1, rate), b.add(b.sqrt(v1), epsilon)), m: m1, v: v1 };
    }),
    mutants: optimizerMutants,
  },
  {
    way: 'operands of adam',
    change: adamOperandsAs((_b, inputs) => inputs),
    mutants: optimizerMutants,
  },
  {
    way: 'clipping by norm',
    change: shrinkAs((b, gradient, limit, norm) =>
      b.mul(gradient, b.div(limit, b.max(norm, limit))),
    ),
    mutants: optimizerMutants,
  },
  {
    way: 'dropout',
    change: dropoutAs((b, dropped, scale) => b.select(dropped, 0, b.constant(scale))),
    mutants: trainingMutants,
  },
  {
    // Finer than float32: the way of rounding itself costs nothing.
    way: 'rounding',
    change: primitivesAs(({ b, node, inputs }) => {
      const [x, y] = inputs;
      if (node.op !== 'matmul' || !x || !y) return undefined;
      return [b.matmul(roundTo(b, x, 40), roundTo(b, y, 40), node.attributes)];
    }),
    mutants: [...precisionMutants, ...kernelMutants],
  },
  {
    way: 'executables',
    change: executablesAs(() => ({})),
    mutants: [...stateMutants, ...callMutants, ...refusalMutants],
  },
  {
    way: 'feeds',
    change: feedsAs(() => (feeds) => feeds),
    mutants: [...trainingMutants, ...refusalMutants, ...topologyMutants],
  },
  {
    way: 'results',
    change: resultsAs((tensor) => tensor),
    mutants: [...primitiveMutants, ...precisionMutants],
  },
];
