import { describe, expect, it } from 'vitest';
import { faultsOf } from '../../testing/faults.ts';
import { activation, dense, gru, input } from '../builders.ts';
import { parseModel } from '../documents/model.ts';
import { parseTraining, type TrainingDocument } from '../documents/training.ts';
import { lossesByOutput } from './losses.ts';
import { resolveModel } from './resolve.ts';
import type { ResolvedModel } from './resolved.ts';

const two = resolveModel(
  parseModel({
    layers: [
      input({ shape: [7, 3] }),
      gru({ units: 6, returnState: true }),
      dense({ name: 'mean', units: 1 }),
      dense({ name: 'range', units: 4, inputs: ['gru'] }),
    ],
    outputs: ['range', 'mean', 'gru:h'],
  }),
);

function ending(layer: unknown): ResolvedModel {
  return resolveModel(parseModel({ layers: [input({ shape: [7, 3] }), layer] }));
}

function faults(loss: TrainingDocument['loss'], model: ResolvedModel): string[] {
  return faultsOf(() => lossesByOutput(parseTraining({ loss }), model));
}

describe('lossesByOutput', () => {
  it('gives one loss to every output', () => {
    const mae = { type: 'mae' };
    const losses = lossesByOutput(parseTraining({ loss: 'mae' }), two);
    expect(Object.entries(losses)).toEqual([
      ['range', mae],
      ['mean', mae],
      ['gru:h', mae],
    ]);
  });

  it('gives every output its own, in the order of the outputs', () => {
    const loss = { 'gru:h': 'huber', mean: 'mae', range: 'mse' } as const;
    expect(Object.entries(lossesByOutput(parseTraining({ loss }), two))).toEqual([
      ['range', { type: 'mse' }],
      ['mean', { type: 'mae' }],
      ['gru:h', { type: 'huber', delta: 1 }],
    ]);
  });

  it('leaves out outputs that have none', () => {
    const training = parseTraining({ loss: { mean: 'mse' } });
    expect(lossesByOutput(training, two)).toEqual({ mean: { type: 'mse' } });
  });

  it('refuses a loss of no output', () => {
    expect(faults({ meen: 'mae', range: 'mae', 'gru:h': 'mae' }, two)).toEqual([
      '$.loss.meen: expected an output of the model: range, mean, gru:h, found "meen" (did you mean "mean"?)',
    ]);
  });

  it('wants an entry for each quantile', () => {
    const loss = { type: 'quantile', quantiles: [0.1, 0.5, 0.9] } as const;
    expect(faults(loss, ending(dense({ units: 6 })))).toEqual([]);
    expect(faults(loss, ending(dense({ units: 4 })))).toEqual([
      '$.loss: expected a last dimension of 3 entries a feature, one for each quantile, found [7, 4] from dense (let the last layer have 3 units a feature)',
    ]);
  });

  it.each(['categoricalCrossentropy', 'sparseCategoricalCrossentropy'] as const)(
    'wants several classes for %s',
    (loss) => {
      expect(faults(loss, ending(dense({ units: 2 })))).toEqual([]);
      expect(faults(loss, ending(dense({ units: 1 })))).toEqual([
        `$.loss: expected a last dimension of at least 2 classes for ${loss}, found [7, 1] from dense (binaryCrossentropy is for one yes or no)`,
      ]);
    },
  );

  it('does not take probabilities for logits', () => {
    const hint = 'leave out the activation, or set "fromLogits": false';
    expect(
      faults('binaryCrossentropy', ending(dense({ units: 1, activation: 'sigmoid' }))),
    ).toEqual([`$.loss: expected logits for binaryCrossentropy, found sigmoid of dense (${hint})`]);
    const softmax = ending(activation({ activation: 'softmax' }));
    expect(faults('categoricalCrossentropy', softmax)).toEqual([
      `$.loss: expected logits for categoricalCrossentropy, found softmax of activation (${hint})`,
    ]);
    expect(faults({ type: 'categoricalCrossentropy', fromLogits: false }, softmax)).toEqual([]);
  });

  it('is taken of numbers only that can be trained', () => {
    const model = resolveModel(parseModel({ layers: [input({ shape: [3], dtype: 'int32' })] }));
    expect(faults('mse', model)).toEqual([
      '$.loss: expected float32 for mse, found int32 from input',
    ]);
  });
});
