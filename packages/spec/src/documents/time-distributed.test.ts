import { describe, expect, it } from 'vitest';
import { faultsOf } from '../../testing/faults.ts';
import { resolveModel } from '../resolve/resolve.ts';
import type { ResolvedModel } from '../resolve/resolved.ts';
import { parseModel } from './model.ts';

const resolved = (shape: unknown, layer: object): ResolvedModel =>
  resolveModel(
    parseModel({
      layers: [
        { type: 'input', shape },
        { type: 'timeDistributed', layer },
      ],
    }),
  );

describe('timeDistributed', () => {
  it('has the shapes and weights of its layer at every step', () => {
    const model = resolved([null, 7, 2], { type: 'conv1d', filters: 4, kernelSize: 3 });
    expect(model.outputs[0]?.shape).toEqual([null, 5, 4]);
    expect(model.parameters.map(({ name, shape }) => [name, shape])).toEqual([
      ['timeDistributed/kernel', [3, 2, 4]],
      ['timeDistributed/bias', [4]],
    ]);
  });

  it('tells faults at their place in the layer', () => {
    const conv = { type: 'conv1d', filters: 4, kernelSize: 3 };
    const faults = (shape: unknown, layer: object): string[] =>
      faultsOf(() => resolved(shape, layer));
    expect(faults([5, 7, 2], { ...conv, kernelSise: 3 })).toEqual([
      expect.stringMatching(/^\$\.layers\[1\]\.layer\.kernelSise: .*unknown key/),
    ]);
    expect(faults([5, 7, 2], { ...conv, name: 'own' })).toEqual([
      expect.stringMatching(/^\$\.layers\[1\]\.layer\.name: .*unknown key/),
    ]);
    expect(faults([5, 7, 2], { ...conv, strides: 2, dilationRate: 2 })).toEqual([
      '$.layers[1].layer.dilationRate: expected 1 beside strides of 2, found 2',
    ]);
    expect(faults([5, 7, 2], { type: 'reshape', targetShape: [3, 5] })).toEqual([
      '$.layers[1].layer.targetShape: expected 14 entries, as [7, 2] has, found [3, 5]',
    ]);
    expect(faults([5], { type: 'dense', units: 2 })).toEqual([
      '$.layers[1].inputs[0]: expected [time, …] into timeDistributed, found [5] from input (write the shape of "input" as [time, features], null being any length of time)',
    ]);
    expect(
      faults([5, 2], { type: 'dense', units: 2, kernelConstraint: { type: 'maxNorm', axis: 2 } }),
    ).toEqual([
      '$.layers[1].layer.kernelConstraint.axis: expected axes of the kernel [2, 2], from -2 to 1, each once, found 2',
    ]);
  });

  it('takes a recurrent layer, whose states begin anew at every step', () => {
    const both = { type: 'bidirectional', layer: { type: 'lstm', units: 4 } };
    const model = resolved([null, 7, 2], both);
    expect(model.outputs[0]?.shape).toEqual([null, 8]);
    expect(model.parameters.map(({ name }) => name)).toContain(
      'timeDistributed/backward/recurrentKernel',
    );
    expect(
      faultsOf(() =>
        resolved([5, 7, 2], { type: 'gru', units: 4, stateful: true, returnState: true }),
      ),
    ).toEqual(
      ['returnState', 'stateful'].map(
        (key) =>
          `$.layers[1].layer.${key}: expected false inside of timeDistributed, which starts at every step anew, found true`,
      ),
    );
    expect(faultsOf(() => resolved([5, 7, 2], { ...both, mergeMode: null }))).toEqual([
      '$.layers[1].layer.mergeMode: expected how the outputs become one inside of timeDistributed: concat, sum, mul, ave, found null',
    ]);
  });
});
