import { describe, expect, it } from 'vitest';
import { faultsOf } from '../../testing/faults.ts';
import { SpecError } from '../issues.ts';
import { parseModel } from './model.ts';

/** Faults of a model whose second layer is `layer`. */
function faultsOfLayer(layer: unknown): string[] {
  return faultsOf(() => parseModel({ layers: [{ type: 'input', shape: [4, 3] }, layer] }));
}

describe('a fault says where, what was expected, what was found, and what may help', () => {
  it('of a wrong type', () => {
    expect(faultsOfLayer({ type: 'dense', units: '32' })).toEqual([
      '$.layers[1].units: expected a positive integer (at most 2147483647), found "32" (write the number without quotes)',
    ]);
  });

  it.each([0, -3, 1.5, 2 ** 31, NaN, Infinity, null, true])('of %s units', (units) => {
    expect(faultsOfLayer({ type: 'gru', units })).toEqual([
      `$.layers[1].units: expected a positive integer (at most 2147483647), found ${String(units)}`,
    ]);
  });

  it.each([1, -0.1, NaN, Infinity])('of a rate of %s', (rate) => {
    expect(faultsOfLayer({ type: 'dropout', rate })).toEqual([
      `$.layers[1].rate: expected a number from 0 to below 1, found ${String(rate)}`,
    ]);
  });

  it('of true in quotes', () => {
    expect(faultsOfLayer({ type: 'lstm', units: 3, returnSequences: 'true' })).toEqual([
      '$.layers[1].returnSequences: expected true or false, found "true" (write it without quotes)',
    ]);
  });

  it('of a missing key', () => {
    expect(faultsOfLayer({ type: 'dense' })).toEqual([
      '$.layers[1].units: expected the key "units": a positive integer (at most 2147483647), found nothing',
    ]);
  });

  it('of an unknown key, with the one that was meant', () => {
    expect(faultsOfLayer({ type: 'activation', activation: 'tanh', inptus: ['input'] })).toEqual([
      '$.layers[1].inptus: expected only keys of activation: type, name, inputs and activation, found the unknown key "inptus" (did you mean "inputs"?)',
    ]);
  });

  it("of a key in Keras's spelling", () => {
    const [fault] = faultsOfLayer({ type: 'lstm', units: 3, return_sequences: true });
    expect(fault).toMatch(/^\$\.layers\[1\]\.return_sequences: .*did you mean "returnSequences"\?/);
  });

  it('of an unknown key that is like none, without a guess', () => {
    const [fault] = faultsOfLayer({ type: 'flatten', colour: 'red' });
    expect(fault).toBe(
      '$.layers[1].colour: expected only keys of flatten: type, name and inputs, found the unknown key "colour"',
    );
  });

  it('of an unknown type of layer, with the list', () => {
    expect(faultsOfLayer({ type: 'LSTMs', units: 3 })).toEqual([
      '$.layers[1].type: expected one of "input", "dense", "activation", "gatedActivation", "dropout", "flatten", "simpleRnn", "lstm", "gru", "rnn", "bidirectional", "masking" and 28 more, found "LSTMs" (did you mean "lstm"?)',
    ]);
  });

  it('of a layer without type', () => {
    const [fault] = faultsOfLayer({ units: 3 });
    expect(fault).toMatch(
      /^\$\.layers\[1\]\.type: expected the key "type": one of .*found nothing$/,
    );
  });

  it.each(['constructor', '__proto__', 'toString'])('of the type %s', (type) => {
    const [fault] = faultsOfLayer({ type });
    expect(fault).toContain(`found "${type}"`);
  });

  it.each([
    ['dense', '"dense"'],
    [null, 'null'],
    [7, '7'],
    [[1, 2], '[1, 2]'],
    [undefined, 'nothing'],
  ])('of %j instead of a layer', (layer, found) => {
    expect(faultsOfLayer(layer)).toEqual([
      `$.layers[1]: expected a layer (an object with a "type"), found ${found}`,
    ]);
  });

  it('of an unknown activation', () => {
    const [fault] = faultsOfLayer({ type: 'dense', units: 3, activation: 'hard_sigmoid' });
    expect(fault).toMatch(
      /^\$\.layers\[1\]\.activation: expected one of "linear", .*did you mean "hardSigmoid"\?/,
    );
  });

  it('of an unknown initializer, and of one inside of which something is wrong', () => {
    const [word] = faultsOfLayer({ type: 'dense', units: 3, kernelInitializer: 'glorotUnifrom' });
    expect(word).toMatch(/^\$\.layers\[1\]\.kernelInitializer: .*did you mean "glorotUniform"\?/);
    expect(
      faultsOfLayer({
        type: 'dense',
        units: 3,
        biasInitializer: { type: 'normal', mean: Infinity, stddev: -1 },
      }),
    ).toEqual([
      '$.layers[1].biasInitializer.mean: expected a finite number, found Infinity',
      '$.layers[1].biasInitializer.stddev: expected a number of at least 0, found -1',
    ]);
  });

  it('of uniform bounds in the wrong order', () => {
    expect(
      faultsOfLayer({ type: 'dense', units: 3, kernelInitializer: { type: 'uniform', min: 0.2 } }),
    ).toEqual([
      '$.layers[1].kernelInitializer.max: expected a number of at least min, which is 0.2, found 0.05',
    ]);
  });

  it('of a layer name with a slash or a colon', () => {
    expect(faultsOfLayer({ type: 'flatten', name: 'a/b' })).toEqual([
      `$.layers[1].name: expected a name of letters, digits, '_', '-' and '.', found "a/b"`,
    ]);
    expect(faultsOfLayer({ type: 'flatten', name: 'a:h' })).toHaveLength(1);
    expect(faultsOfLayer({ type: 'flatten', name: 'Block-1.dense_2' })).toEqual([]);
  });

  it('of a malformed reference', () => {
    expect(faultsOfLayer({ type: 'flatten', inputs: ['input:h:c', 3] })).toContain(
      `$.layers[1].inputs[0]: expected a layer's name, or '<layer>:h' for a returned state, found "input:h:c"`,
    );
  });

  it('of a shape', () => {
    const shapeFaults = (shape: unknown): string[] =>
      faultsOf(() => parseModel({ layers: [{ type: 'input', shape }] }));
    expect(shapeFaults([null, 0, 3])).toEqual([
      '$.layers[0].shape[1]: expected a positive integer (at most 2147483647) or null, found 0',
    ]);
    expect(shapeFaults(5)).toEqual([
      '$.layers[0].shape: expected an array of sizes, null for one that is known only when fed, found 5',
    ]);
  });

  it('of an array with holes', () => {
    const shape: number[] = [];
    shape[1] = 3;
    const [fault] = faultsOf(() => parseModel({ layers: [{ type: 'input', shape }] }));
    expect(fault).toMatch(/^\$\.layers\[0\]\.shape\[0\]: .*found nothing$/);
  });

  it('of an empty list of layers or outputs', () => {
    expect(faultsOf(() => parseModel({ layers: [] }))).toEqual([
      '$.layers: expected an array of layers (at least 1), found an empty array',
    ]);
    expect(
      faultsOf(() => parseModel({ layers: [{ type: 'input', shape: [2] }], outputs: [] })),
    ).toEqual(['$.outputs: expected an array of references (at least 1), found an empty array']);
  });
});

