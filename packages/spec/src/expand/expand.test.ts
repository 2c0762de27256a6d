import { describe, expect, it } from 'vitest';
import { faultsOf } from '../../testing/faults.ts';
import { parseModel } from '../documents/model.ts';
import { resolveModel } from '../resolve/resolve.ts';
import { summary } from '../resolve/summary.ts';

const input = { type: 'input', name: 'x', shape: [null, 3] };
const conv = { type: 'conv1d', filters: 3, kernelSize: 2, padding: 'causal' };

/** `name: type <- inputs` of every layer. */
function wiring(...layers: readonly object[]): string[] {
  return parseModel({ layers: [input, ...layers] }).layers.map(({ name, type, inputs }) =>
    `${name}: ${type} <- ${inputs.join(' ')}`.trim(),
  );
}

describe('residual', () => {
  it('adds what it reads; its last layer has its name', () => {
    expect(
      wiring({ type: 'residual', layers: [conv, { type: 'dropout', rate: 0.1 }] }, conv),
    ).toEqual([
      'x: input <-',
      'residual.conv1d: conv1d <- x',
      'residual.dropout: dropout <- residual.conv1d',
      'residual: add <- residual.dropout x',
      'conv1d: conv1d <- residual',
    ]);
  });

  it('may have layers on the way past', () => {
    const wide = { ...conv, filters: 5 };
    const block = {
      type: 'residual',
      name: 'r',
      layers: [wide],
      shortcut: [{ ...wide, kernelSize: 1 }],
    };
    expect(wiring(block)).toEqual([
      'x: input <-',
      'r.conv1d: conv1d <- x',
      'r.shortcut.conv1d: conv1d <- x',
      'r: add <- r.conv1d r.shortcut.conv1d',
    ]);
  });
});

describe('repeat', () => {
  it('writes its layers so many times, in a row, each with keys of its own', () => {
    const block = {
      type: 'repeat',
      name: 'stack',
      times: 3,
      layers: [conv],
      vary: { dilationRate: [1, 2, 4] },
    };
    const { layers } = parseModel({ layers: [input, block, { type: 'gru', units: 2 }] });
    expect(layers.slice(1, 4)).toMatchObject([
      { name: 'stack.1.conv1d', inputs: ['x'], dilationRate: 1 },
      { name: 'stack.2.conv1d', inputs: ['stack.1.conv1d'], dilationRate: 2 },
      { name: 'stack', inputs: ['stack.2.conv1d'], dilationRate: 4 },
    ]);
    expect(layers[4]).toMatchObject({ name: 'gru', inputs: ['stack'] });
  });

  it('may hold residual blocks, and layers that read each other by name', () => {
    const block = {
      type: 'repeat',
      times: 2,
      layers: [
        { type: 'residual', layers: [conv] },
        { type: 'dense', name: 'a', units: 3 },
        { type: 'multiply', inputs: ['a', 'residual'] },
      ],
    };
    expect(wiring(block).slice(-4)).toEqual([
      'repeat.2.residual.conv1d: conv1d <- repeat.1.multiply',
      'repeat.2.residual: add <- repeat.2.residual.conv1d repeat.1.multiply',
      'repeat.2.a: dense <- repeat.2.residual',
      'repeat: multiply <- repeat.2.a repeat.2.residual',
    ]);
  });
});

describe('wavenet', () => {
  const block = { type: 'wavenet', filters: 4, skipFilters: 6, layersPerStack: 3, stacks: 2 };

  it('is the stacks, the sum of the skips, and two convolutions of one tap', () => {
    const lines = wiring({ ...block, head: { type: 'softmax', classes: 8 } });
    expect(lines.filter((line) => line.includes('.dilated:'))).toEqual([
      'wavenet.1.1.dilated: conv1d <- wavenet.input',
      'wavenet.1.2.dilated: conv1d <- wavenet.1.1.sum',
      'wavenet.1.3.dilated: conv1d <- wavenet.1.2.sum',
      'wavenet.2.1.dilated: conv1d <- wavenet.1.3.sum',
      'wavenet.2.2.dilated: conv1d <- wavenet.2.1.sum',
      'wavenet.2.3.dilated: conv1d <- wavenet.2.2.sum',
    ]);
    expect(lines.slice(-4)).toEqual([
      'wavenet.skips: add <- wavenet.1.1.skip wavenet.1.2.skip wavenet.1.3.skip wavenet.2.1.skip wavenet.2.2.skip wavenet.2.3.skip',
      'wavenet.relu: activation <- wavenet.skips',
      'wavenet.last: conv1d <- wavenet.relu',
      'wavenet: conv1d <- wavenet.last',
    ]);
    const model = resolveModel(parseModel({ layers: [input, { ...block, head: 'gaussian' }] }));
    expect(model.outputs[0]?.shape).toEqual([null, 2]);
  });

  it('sees 1 + (kernelSize - 1)(1 + stacks (2^layers - 1)) steps', () => {
    const model = resolveModel(parseModel({ layers: [input, { ...block, kernelSize: 3 }] }));
    expect(summary(model)).toContain(`receptive field: ${1 + 2 * (1 + 2 * 7)} steps`);
  });

  it('takes conditioning of each step and of all', () => {
    const lines = parseModel({
      layers: [
        input,
        { type: 'input', name: 'local', shape: [null, 2] },
        { type: 'input', name: 'speaker', shape: [5] },
        { ...block, inputs: ['x'], layersPerStack: 1, local: 'local', global: 'speaker' },
      ],
    }).layers;
    expect(lines.find(({ name }) => name === 'wavenet.1.1.conditioned')?.inputs).toEqual([
      'wavenet.1.1.dilated',
      'wavenet.1.1.local',
      'wavenet.1.1.global',
    ]);
  });
});

describe('a block refuses', () => {
  const faults = (block: object) => faultsOf(() => parseModel({ layers: [input, block] }));

  it.each([
    [
      { type: 'repeat', times: 2, layers: [conv], vary: { dilationRate: [1] } },
      '$.layers[1].vary.dilationRate: expected 2 values, one for each time, found [1]',
    ],
    [
      { type: 'repeat', times: 1, layers: [conv], vary: { dilation: [1] } },
      '$.layers[1].vary.dilation: expected a key that one of the layers has, found [1]',
    ],
    [
      { type: 'repeat', times: 1, layers: [conv], vary: { padding: ['cousal'] } },
      '$.layers[1].vary.padding[0]: expected a value for padding of conv1d, found "cousal"',
    ],
    [
      { type: 'wavenet', layersPerStack: 32 },
      '$.layers[1].layersPerStack: expected a positive integer (at most 31, whose dilation is 2 ** 30), found 32',
    ],
    [
      { type: 'wavenet', filters: 2 ** 30 },
      '$.layers[1].filters: expected a positive integer (at most 1073741823), found 1073741824',
    ],
    [
      { type: 'wavenet', head: { type: 'logistics', mixtures: 2 ** 30 } },
      '$.layers[1].head.mixtures: expected a positive integer (at most 715827882), found 1073741824',
    ],
    [
      { type: 'residual', layers: [{ ...conv, inputs: ['y'] }] },
      '$.layers[1].layers[0].inputs[0]: expected the name of a layer that stands before: x, found "y" (did you mean "x"?)',
    ],
    [
      { type: 'residual', layers: [{ ...conv, kernelSise: 2 }] },
      expect.stringMatching(
        /^\$\.layers\[1\]\.layers\[0\]\.kernelSise: .*did you mean "groups"|kernelSize/,
      ),
    ],
  ])('%j', (block, fault) => {
    expect(faults(block)).toEqual([fault]);
  });
});
