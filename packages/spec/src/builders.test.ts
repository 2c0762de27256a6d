import { describe, expect, expectTypeOf, it } from 'vitest';
import * as build from './builders.ts';
import { parseModel, type ModelDocument } from './documents/model.ts';

describe('builders', () => {
  it('make the document that one would write', () => {
    const built = build.model({
      name: 'all',
      layers: [
        build.input({ shape: [6, 2] }),
        build.gru({ units: 3, returnSequences: true }),
        build.lstm({ units: 4, returnSequences: true, unitForgetBias: false }),
        build.simpleRnn({ units: 5, returnSequences: true }),
        build.activation({ activation: 'relu' }),
        build.dropout({ rate: 0.25 }),
        build.flatten(),
        build.dense({ units: 7, kernelInitializer: 'heUniform', name: 'head' }),
      ],
      outputs: ['head'],
    });
    expectTypeOf(built).toEqualTypeOf<ModelDocument>();
    expect(built).toEqual({
      formatVersion: 1,
      name: 'all',
      layers: [
        { type: 'input', shape: [6, 2] },
        { type: 'gru', units: 3, returnSequences: true },
        { type: 'lstm', units: 4, returnSequences: true, unitForgetBias: false },
        { type: 'simpleRnn', units: 5, returnSequences: true },
        { type: 'activation', activation: 'relu' },
        { type: 'dropout', rate: 0.25 },
        { type: 'flatten' },
        { type: 'dense', units: 7, kernelInitializer: 'heUniform', name: 'head' },
      ],
      outputs: ['head'],
    });
    expect(parseModel(built).layers).toHaveLength(8);
  });

  it('take only what the layer has', () => {
    expectTypeOf(build.dense).parameter(0).toHaveProperty('units');
    expectTypeOf(build.dense).parameter(0).not.toHaveProperty('returnSequences');
    expectTypeOf(build.dense).parameter(0).not.toHaveProperty('type');
    expectTypeOf(build.dropout).parameter(0).toHaveProperty('rate');
    expectTypeOf<{ units: string }>().not.toExtend<Parameters<typeof build.gru>[0]>();
    expectTypeOf<{ activation: 'tahn'; units: 1 }>().not.toExtend<
      Parameters<typeof build.dense>[0]
    >();
  });
});
