/** Nothing that a document may hold, and no composite, is without cases. */
import { modelSchema, trainingSchema } from '@chronograd/spec';
import { describe, expect, it } from 'vitest';
import { goldens } from '../goldens/index.ts';
import { allCases } from '../suite.ts';

/** The types of one kind that the schema knows: of `layer`, `lstm`, `dense` and so on. */
function typesOf(kind: 'layer' | 'loss' | 'optimizer'): string[] {
  const definitions = { ...definitionsOf(modelSchema), ...definitionsOf(trainingSchema) };
  const prefix = `${kind}.`;
  return Object.keys(definitions)
    .filter((name) => name.startsWith(prefix))
    .map((name) => name.slice(prefix.length));
}

function definitionsOf(schema: unknown): object {
  return (schema as { readonly definitions: object }).definitions;
}

const subjects = new Set(allCases.map(({ row }) => `${row.group}/${row.subject}`));
const golden = new Set(goldens.map(({ row }) => `${row.group}/${row.subject}`));

describe('the suite', () => {
  it('gives every case a name of its own, which begins with its row', () => {
    expect(new Set(allCases.map(({ name }) => name)).size).toBe(allCases.length);
    for (const { name, row } of allCases)
      expect(name.startsWith(`${row.group}/${row.subject}/`), name).toBe(true);
  });

  it.each(typesOf('layer'))('has cases of the layer %s', (type) => {
    expect(subjects).toContain(`layers/${type}`);
  });

  it.each([...typesOf('loss'), ...typesOf('optimizer')])('has cases of %s in training', (type) => {
    expect(subjects).toContain(`training/${type}`);
    expect(golden).toContain(`training/${type}`);
  });

  const without = [
    'input',
    'dropout',
    'flatten',
    'gaussianNoise',
    'rnn',
    'masking',
    // The composite gatedTanhSigmoid has them.
    'gatedActivation',
  ];

  it.each(typesOf('layer').filter((type) => !without.includes(type)))(
    'has goldens of %s',
    (type) => {
      expect(golden).toContain(`layers/${type}`);
    },
  );

  it.each([
    'simpleRnn',
    'lstm',
    'gru',
    'softmax',
    'logSoftmax',
    'layerNorm',
    'conv1d',
    'gatedTanhSigmoid',
    'adam',
  ])('has cases of the composite %s, native and decomposed', (name) => {
    const own = allCases.filter(({ row }) => row.group === 'composites' && row.subject === name);
    const decomposed = own.filter((each) => each.name.includes(', decomposed'));
    expect(decomposed.length).toBeGreaterThan(5);
    expect(own.length).toBeGreaterThanOrEqual(2 * decomposed.length);
  });
});
