/** Cells written as equations, with the names and layouts of one parameter for each gate. */
import type { LayerDocument } from '@chronograd/spec';

/** A cell of a layer `rnn`. */
export type CellDocument = Extract<LayerDocument, { type: 'rnn' }>['cell'];

type Parameters = NonNullable<CellDocument['parameters']>;

/** Kernel W, recurrent kernel U and bias b of each gate. */
function gates(...names: string[]): Parameters {
  return Object.fromEntries(
    names.flatMap((gate) => [
      [`W${gate}`, { shape: ['features', 'units'] }],
      [`U${gate}`, { shape: ['units', 'units'], initializer: 'orthogonal' }],
      [`b${gate}`, { shape: ['units'], initializer: 'zeros' }],
    ]),
  ) as Parameters;
}

/** Elman 1990. */
export const simpleCell: CellDocument = {
  states: { h: 'units' },
  parameters: gates('h'),
  equations: { h: 'tanh(x @ Wh + h @ Uh + bh)' },
  output: 'h',
};

/** As Keras's LSTM. */
export const lstmCell: CellDocument = {
  states: { h: 'units', c: 'units' },
  parameters: gates('i', 'f', 'g', 'o'),
  equations: {
    i: 'sigmoid(x @ Wi + h @ Ui + bi)',
    f: 'sigmoid(x @ Wf + h @ Uf + bf)',
    g: 'tanh(x @ Wg + h @ Ug + bg)',
    o: 'sigmoid(x @ Wo + h @ Uo + bo)',
    c: 'f * c + i * g',
    h: 'o * tanh(c)',
  },
  output: 'h',
};

/** As Keras's GRU with `resetAfter: false`. */
export const gruCell: CellDocument = {
  states: { h: 'units' },
  parameters: gates('z', 'r', 'h'),
  equations: {
    z: 'sigmoid(x @ Wz + h @ Uz + bz)',
    r: 'sigmoid(x @ Wr + h @ Ur + br)',
    candidate: 'tanh(x @ Wh + (r * h) @ Uh + bh)',
    h: 'z * h + (1 - z) * candidate',
  },
  output: 'h',
};

/** The minimal gated unit (Zhou et al. 2016). */
export const minimalCell: CellDocument = {
  states: { h: 'units' },
  parameters: gates('f', 'h'),
  equations: {
    f: 'sigmoid(x @ Wf + h @ Uf + bf)',
    candidate: 'tanh(x @ Wh + (f * h) @ Uh + bh)',
    h: '(1 - f) * h + f * candidate',
  },
  output: 'h',
};

/** Two states, both multiplied by matrices, one of them by the name of another equation. */
export const passingCell: CellDocument = {
  states: { h: 'units', m: 3 },
  parameters: {
    ...gates('h'),
    V: { shape: [3, 'units'] },
    R: { shape: ['units', 3], initializer: 'orthogonal' },
  },
  equations: {
    gated: 'sigmoid(m) * m',
    h: 'tanh(x @ Wh + h @ Uh + gated @ V + bh)',
    m: '0.5 * m + 0.5 * tanh(h @ R)',
  },
  output: 'h',
};

/** With every kind of expression, states of two sizes, and an output that is no state. */
export const skippingCell: CellDocument = {
  states: { h: 'units', mean: 'features' },
  parameters: {
    ...gates('h'),
    gamma: { shape: ['units'], initializer: 'ones' },
    V: { shape: [7, 3] },
    rate: { shape: [1], initializer: { type: 'constant', value: 0.3 } },
  },
  equations: {
    mean: 'mean + sigmoid(rate) * (x - mean)',
    sum: 'layerNorm(x @ Wh + -h @ Uh + bh, gamma, 0.5 * bh)',
    h: 'max(leakyRelu(sum), min(sum, 0.1)) / (1 + abs(sum)) - exp(-square(h)) / 4',
    shown: 'softmax(concat(h, mean) @ V) + sqrt(1.5) * log(2e0)',
  },
  output: 'shown',
};
