/** Rows of chapter 15 of the second edition: one step, ten steps, and ten steps from every step. */
import type { Batch } from '@chronograd/data';
import { compile, type JsonObject } from 'chronograd';
import type { Measuring, Reproduction, Row } from '../reproduction.ts';
import { generateSeries } from './series.ts';

const count = 10_000;
const window = 50;

type Tensor = Batch['inputs'];

/** What a model is given of a part of the series, and what it must say. */
interface Task {
  /** Steps to forecast. */
  readonly horizon: number;
  /** Whether from every step of the window, or from its end. */
  readonly everyStep?: boolean;
  /** Which steps of the window have targets, where the model shortens the sequence. */
  readonly steps?: { readonly from: number; readonly every: number };
}

interface Part {
  readonly inputs: Tensor;
  readonly targets: Tensor;
  readonly samples: number;
}

const made = new Map<number, Float32Array>();

/** All series of a length, made once. */
function seriesOf(steps: number): Float32Array {
  const known = made.get(steps);
  if (known) return known;
  const series = generateSeries(count, steps);
  made.set(steps, series);
  return series;
}

/** Series `from` (included) to `to` (excluded) as inputs `[samples, 50, 1]` and targets. */
function part({ horizon, everyStep = false, steps }: Task, from: number, to: number): Part {
  const length = window + horizon;
  const series = seriesOf(length);
  const samples = to - from;
  const { from: first, every } = everyStep
    ? (steps ?? { from: 0, every: 1 })
    : { from: window - 1, every: 1 };
  const places = Array.from(
    { length: Math.ceil((window - first) / every) },
    (_, i) => first + i * every,
  );
  const inputs = new Float32Array(samples * window);
  const targets = new Float32Array(samples * places.length * horizon);
  for (let i = 0; i < samples; i++) {
    const own = series.subarray((from + i) * length, (from + i + 1) * length);
    inputs.set(own.subarray(0, window), i * window);
    places.forEach((step, k) => {
      const ahead = own.subarray(step + 1, step + 1 + horizon);
      targets.set(ahead, (i * places.length + k) * horizon);
    });
  }
  const shape = everyStep ? [samples, places.length, horizon] : [samples, horizon];
  return {
    inputs: { dtype: 'float32', shape: [samples, window, 1], data: inputs },
    targets: { dtype: 'float32', shape, data: targets },
    samples,
  };
}

/** Trains on series 0 to 7000 for 20 epochs; the error of the last step on 7000 to 9000. */
async function measure(
  task: Task,
  layers: readonly JsonObject[],
  learningRate: number,
  { backend, seed }: Measuring,
): Promise<number> {
  const model = await compile(
    { layers: [{ type: 'input', shape: [window, 1] }, ...layers] },
    { backend, training: { loss: 'mse', optimizer: { type: 'adam', learningRate } }, seed },
  );
  const train = part(task, 0, 7000);
  await model.fit({ inputs: train.inputs, targets: train.targets }, { epochs: 20, batchSize: 32 });
  const { inputs, targets, samples } = part(task, 7000, 9000);
  const forecast = await model.predict(inputs, { batchSize: 500 });
  await model.dispose();
  const error = lastSteps(forecast, samples, task.horizon);
  const wanted = lastSteps(targets, samples, task.horizon);
  return meanSquare(error.map((value, i) => value - (wanted[i] ?? NaN)));
}

/** The last `horizon` numbers of each sample, `[samples · horizon]`. */
function lastSteps(
  { data }: { readonly data: Float32Array },
  samples: number,
  horizon: number,
): Float64Array {
  const size = data.length / samples;
  return Float64Array.from(
    { length: samples * horizon },
    (_, i) => data[Math.floor(i / horizon) * size + size - horizon + (i % horizon)] ?? NaN,
  );
}

function meanSquare(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value ** 2, 0) / values.length;
}

/** The error of repeating the last value. */
async function naive(horizon: number): Promise<number> {
  const { inputs, targets } = part({ horizon }, 7000, 9000);
  const errors = Float64Array.from(
    targets.data,
    (value, i) => value - (inputs.data[Math.floor(i / horizon) * window + window - 1] ?? NaN),
  );
  return meanSquare(errors);
}

const recurrent = (type: string, units: number, more: JsonObject = {}): JsonObject => ({
  type,
  units,
  ...more,
});
const sequences = { returnSequences: true };
/** The book's LNSimpleRNNCell. */
const normalized = { ...sequences, layerNormalization: true };

