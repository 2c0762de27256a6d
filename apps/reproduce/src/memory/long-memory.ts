/** Rows of the tasks that ask for a long memory. */
import { seededRandom } from '@chronograd/data';
import { compile, type JsonObject } from 'chronograd';
import type { Measuring, Reproduction, Row } from '../reproduction.ts';
import { addingProblem, copyFloor, copyMemory, copySteps, symbols, type Maker } from './tasks.ts';

const batchSize = 32;
const iterations = 4000;
/** Iterations between two looks at samples that were not trained on. */
const between = 250;
const heldOut = 1000;

/** What is trained, until it is good enough. */
interface Trial {
  readonly maker: Maker;
  readonly layers: readonly JsonObject[];
  readonly training: JsonObject;
  /** The loss that is good enough. */
  readonly bound: number;
}

/** The loss of held-out samples once it is below the bound, or after 4000 iterations. */
async function measure(
  { maker, layers, training, bound }: Trial,
  { backend, seed, say }: Measuring,
): Promise<number> {
  const model = await compile({ layers: [...layers] }, { backend, training, seed });
  const test = maker(heldOut, seededRandom(2 ** 31 + seed));
  let loss = Infinity;
  let trained = 0;
  const random = seededRandom(seed);
  while (trained < iterations && !(loss < bound)) {
    await model.fit(() => batches(maker, random), { epochs: 1 });
    trained += between;
    ({ loss } = await model.evaluate(test, { batchSize: 250 }));
  }
  await model.dispose();
  say(`        seed ${seed}: ${loss.toExponential(2)} after ${trained} iterations`);
  return loss;
}

function* batches(maker: Maker, random: () => number): Generator<ReturnType<Maker>> {
  for (let i = 0; i < between; i++) yield maker(batchSize, random);
}

/** Sizes of {@link temporalConvolutions}. */
interface Convolutions {
  /** Features of the input. */
  readonly features: number;
  readonly levels: number;
  readonly filters: number;
  readonly kernelSize: number;
}

/**
 * The temporal convolutional network of Bai et al. (2018), figure 1: residual blocks of two causal
 * convolutions, dilated by 1, 2, 4, …, whose weights begin as PyTorch's do, evenly within
 * ±1 / sqrt(fan in). Without weight normalisation; without dropout, as theirs on these tasks.
 */
function temporalConvolutions({
  features,
  levels,
  filters,
  kernelSize,
}: Convolutions): JsonObject[] {
  const convolution = (inputs: number, dilationRate: number): JsonObject => {
    const max = (inputs * kernelSize) ** -0.5;
    return {
      type: 'conv1d',
      filters,
      kernelSize,
      dilationRate,
      padding: 'causal',
      activation: 'relu',
      kernelInitializer: { type: 'uniform', min: -max, max },
    };
  };
  return Array.from({ length: levels }, (_, level): JsonObject[] => {
    const reads = level === 0 ? features : filters;
    return [
      {
        type: 'residual',
        layers: [convolution(reads, 2 ** level), convolution(filters, 2 ** level)],
        ...(level === 0 && { shortcut: [{ type: 'conv1d', filters, kernelSize: 1 }] }),
      },
      { type: 'activation', activation: 'relu' },
    ];
  }).flat();
}

const dense = (units: number): JsonObject => ({ type: 'dense', units });

const addingSteps = 200;
const addingBound = 0.001;

function adding(name: string, layers: readonly JsonObject[], learningRate: number): Row {
  return {
    name: `adding problem, ${addingSteps} steps: ${name}`,
    published: addingBound,
    rule: 'below',
    measure: (measuring) =>
      measure(
        {
          maker: addingProblem(addingSteps),
          layers: [{ type: 'input', shape: [addingSteps, 2] }, ...layers],
          training: { loss: 'mse', optimizer: { type: 'adam', learningRate } },
          bound: addingBound,
        },
        measuring,
      ),
  };
}

const blanks = 100;

function copying(name: string, layers: readonly JsonObject[], learningRate: number): Row {
  const bound = Number((copyFloor(blanks) / 2).toFixed(4));
  return {
    name: `copy memory, ${blanks} blanks: ${name}`,
    published: bound,
    rule: 'below',
    measure: (measuring) =>
      measure(
        {
          maker: copyMemory(blanks),
          layers: [
            { type: 'input', shape: [copySteps(blanks), symbols] },
            ...layers,
            dense(symbols),
          ],
          training: {
            loss: { type: 'sparseCategoricalCrossentropy', fromLogits: true },
            optimizer: { type: 'adam', learningRate, globalClipNorm: 1 },
          },
          bound,
        },
        measuring,
      ),
  };
}

/** The adding problem and copy memory. */
export const longMemory: Reproduction = {
  id: 'long-memory',
  title: 'Long memory: the adding problem and copy memory',
  source:
    'Shaojie Bai, J. Zico Kolter and Vladlen Koltun, “An Empirical Evaluation of Generic ' +
    'Convolutional and Recurrent Networks for Sequence Modeling”, 2018 (arXiv 1803.01271): samples ' +
    `made up on the fly in batches of ${batchSize}, Adam, at most ${iterations} iterations. The bounds ` +
    'are 0.001 for the adding problem, and for copy memory half of 10 ln 8 / (blanks + 20), which ' +
    'is what guessing costs. A run ends when it is below its bound, so that how far it would get ' +
    'is not shown.',
  unit: `losses on ${heldOut} samples that were not trained on: mean squared error, cross-entropy`,
  rows: [
    copying(
      'TCN, 5 levels, 10 channels, kernel 8',
      temporalConvolutions({ features: symbols, levels: 5, filters: 10, kernelSize: 8 }),
      0.004,
    ),
    adding('GRU 64', [{ type: 'gru', units: 64 }, dense(1)], 0.004),
    adding(
      'TCN, 7 levels, 27 channels, kernel 6',
      [
        ...temporalConvolutions({ features: 2, levels: 7, filters: 27, kernelSize: 6 }),
        // What is said at the last step alone.
        { type: 'cropping1d', cropping: [addingSteps - 1, 0] },
        { type: 'flatten' },
        dense(1),
      ],
      0.004,
    ),
  ],
};
