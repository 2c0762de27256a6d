import { describe, expect, it } from 'vitest';
import { parseModel, type ModelDocument } from './model.ts';

describe('a model document with everything left out that may be', () => {
  const spec = parseModel({
    layers: [
      { type: 'input', shape: [null, 5] },
      { type: 'lstm', units: 7, returnSequences: true },
      { type: 'lstm', units: 3, kernelInitializer: { type: 'uniform', max: 0.5 } },
      { type: 'dense', units: 2 },
    ],
  });

  it('gets a format version and a name', () => {
    expect(spec.formatVersion).toBe(1);
    expect(spec.name).toBe('model');
  });

  it('gets layer names as Keras numbers them', () => {
    expect(spec.layers.map(({ name }) => name)).toEqual(['input', 'lstm', 'lstm_1', 'dense']);
  });

  it('is a chain that ends in the last layer', () => {
    expect(spec.layers.map(({ inputs }) => inputs)).toEqual([[], ['input'], ['lstm'], ['lstm_1']]);
    expect(spec.outputs).toEqual(['dense']);
  });

  it('gets the defaults of Keras, and short forms written out', () => {
    expect(spec.layers[2]).toEqual({
      type: 'lstm',
      name: 'lstm_1',
      inputs: ['lstm'],
      units: 3,
      activation: 'tanh',
      recurrentActivation: 'sigmoid',
      useBias: true,
      unitForgetBias: true,
      kernelInitializer: { type: 'uniform', min: -0.05, max: 0.5 },
      recurrentInitializer: { type: 'orthogonal', gain: 1 },
      biasInitializer: { type: 'zeros' },
      dropout: 0,
      recurrentDropout: 0,
      layerNormalization: false,
      returnSequences: false,
      returnState: false,
      goBackwards: false,
      stateful: false,
    });
    expect(spec.layers[3]).toEqual({
      type: 'dense',
      name: 'dense',
      inputs: ['lstm_1'],
      units: 2,
      activation: 'linear',
      useBias: true,
      kernelInitializer: { type: 'glorotUniform' },
      biasInitializer: { type: 'zeros' },
    });
  });

  it('comes out equal when read again, also through JSON', () => {
    expect(parseModel(spec)).toEqual(spec);
    expect(parseModel(JSON.parse(JSON.stringify(spec)))).toEqual(spec);
  });
});

describe('parseModel', () => {
  it('keeps gru and simpleRnn defaults of Keras', () => {
    const { layers } = parseModel({
      layers: [
        { type: 'input', shape: [4, 2], dtype: 'float32' },
        { type: 'gru', units: 3, returnSequences: true },
        { type: 'simpleRnn', units: 6 },
      ],
    });
    expect(layers[1]).toMatchObject({ resetAfter: true, recurrentActivation: 'sigmoid' });
    expect(layers[2]).toMatchObject({ activation: 'tanh', useBias: true });
    expect(layers[2]).not.toHaveProperty('recurrentActivation');
  });

  it('numbers layers around names that are taken', () => {
    const { layers } = parseModel({
      layers: [
        { type: 'input', shape: [3] },
        { type: 'dense', units: 2 },
        { type: 'dense', units: 2, name: 'dense_1' },
        { type: 'dense', units: 2 },
        { type: 'dense', units: 2, name: 'dense' },
      ],
    });
    expect(layers.map(({ name }) => name)).toEqual([
      'input',
      'dense_2',
      'dense_1',
      'dense_3',
      'dense',
    ]);
  });

  it('reads a graph with initial states and several outputs', () => {
    const document: ModelDocument = {
      $schema: './model.schema.json',
      formatVersion: 1,
      name: 'Encoder and decoder',
      layers: [
        { type: 'input', name: 'past', shape: [null, 4] },
        { type: 'lstm', name: 'encoder', units: 6, returnState: true },
        { type: 'input', name: 'future', shape: [null, 2] },
        {
          type: 'lstm',
          name: 'decoder',
          units: 6,
          inputs: ['future', 'encoder:h', 'encoder:c'],
        },
      ],
      outputs: ['decoder', 'encoder:c'],
    };
    const spec = parseModel(document);
    expect(spec.layers[3]?.inputs).toEqual(['future', 'encoder:h', 'encoder:c']);
    expect(spec.outputs).toEqual(['decoder', 'encoder:c']);
    expect(spec).not.toHaveProperty('$schema');
  });

  it('takes a key whose value is undefined as left out', () => {
    const { layers } = parseModel({
      layers: [
        { type: 'input', shape: [3], name: undefined },
        { type: 'dense', units: 2, activation: undefined, inputs: undefined },
      ],
    });
    expect(layers[1]).toMatchObject({ activation: 'linear', inputs: ['input'] });
  });

  it('does not change the document and shares nothing with it', () => {
    const document = {
      layers: [
        { type: 'input', shape: [3] },
        { type: 'dense', units: 2, inputs: ['input'] },
      ],
      outputs: ['dense'],
    };
    const copy = structuredClone(document);
    const spec = parseModel(document);
    spec.layers[1]?.inputs.push('more');
    spec.outputs.push('more');
    expect(document).toEqual(copy);
  });
});
