import { describe, expect, it } from 'vitest';
import { faultsOf } from '../../testing/faults.ts';
import { parseTraining } from './training.ts';

const faults = (document: unknown): string[] => faultsOf(() => parseTraining(document));

describe('a training document', () => {
  it('needs a loss, and has defaults for the rest', () => {
    expect(parseTraining({ loss: 'mse' })).toEqual({
      formatVersion: 1,
      loss: { type: 'mse' },
      optimizer: { type: 'adam', learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
      metrics: [],
    });
    expect(faults({})).toHaveLength(1);
  });

  it.each([
    ['sgd', { learningRate: 0.01, momentum: 0, nesterov: false }],
    ['adam', { learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 }],
    ['adamW', { learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7, weightDecay: 0.004 }],
    ['rmsprop', { learningRate: 0.001, rho: 0.9, momentum: 0, epsilon: 1e-7, centered: false }],
    ['nadam', { learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 }],
  ])('has the defaults of Keras for %s', (type, defaults) => {
    expect(parseTraining({ loss: 'mae', optimizer: type }).optimizer).toEqual({
      type,
      ...defaults,
    });
    expect(parseTraining({ loss: 'mae', optimizer: { type } }).optimizer).toEqual({
      type,
      ...defaults,
    });
  });

  it.each([
    ['huber', { delta: 1 }],
    ['binaryCrossentropy', { fromLogits: true }],
    ['categoricalCrossentropy', { fromLogits: true }],
    ['sparseCategoricalCrossentropy', { fromLogits: true }],
  ])('has defaults for %s', (type, defaults) => {
    expect(parseTraining({ loss: type }).loss).toEqual({ type, ...defaults });
  });

  it('may give losses by output, metrics with options, a schedule and one way of clipping', () => {
    const training = parseTraining({
      loss: { dense: 'mae', 'lstm:h': { type: 'huber', delta: 2 } },
      optimizer: {
        type: 'sgd',
        learningRate: {
          type: 'exponentialDecay',
          initialLearningRate: 0.3,
          decaySteps: 5,
          decayRate: 0.7,
        },
        globalClipNorm: 1.5,
      },
      metrics: ['rmse', { type: 'binaryAccuracy', threshold: 0.25 }],
    });
    expect(training.loss).toEqual({
      dense: { type: 'mae' },
      'lstm:h': { type: 'huber', delta: 2 },
    });
    expect(training.optimizer).toMatchObject({
      learningRate: { type: 'exponentialDecay', staircase: false },
      globalClipNorm: 1.5,
    });
    expect(training.optimizer).not.toHaveProperty('clipNorm');
    expect(training.metrics).toEqual([
      { type: 'rmse' },
      { type: 'binaryAccuracy', threshold: 0.25 },
    ]);
    expect(parseTraining(training)).toEqual(training);
    expect(parseTraining(JSON.parse(JSON.stringify(training)))).toEqual(training);
  });
});

describe('a fault of a training document', () => {
  it.each([
    [
      'an unknown loss',
      { loss: 'mean_absolute' },
      /^\$\.loss: expected one of "mse", .* or an object with such a "type", found "mean_absolute"$/,
    ],
    ['a misspelt loss', { loss: 'hubert' }, /^\$\.loss: .*did you mean "huber"\?/],
    [
      'a loss that needs more than its type',
      { loss: 'quantile' },
      /^\$\.loss: expected an object \{ "type": "quantile", … \}, which has keys that must be given, found "quantile"$/,
    ],
    [
      'no losses at all',
      { loss: {} },
      /^\$\.loss: expected the key "type" of a loss, or losses by output, found an empty object$/,
    ],
    [
      'a loss of a malformed output',
      { loss: { 'a/b': 'mse' } },
      /^\$\.loss\["a\/b"\]: expected a layer's name/,
    ],
    [
      'a misspelt loss of one output',
      { loss: { dense: 'msd' } },
      /^\$\.loss\.dense: .*did you mean "mse"\?/,
    ],
    [
      'quantiles out of order',
      { loss: { type: 'quantile', quantiles: [0.1, 0.9, 0.5] } },
      /^\$\.loss\.quantiles\[2\]: expected a number above the one before it, 0\.9, found 0\.5$/,
    ],
    [
      'a quantile twice',
      { loss: { type: 'quantile', quantiles: [0.5, 0.5] } },
      /^\$\.loss\.quantiles\[1\]: expected a number above the one before it, 0\.5, found 0\.5$/,
    ],
    [
      'a quantile out of range',
      { loss: { type: 'quantile', quantiles: [0.5, 1] } },
      /^\$\.loss\.quantiles\[1\]: expected a number between 0 and 1, found 1$/,
    ],
    [
      'no quantiles',
      { loss: { type: 'quantile', quantiles: [] } },
      /^\$\.loss\.quantiles: expected an array of ascending quantiles \(at least 1\), found an empty array$/,
    ],
    [
      'two ways of clipping',
      { loss: 'mse', optimizer: { type: 'adam', clipValue: 1, globalClipNorm: 2 } },
      /^\$\.optimizer\.globalClipNorm: expected at most one of clipValue, clipNorm and globalClipNorm, and there is "clipValue", found 2$/,
    ],
    [
      'a learning rate',
      { loss: 'mse', optimizer: { type: 'adam', learningRate: 'fast' } },
      /^\$\.optimizer\.learningRate: expected a number of at least 0 or a schedule \(an object with a "type"\), found "fast"$/,
    ],
    [
      'an unknown schedule',
      { loss: 'mse', optimizer: { type: 'adam', learningRate: { type: 'cosine_decay' } } },
      /^\$\.optimizer\.learningRate\.type: .*did you mean "cosineDecay"\?/,
    ],
    [
      'a decay of moments that would divide by zero',
      { loss: 'mse', optimizer: { type: 'nadam', beta1: 1 } },
      /^\$\.optimizer\.beta1: expected a number from 0 to below 1, found 1$/,
    ],
    [
      'an unknown optimizer',
      { loss: 'mse', optimizer: 'AdamV' },
      /^\$\.optimizer: .*did you mean "adamW"\?|did you mean "adam"\?/,
    ],
    [
      'a key of another optimizer',
      { loss: 'mse', optimizer: { type: 'adam', weightDecay: 0.1 } },
      /^\$\.optimizer\.weightDecay: expected only keys of adam: .*found the unknown key "weightDecay"/,
    ],
    [
      'a metric twice',
      { loss: 'mse', metrics: ['mae', 'mse', 'mae'] },
      /^\$\.metrics\[2\]: expected each of the metrics once, found "mae" again$/,
    ],
    [
      'a misspelt metric',
      { loss: 'mse', metrics: ['acuracy'] },
      /^\$\.metrics\[0\]: .*did you mean "accuracy"\?/,
    ],
    [
      'metrics that are no array',
      { loss: 'mse', metrics: 'mae' },
      /^\$\.metrics: expected an array of metrics, found "mae"$/,
    ],
  ])('names %s', (_what, document, line) => {
    const found = faults(document);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(line);
  });

  it('of a warm-up names the half that is missing', () => {
    const cosine = { type: 'cosineDecay', initialLearningRate: 0.1, decaySteps: 9 };
    const withRate = (learningRate: object): string[] =>
      faults({ loss: 'mse', optimizer: { type: 'sgd', learningRate } });
    expect(withRate({ ...cosine, warmupSteps: 3 })).toEqual([
      '$.optimizer.learningRate.warmupTarget: expected the key "warmupTarget", which belongs to "warmupSteps", found nothing',
    ]);
    expect(withRate({ ...cosine, warmupTarget: 0.3 })).toEqual([
      '$.optimizer.learningRate.warmupSteps: expected the key "warmupSteps", which belongs to "warmupTarget", found nothing',
    ]);
    expect(withRate({ ...cosine, warmupTarget: 0.3, warmupSteps: 3 })).toEqual([]);
  });

  it('of pieces names each', () => {
    const learningRate = { type: 'piecewiseConstant', boundaries: [5, 3], values: [1, 2] };
    expect(faults({ loss: 'mse', optimizer: { type: 'sgd', learningRate } })).toEqual([
      '$.optimizer.learningRate.boundaries[1]: expected a number above the one before it, 5, found 3',
      '$.optimizer.learningRate.values: expected 3 learning rates, one more than boundaries, found 2',
    ]);
  });

  it('does not hide others', () => {
    const paths = faults({
      loss: { type: 'huber', delta: 0 },
      optimizer: { type: 'rmsprop', rho: 2, clipNorm: 1, clipValue: 2, centred: true },
      metrics: ['mae', 'maee', 'mae'],
      epochs: 3,
    }).map((line) => line.slice(0, line.indexOf(': ')));
    expect(paths).toEqual([
      '$.loss.delta',
      '$.optimizer.rho',
      '$.optimizer.clipNorm',
      '$.optimizer.centred',
      '$.metrics[1]',
      '$.metrics[2]',
      '$.epochs',
    ]);
  });
});
