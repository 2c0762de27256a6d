import { describe, expect, it } from 'vitest';
import { faultsOf } from '../../testing/faults.ts';
import { dense, gru, input } from '../builders.ts';
import { parseModel } from '../documents/model.ts';
import { bindShapes } from './bind.ts';
import { resolveModel } from './resolve.ts';

const model = resolveModel(
  parseModel({
    layers: [
      input({ name: 'past', shape: [null, 3] }),
      input({ name: 'fixed', shape: [4] }),
      gru({ units: 6, returnSequences: true, inputs: ['past'] }),
      dense({ units: 2 }),
      dense({ name: 'other', units: 5, inputs: ['fixed'] }),
    ],
    outputs: ['dense', 'other'],
  }),
);

describe('bindShapes', () => {
  it('replaces null by what is fed, everywhere', () => {
    const bound = bindShapes(model, { past: [11, 3], fixed: [4] });
    expect(bound.inputs.map(({ shape }) => shape)).toEqual([[11, 3], [4]]);
    expect(bound.layers.map(({ outputs }) => outputs[0]?.shape)).toEqual([
      [11, 3],
      [4],
      [11, 6],
      [11, 2],
      [5],
    ]);
    expect(bound.layers[3]?.inputs[0]?.shape).toEqual([11, 6]);
    expect(bound.outputs.map(({ shape }) => shape)).toEqual([[11, 2], [5]]);
    expect(bound.spec.layers[0]).toMatchObject({ shape: [11, 3] });
    expect(bound.parameters).toEqual(model.parameters);
  });

  it('leaves the model as it was', () => {
    bindShapes(model, { past: [11, 3] });
    expect(model.layers[2]?.outputs[0]?.shape).toEqual([null, 6]);
    expect(model.spec.layers[0]).toMatchObject({ shape: [null, 3] });
  });

  it('does not need the shape of an input without null', () => {
    expect(bindShapes(model, { past: [7, 3] }).inputs[1]?.shape).toEqual([4]);
  });

  it.each([
    [[7, 4], '[7, 4]'],
    [[7], '[7]'],
    [[7, 3, 1], '[7, 3, 1]'],
    [[0, 3], '[0, 3]'],
    [[1.5, 3], '[1.5, 3]'],
  ])('refuses %j', (shape, found) => {
    expect(faultsOf(() => bindShapes(model, { past: shape }))).toEqual([
      `shapes.past: expected [null, 3] without the batch, null being any size, found ${found}`,
    ]);
  });

  it('refuses shapes that are missing, wrong, or of no input, all at once', () => {
    expect(faultsOf(() => bindShapes(model, { post: [7, 3], fixed: [5] }))).toEqual([
      'shapes.post: expected an input layer: past, fixed, found "post" (did you mean "past"?)',
      'shapes.past: expected [null, 3] without the batch, null being any size, found nothing',
      'shapes.fixed: expected [4] without the batch, null being any size, found [5]',
    ]);
  });
});
