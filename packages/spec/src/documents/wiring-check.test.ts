import { describe, expect, it } from 'vitest';
import { faultsOf } from '../../testing/faults.ts';
import { parseModel } from './model.ts';

const sequence = { type: 'input', name: 'past', shape: [7, 3] };

function faultsOfLayers(layers: readonly unknown[], outputs?: readonly string[]): string[] {
  return faultsOf(() => parseModel({ layers, ...(outputs && { outputs }) }));
}

describe('names', () => {
  it('may be given once only', () => {
    expect(
      faultsOfLayers([
        { ...sequence, name: 'a' },
        { type: 'flatten', name: 'b' },
        { type: 'dense', units: 2, name: 'a' },
      ]),
    ).toEqual([
      '$.layers[2].name: expected a name that no other layer has, found "a" ($.layers[0] has it already)',
    ]);
  });
});

describe('references', () => {
  it('name a layer, with a guess where none has the name', () => {
    expect(
      faultsOfLayers(
        [
          sequence,
          { type: 'gru', name: 'encoder', units: 4 },
          { type: 'dense', units: 2, inputs: ['encodr'] },
        ],
        ['dense', 'decoder'],
      ),
    ).toEqual([
      '$.layers[2].inputs[0]: expected the name of a layer that stands before: past, encoder, found "encodr" (did you mean "encoder"?)',
      '$.outputs[1]: expected the name of a layer: past, encoder, dense, found "decoder" (did you mean "encoder"?)',
    ]);
  });

  it('of a block are told once, whatever it expands to', () => {
    const block = { type: 'wavenet', inputs: ['past'], layersPerStack: 3, local: 'chords' };
    expect(faultsOfLayers([sequence, block])).toEqual([
      '$.layers[1].local: expected the name of a layer that stands before: past, found "chords"',
    ]);
  });

  it('name a layer that stands before', () => {
    expect(
      faultsOfLayers([
        sequence,
        { type: 'dense', name: 'head', units: 2, inputs: ['body'] },
        { type: 'dense', name: 'body', units: 5, inputs: ['past'] },
      ]),
    ).toEqual([
      '$.layers[1].inputs[0]: expected a layer that stands before, found "body" (put "body" before "head")',
    ]);
  });

  it('make no circle', () => {
    expect(
      faultsOfLayers([
        sequence,
        { type: 'dense', name: 'a', units: 2, inputs: ['c'] },
        { type: 'dense', name: 'b', units: 5 },
        { type: 'dense', name: 'c', units: 3 },
        { type: 'dense', name: 'd', units: 3, inputs: ['d'] },
      ]),
    ).toEqual([
      '$.layers[1].inputs[0]: expected a layer that stands before, found "c" ("c" reads "a" itself, in a circle)',
      '$.layers[4].inputs[0]: expected a layer that stands before, found "d" (a layer cannot read itself)',
    ]);
  });

  it('are not called unknown where the layer may be one of a misspelt type', () => {
    const faults = faultsOfLayers([
      sequence,
      { type: 'ltsm', units: 3 },
      { type: 'dense', units: 1, inputs: ['lstm'] },
    ]);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(/^\$\.layers\[1\]\.type: .*did you mean "lstm"\?/);
  });

  it('may name one output once only', () => {
    expect(faultsOfLayers([sequence], ['past', 'past'])).toEqual([
      '$.outputs[1]: expected every output once, found "past" again',
    ]);
  });
});

describe('states', () => {
  const encoder = (type: string, more: object = {}): object => ({
    type,
    name: 'encoder',
    units: 4,
    ...more,
  });

  it('can be read of a recurrent layer that returns them', () => {
    expect(
      faultsOfLayers(
        [sequence, encoder('lstm', { returnState: true })],
        ['encoder:h', 'encoder:c'],
      ),
    ).toEqual([]);
    expect(faultsOfLayers([sequence, encoder('lstm')], ['encoder', 'encoder:h'])).toEqual([
      '$.outputs[1]: expected a layer that returns its state, found "encoder:h" (set "returnState": true on "encoder")',
    ]);
  });

  it.each(['gru', 'simpleRnn'])('of a %s are h alone', (type) => {
    const layers = [sequence, encoder(type, { returnState: true })];
    expect(faultsOfLayers(layers, ['encoder:h'])).toEqual([]);
    expect(faultsOfLayers(layers, ['encoder:c'])).toEqual([
      `$.outputs[0]: expected a state of "encoder" (${type}), which has encoder:h, found "encoder:c"`,
    ]);
  });

  it('no other layer has', () => {
    expect(faultsOfLayers([sequence], ['past:h'])).toEqual([
      '$.outputs[0]: expected a state of "past" (input), which has none, found "past:h"',
    ]);
  });

  const state = { type: 'input', name: 'state', shape: [4] };

  it.each([
    ['simpleRnn', 1, 'the initial state h'],
    ['gru', 1, 'the initial state h'],
    ['lstm', 2, 'the initial state h, the initial state c'],
  ])('start a %s when there are %i of them', (type, count, named) => {
    const withStates = (states: number): string[] =>
      faultsOfLayers([
        state,
        sequence,
        encoder(type, { inputs: ['past', ...Array.from({ length: states }, () => 'state')] }),
      ]);
    expect(withStates(0)).toEqual([]);
    expect(withStates(count)).toEqual([]);
    const wrong = count === 1 ? 2 : 1;
    expect(withStates(wrong)).toEqual([
      `$.layers[2].inputs: expected into ${type} a sequence alone, or a sequence, ${named}, found ${wrong + 1} references`,
    ]);
  });

  it('do not start a stateful layer, which has its own', () => {
    expect(
      faultsOfLayers([
        state,
        sequence,
        encoder('gru', { stateful: true, inputs: ['past', 'state'] }),
      ]),
    ).toEqual([
      '$.layers[2].inputs: expected a sequence alone: a stateful gru starts with its own last state, found 2 references (leave out either stateful or the initial states)',
    ]);
  });
});

describe('inputs', () => {
  it('come from an input layer', () => {
    expect(faultsOfLayers([{ type: 'dense', units: 3 }, { type: 'flatten' }])).toEqual([
      '$.layers[0]: expected a layer that reads another, or an input layer, found "dense" (dense), which reads nothing (put { "type": "input", "shape": […] } before it)',
    ]);
  });

  it('of a layer that is not recurrent are one', () => {
    expect(
      faultsOfLayers([
        sequence,
        { type: 'flatten' },
        { type: 'dense', units: 3, inputs: ['past', 'flatten'] },
      ]),
    ).toEqual(['$.layers[2].inputs: expected 1 reference into dense, found 2 references']);
  });

  it('of an input layer are none', () => {
    expect(faultsOfLayers([sequence, { type: 'input', shape: [2], inputs: ['past'] }])).toEqual([
      '$.layers[1].inputs: expected an array of references that is empty, found an array of 1 item',
    ]);
    expect(faultsOfLayers([sequence, { type: 'input', shape: [2], inputs: [] }])).toEqual([]);
  });
});
