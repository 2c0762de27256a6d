import type { LayerDocument } from './documents/layers.ts';
import type { ModelDocument } from './documents/model.ts';

type Options<T extends LayerDocument['type']> = Omit<Extract<LayerDocument, { type: T }>, 'type'>;
type Built<T extends LayerDocument['type']> = Extract<LayerDocument, { type: T }>;

/** An input layer: `input({ shape: [null, 5] })`, without the batch; null is any size. */
export function input(options: Options<'input'>): Built<'input'> {
  return { type: 'input', ...options };
}

/** A dense layer: `dense({ units: 10, activation: 'relu' })`. */
export function dense(options: Options<'dense'>): Built<'dense'> {
  return { type: 'dense', ...options };
}

/** An activation by itself: `activation({ activation: 'softmax' })`. */
export function activation(options: Options<'activation'>): Built<'activation'> {
  return { type: 'activation', ...options };
}

/** A dropout layer: `dropout({ rate: 0.1 })`. */
export function dropout(options: Options<'dropout'>): Built<'dropout'> {
  return { type: 'dropout', ...options };
}

/** A flatten layer: `flatten()`. */
export function flatten(options: Options<'flatten'> = {}): Built<'flatten'> {
  return { type: 'flatten', ...options };
}

/** A plain recurrent layer: `simpleRnn({ units: 20 })`. */
export function simpleRnn(options: Options<'simpleRnn'>): Built<'simpleRnn'> {
  return { type: 'simpleRnn', ...options };
}

/** An lstm: `lstm({ units: 20, returnSequences: true })`. */
export function lstm(options: Options<'lstm'>): Built<'lstm'> {
  return { type: 'lstm', ...options };
}

/** A gru: `gru({ units: 20, resetAfter: false })`. */
export function gru(options: Options<'gru'>): Built<'gru'> {
  return { type: 'gru', ...options };
}

/** A recurrent layer over a cell written as equations: `rnn({ units: 20, cell: { … } })`. */
export function rnn(options: Options<'rnn'>): Built<'rnn'> {
  return { type: 'rnn', ...options };
}

/** Two recurrent layers, one backwards: `bidirectional({ layer: lstm({ units: 20 }) })`. */
export function bidirectional(options: Options<'bidirectional'>): Built<'bidirectional'> {
  return { type: 'bidirectional', ...options };
}

/** Leaves out steps that are all maskValue: `masking({ maskValue: -1 })`. */
export function masking(options: Options<'masking'> = {}): Built<'masking'> {
  return { type: 'masking', ...options };
}

/** A model document: `model({ name: 'forecaster', layers: [input(…), gru(…), dense(…)] })`. */
export function model(options: Omit<ModelDocument, '$schema' | 'formatVersion'>): ModelDocument {
  return { formatVersion: 1, ...options };
}