interface Trained {
  readonly name: string;
  readonly published: number;
  readonly task: Task;
  readonly layers: readonly JsonObject[];
  readonly learningRate?: number;
  readonly everywhere?: boolean;
}

const trained = ({
  name,
  published,
  task,
  layers,
  learningRate = 0.001,
  ...more
}: Trained): Row => ({
  name,
  published,
  rule: 'atMost',
  ...more,
  measure: (measuring) => measure(task, layers, learningRate, measuring),
});

const one: Task = { horizon: 1 };
const ten: Task = { horizon: 10 };
const every: Task = { horizon: 10, everyStep: true };
const dense = (units: number): JsonObject => ({ type: 'dense', units });

/** Chapter 15 of the second edition. */
export const synthetic: Reproduction = {
  id: 'synthetic',
  title: "Géron's synthetic series",
  source:
    'Aurélien Géron, “Hands-On Machine Learning with Scikit-Learn, Keras and TensorFlow”, second ' +
    'edition, chapter 15: 10,000 series of two sine waves and noise, 7000 to train, 2000 to ' +
    'validate; 20 epochs of batches of 32, Adam.',
  unit: 'mean squared errors on the validation series, of the last time step',
  rows: [
    {
      name: 'one step: naive',
      published: 0.020211,
      rule: 'exact',
      measure: () => naive(1),
    },
    trained({
      name: 'one step: linear',
      published: 0.0042,
      task: one,
      layers: [{ type: 'flatten' }, dense(1)],
    }),
    trained({
      name: 'one step: SimpleRNN 1',
      published: 0.0109,
      task: one,
      layers: [recurrent('simpleRnn', 1)],
      learningRate: 0.005,
    }),
    trained({
      name: 'one step: SimpleRNN 20, 20, dense 1',
      published: 0.0026,
      task: one,
      layers: [recurrent('simpleRnn', 20, sequences), recurrent('simpleRnn', 20), dense(1)],
      everywhere: true,
    }),
    {
      name: 'ten steps: naive',
      published: 0.256974,
      rule: 'exact',
      measure: () => naive(10),
    },
    trained({
      name: 'ten steps: dense',
      published: 0.0187,
      task: ten,
      layers: [{ type: 'flatten' }, dense(10)],
    }),
    trained({
      name: 'ten steps: SimpleRNN 20, 20, dense 10',
      published: 0.0085,
      task: ten,
      layers: [recurrent('simpleRnn', 20, sequences), recurrent('simpleRnn', 20), dense(10)],
    }),
    trained({
      name: 'every step: LSTM 20, 20, dense 10',
      published: 0.0086,
      task: every,
      layers: [recurrent('lstm', 20, sequences), recurrent('lstm', 20, sequences), dense(10)],
      everywhere: true,
    }),
    trained({
      name: 'every step: GRU 20, 20, dense 10',
      published: 0.0103,
      task: every,
      layers: [recurrent('gru', 20, sequences), recurrent('gru', 20, sequences), dense(10)],
    }),
    trained({
      name: 'every step: SimpleRNN with layer normalization 20, 20, dense 10',
      published: 0.0121,
      task: every,
      layers: [
        recurrent('simpleRnn', 20, normalized),
        recurrent('simpleRnn', 20, normalized),
        dense(10),
      ],
    }),
    trained({
      name: 'every second step: Conv1D 20, GRU 20, 20, dense 10',
      published: 0.008,
      // A kernel of 4 steps first says something at the fourth.
      task: { ...every, steps: { from: 3, every: 2 } },
      layers: [
        { type: 'conv1d', filters: 20, kernelSize: 4, strides: 2, padding: 'valid' },
        recurrent('gru', 20, sequences),
        recurrent('gru', 20, sequences),
        dense(10),
      ],
    }),
    trained({
      name: 'every step: Conv1D 20 dilated by 1, 2, 4, 8 twice, Conv1D 10',
      published: 0.0072,
      task: every,
      layers: [
        {
          type: 'repeat',
          times: 8,
          vary: { dilationRate: [1, 2, 4, 8, 1, 2, 4, 8] },
          layers: [
            {
              type: 'conv1d',
              filters: 20,
              kernelSize: 2,
              padding: 'causal',
              activation: 'relu',
              dilationRate: 1,
            },
          ],
        },
        { type: 'conv1d', filters: 10, kernelSize: 1 },
      ],
    }),
  ],
};