describe('what is no document at all', () => {
  it.each([
    [undefined, 'nothing'],
    [null, 'null'],
    [42, '42'],
    [NaN, 'NaN'],
    [[], 'an empty array'],
    ['model.json', '"model.json"'],
    [() => 0, 'a function'],
  ])('%s is refused in one line', (document, found) => {
    expect(faultsOf(() => parseModel(document))).toEqual([
      `$: expected a model document (an object), found ${found}`,
    ]);
  });

  it('JSON text is refused with what to do', () => {
    expect(faultsOf(() => parseModel(' {"layers": []}'))).toEqual([
      '$: expected a model document (an object), found " {\\"layers\\": []}" (parse the text first, with JSON.parse)',
    ]);
  });

  it('a large value is never dumped', () => {
    const faults = [
      ...faultsOf(() => parseModel('x'.repeat(1e6))),
      ...faultsOfLayer({ type: 'dense', units: Array.from({ length: 1e5 }, () => 1) }),
      ...faultsOfLayer({ type: 'y'.repeat(1e5) }),
      ...faultsOfLayer({
        type: 'dense',
        units: Object.fromEntries(Array.from({ length: 1e4 }, (_, index) => [`key${index}`, 1])),
      }),
    ];
    expect(faults).toHaveLength(4);
    for (const fault of faults) expect(fault.length).toBeLessThan(300);
    expect(faults[1]).toContain('found an array of 100000 items');
    expect(faults[3]).toContain('found an object with key0, key1, key2, key3 and 9996 more');
  });
});

it('reports all faults of a document at once', () => {
  const document = JSON.parse(`{
    "formatVersion": 1,
    "nam": "forecaster",
    "layers": [
      { "type": "input", "shape": [60, -4] },
      { "type": "grru", "units": 32 },
      { "type": "lstm", "units": "20", "returnSequence": true, "dropout": 1 },
      { "type": "dense", "name": "head", "activation": "tahn", "inputs": ["lsmt"] },
      { "type": "dense", "name": "head", "units": 2, "__proto__": 1 }
    ],
    "outputs": ["head", "haed"]
  }`) as unknown;
  const faults = faultsOf(() => parseModel(document));
  expect(faults.map((fault) => fault.slice(0, fault.indexOf(': ')))).toEqual([
    '$.layers[0].shape[1]',
    '$.layers[1].type',
    '$.layers[2].units',
    '$.layers[2].dropout',
    '$.layers[2].returnSequence',
    '$.layers[3].units',
    '$.layers[3].activation',
    '$.layers[4].__proto__',
    '$.nam',
    '$.layers[4].name',
    '$.layers[3].inputs[0]',
    '$.outputs[1]',
  ]);
});

it('is an error with a message for people and issues for programs', () => {
  const run = (): unknown =>
    parseModel({ layers: [{ type: 'input', shape: [3], dtypes: 1 }], x: 2 });
  expect(run).toThrow(SpecError);
  expect(run).toThrow(/^The model document has 2 faults:\n {2}\$\.layers\[0\]\.dtypes: /);
  try {
    run();
  } catch (error) {
    expect(error).toMatchObject({
      name: 'SpecError',
      issues: [
        {
          path: '$.layers[0].dtypes',
          found: 'the unknown key "dtypes"',
          suggestion: 'did you mean "dtype"?',
        },
        { path: '$.x', found: 'the unknown key "x"' },
      ],
    });
  }
});
