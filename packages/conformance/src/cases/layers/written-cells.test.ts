/** A cell that is written as equations is the built-in one. */
import { fromHost, interpret, type Tensor64 } from '@chronograd/backend-reference';
import { buildProgram } from '@chronograd/graph';
import { parseModel, parseTraining, resolveModel, type LayerDocument } from '@chronograd/spec';
import { describe, expect, it } from 'vitest';
import { noise, seedOf } from '../../data/draw.ts';
import { differentiate } from '../../kinds/differentiate.ts';
import { entryOf } from '../../kinds/script.ts';
import { gruCell, lstmCell, simpleCell, type CellDocument } from './written-cells.ts';

const [BATCH, TIME, FEATURES, UNITS] = [3, 7, 2, 4];

const kinds: readonly (readonly [
  layer: 'simpleRnn' | 'lstm' | 'gru',
  cell: CellDocument,
  gates: readonly string[],
])[] = [
  ['simpleRnn', simpleCell, ['h']],
  ['lstm', lstmCell, ['i', 'f', 'g', 'o']],
  ['gru', gruCell, ['z', 'r', 'h']],
];

/** Outputs and gradients of one layer in a model, for parameters by their variables. */
function run(layer: LayerDocument, parameters: (variable: string) => Tensor64) {
  const states =
    layer.type === 'lstm' || ('cell' in layer && layer.cell.states.c) ? ['h', 'c'] : ['h'];
  const model = resolveModel(
    parseModel({
      layers: [
        { type: 'input', name: 'x', shape: [TIME, FEATURES] },
        ...states.map((name) => ({ type: 'input', name, shape: [UNITS] })),
        { ...layer, name: 'layer', inputs: ['x', ...states] },
      ],
      outputs: ['layer', ...states.map((name) => `layer:${name}`)],
    }),
  );
  const entry = entryOf(buildProgram(model, { batch: BATCH, entries: ['predict'] }), 'predict');
  const reads = entry.reads.map((name) => name.slice('layer/'.length));
  const { func, cotangents } = differentiate(entry.func);
  const drawn = (shape: readonly number[], what: string): Tensor64 =>
    fromHost(noise(shape, seedOf(what)));
  const inputs = entry.inputs.map(({ name, type }) => drawn(type.shape, name));
  const found = interpret(func, [
    ...inputs,
    ...reads.map(parameters),
    ...cotangents.map(({ shape }, i) => drawn(shape, `cotangent ${i}`)),
  ]);
  const names = [
    ...entry.outputs.map(({ name }) => name),
    ...entry.inputs.map(({ name }) => `gradient of ${name}`),
    ...reads.map((name) => `gradient of ${name}`),
  ];
  return new Map(found.map((tensor, i) => [names[i] ?? '', tensor]));
}

/** The columns of one gate of several. */
function columns({ shape, data }: Tensor64, gate: number, count: number): number[] {
  const width = shape.at(-1) ?? 0;
  const size = width / count;
  return Array.from(data).filter((_, i) => Math.floor((i % width) / size) === gate);
}

/** The loss and the norm of the gradients of one training step with dropout. */
function step(layer: LayerDocument, parameters: (variable: string) => Tensor64): number[] {
  const model = resolveModel(
    parseModel({
      layers: [
        { type: 'input', name: 'x', shape: [TIME, FEATURES] },
        { ...layer, name: 'layer' },
      ],
    }),
  );
  const training = parseTraining({ loss: 'mse', optimizer: 'sgd' });
  const program = buildProgram(model, { batch: BATCH, training, entries: ['trainStep'] });
  const entry = entryOf(program, 'trainStep');
  const drawn = ({ name, type }: (typeof entry.inputs)[number]): Tensor64 =>
    name === 'seed'
      ? { dtype: 'uint32', shape: [2], data: Uint32Array.of(3, 4) }
      : fromHost(noise(type.shape, seedOf(name)));
  const found = interpret(entry.func, [
    ...entry.inputs.map(drawn),
    ...entry.reads.map((name) =>
      name.startsWith('layer/')
        ? parameters(name.slice('layer/'.length))
        : fromHost(noise(program.state[name]?.shape ?? [], 1)),
    ),
  ]);
  return entry.outputs.map((_, i) => found[i]?.data[0] ?? NaN);
}

describe.each(kinds)('%s', (type, cell, gates) => {
  const shapes: Readonly<Record<string, readonly number[]>> = {
    kernel: [FEATURES, gates.length * UNITS],
    recurrentKernel: [UNITS, gates.length * UNITS],
    bias: [gates.length * UNITS],
  };
  const whole = (variable: string): Tensor64 =>
    fromHost(noise(shapes[variable] ?? [], seedOf(variable)));
  const letters: Readonly<Record<string, string>> = {
    W: 'kernel',
    U: 'recurrentKernel',
    b: 'bias',
  };
  const part = (name: string): Tensor64 => {
    const tensor = whole(letters[name.charAt(0)] ?? '');
    const values = columns(tensor, gates.indexOf(name.slice(1)), gates.length);
    const shape = [...tensor.shape.slice(0, -1), UNITS];
    return { dtype: 'float32', shape, data: Float64Array.from(values) };
  };

  it('as equations drops the same of its state', () => {
    const before = type === 'gru' ? { resetAfter: false } : {};
    const options = { units: UNITS, dropout: 0.3, recurrentDropout: 0.4 };
    const builtIn = step({ type, ...options, ...before } as LayerDocument, whole);
    const written = step({ type: 'rnn', cell, ...options }, part);
    expect(written).toHaveLength(2);
    written.forEach((value, i) => expect(value).toBeCloseTo(builtIn[i] ?? NaN, 12));
    const kept = step({ type: 'rnn', cell, ...options, recurrentDropout: 0 }, part);
    expect(kept[0]).not.toBeCloseTo(written[0] ?? NaN, 3);
  });

  it.each([false, true])('as equations gives the same, goBackwards %s', (goBackwards) => {
    const options = {
      units: UNITS,
      returnSequences: true,
      returnState: true,
      goBackwards,
    } as const;
    const before = type === 'gru' ? { resetAfter: false } : {};
    const builtIn = run({ type, ...options, ...before } as LayerDocument, whole);
    const written = run({ type: 'rnn', cell, ...options }, part);
    const close = (found: ArrayLike<number>, wanted: ArrayLike<number>, what: string): void => {
      expect(found.length, what).toBe(wanted.length);
      Array.from(wanted).forEach((value, i) => expect(found[i], what).toBeCloseTo(value, 13));
    };
    for (const [name, { data }] of written) {
      const [, gate = ''] = /^gradient of [WUb](.+)$/.exec(name) ?? [];
      const letter = name.charAt('gradient of '.length);
      const own = gate ? builtIn.get(`gradient of ${letters[letter] ?? ''}`) : builtIn.get(name);
      if (!own) throw new TypeError(`the layer ${type} has no ${name}`);
      close(data, gate ? columns(own, gates.indexOf(gate), gates.length) : own.data, name);
    }
  });
});
