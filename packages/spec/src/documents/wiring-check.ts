import { isObject } from '../codec/record.ts';
import { describeValue, didYouMean, jsonPath, quote, type SpecIssue } from '../issues.ts';
import { layerOrBlock } from './blocks.ts';
import { stateNames, unmergedNames } from './layers.ts';
import { isMerging } from './merging.ts';
import { layerName, reference } from './names.ts';
import { nameLayers } from './wiring.ts';

/**
 * What can be said of a layer that may have faults of its own: an entry is undefined where the
 * document has nothing sensible.
 */
interface LooseLayer {
  readonly type: string | undefined;
  /** Its own name, or the one it gets; undefined for a layer of unknown type without a name. */
  readonly name: string | undefined;
  /** Undefined entries are no references; no array at all means the layer before. */
  readonly inputs: readonly (string | undefined)[] | undefined;
  /** What a block reads besides its inputs, by the key that names it. */
  readonly conditioning: Readonly<Record<string, string>>;
  readonly returnState: boolean;
  readonly stateful: boolean;
  /** Names of the states that it may return and be given; none of a layer that has none. */
  readonly states: readonly string[];
  /** What its outputs are called after its name, where it has not one that has none. */
  readonly outputs: readonly string[] | undefined;
}

/**
 * Faults between layers: names given twice, references to nothing or to later layers, states that
 * are not returned, too many or too few inputs. Looks at any document, also one that has other
 * faults, so that all are told at once; what is of the wrong type is left to the codec.
 */
export function checkWiring(document: unknown): SpecIssue[] {
  if (!isObject(document) || !Array.isArray(document.layers)) return [];
  const layers = looseLayers(document.layers);
  const outputs = Array.isArray(document.outputs) ? references(document.outputs) : [];
  return [
    ...duplicateNames(layers),
    ...layers.flatMap((spec, index) => [
      ...inputCount(spec, index),
      ...(spec.inputs ?? []).flatMap((written, position) =>
        written === undefined
          ? []
          : checkReference(written, ['layers', index, 'inputs', position], layers, index),
      ),
      ...Object.entries(spec.conditioning).flatMap(([key, written]) =>
        checkReference(written, ['layers', index, key], layers, index),
      ),
    ]),
    ...outputs.flatMap((written, position) =>
      written === undefined
        ? []
        : checkReference(written, ['outputs', position], layers, layers.length),
    ),
    ...duplicateOutputs(outputs),
  ];
}

function looseLayers(entries: readonly unknown[]): LooseLayer[] {
  const objects = entries.map((entry) => (isObject(entry) ? entry : {}));
  const parts = objects.map((entry) => ({
    type: knownType(entry.type),
    name: layerName.is(entry.name) ? entry.name : undefined,
  }));
  // A layer without type or name gets a name that no reference can have.
  const names = nameLayers(parts.map(({ type = ':', name }) => ({ type, ...(name && { name }) })));
  return objects.map((entry, index) => {
    const name = names[index];
    return {
      type: parts[index]?.type,
      name: name?.startsWith(':') ? undefined : name,
      inputs: Array.isArray(entry.inputs) ? references(entry.inputs) : undefined,
      conditioning: conditioningOf(entry),
      returnState: optionsOf(entry).returnState === true,
      stateful: optionsOf(entry).stateful === true,
      states: stateNamesOf(entry),
      outputs:
        entry.type === 'bidirectional' && entry.mergeMode === null ? unmergedNames : undefined,
    };
  });
}

function knownType(type: unknown): string | undefined {
  return typeof type === 'string' && layerOrBlock.types.includes(type) ? type : undefined;
}

function references(entries: readonly unknown[]): (string | undefined)[] {
  return entries.map((entry) => (reference.is(entry) ? entry : undefined));
}

function duplicateNames(layers: readonly LooseLayer[]): SpecIssue[] {
  return layers.flatMap(({ name }, index) => {
    const first = layers.findIndex((other) => other.name === name);
    if (name === undefined || first === index) return [];
    return [
      {
        path: jsonPath(['layers', index, 'name']),
        expected: 'a name that no other layer has',
        found: quote(name),
        suggestion: `${jsonPath(['layers', first])} has it already`,
      },
    ];
  });
}

function duplicateOutputs(outputs: readonly (string | undefined)[]): SpecIssue[] {
  return outputs.flatMap((written, index) =>
    written === undefined || outputs.indexOf(written) === index
      ? []
      : [
          {
            path: jsonPath(['outputs', index]),
            expected: 'every output once',
            found: `${quote(written)} again`,
          },
        ],
  );
}

function fewInputs(type: string, index: number): SpecIssue {
  return {
    path: jsonPath(['layers', index, 'inputs']),
    expected: `2 references or more into ${type}`,
    found: '1 reference',
  };
}

function inputCount(spec: LooseLayer, index: number): SpecIssue[] {
  const { type, inputs } = spec;
  if (type === undefined || type === 'input') return [];
  if (inputs === undefined || inputs.length === 0) {
    if (inputs === undefined && index > 0) return isMerging(type) ? [fewInputs(type, index)] : [];
    return [
      {
        path: jsonPath(['layers', index]),
        expected: 'a layer that reads another, or an input layer',
        found: `${quote(spec.name ?? type)} (${type}), which reads nothing`,
        suggestion: 'put { "type": "input", "shape": […] } before it',
      },
    ];
  }
  const path = jsonPath(['layers', index, 'inputs']);
  const found = inputs.length === 1 ? '1 reference' : `${inputs.length} references`;
  if (isMerging(type)) {
    return inputs.length > 1 ? [] : [fewInputs(type, index)];
  }
  const { states } = spec;
  if (states.length === 0) {
    return inputs.length === 1 ? [] : [{ path, expected: `1 reference into ${type}`, found }];
  }
  if (inputs.length !== 1 && inputs.length !== 1 + states.length) {
    const all = ['a sequence', ...states.map((state) => `the initial state ${state}`)].join(', ');
    return [{ path, expected: `into ${type} a sequence alone, or ${all}`, found }];
  }
  return inputs.length > 1 && spec.stateful
    ? [
        {
          path,
          expected: `a sequence alone: a stateful ${type} starts with its own last state`,
          found,
          suggestion: 'leave out either stateful or the initial states',
        },
      ]
    : [];
}

/** The references of a block that are no inputs. */
function conditioningOf(entry: Entry): Readonly<Record<string, string>> {
  if (entry.type !== 'wavenet') return {};
  const { local, global } = entry;
  return Object.fromEntries(
    Object.entries({ local, global }).flatMap(([key, written]) =>
      reference.is(written) ? [[key, written] as const] : [],
    ),
  );
}

/** The entry that says what is returned and kept: of a bidirectional layer the layer in it. */
function optionsOf(entry: Entry): Entry {
  return entry.type === 'bidirectional' && isObject(entry.layer) ? entry.layer : entry;
}

type Entry = Readonly<Record<string, unknown>>;

/** Names of the states of a layer as it is written, which may have faults. */
function stateNamesOf(entry: Entry): readonly string[] {
  switch (entry.type) {
    case 'simpleRnn':
    case 'lstm':
    case 'gru':
      return stateNames[entry.type];
    case 'rnn':
      return isObject(entry.cell) && isObject(entry.cell.states)
        ? Object.keys(entry.cell.states)
        : [];
    case 'bidirectional': {
      const { layer: forward, backwardLayer: backward = forward } = entry;
      return Object.entries({ forward, backward }).flatMap(([direction, each]) =>
        isObject(each) ? stateNamesOf(each).map((name) => `${direction}.${name}`) : [],
      );
    }
    default:
      return [];
  }
}

/** A reference of the layer at `reader`, or of the model's outputs, which stand after all layers. */
function checkReference(
  written: string,
  steps: readonly (string | number)[],
  layers: readonly LooseLayer[],
  reader: number,
): SpecIssue[] {
  const [base = '', state] = written.split(':');
  const path = jsonPath(steps);
  const found = describeValue(written);
  const source = layers.findIndex(({ name }) => name === base);
  if (source < 0) return unknownLayer(written, path, layers, reader);
  const spec = layers[source];
  if (source >= reader) {
    return [
      {
        path,
        expected: 'a layer that stands before',
        found,
        suggestion: laterHint(layers, source, reader),
      },
    ];
  }
  if (spec?.type === undefined) return [];
  const { states, outputs = [] } = spec;
  if (state === undefined)
    return outputs.length === 0
      ? []
      : [
          {
            path,
            expected: `an output of ${quote(base)}: ${outputs.map((name) => `${base}${name}`).join(', ')}`,
            found,
            suggestion: 'or give it a "mergeMode", which makes one of them',
          },
        ];
  if (outputs.includes(`:${state}`)) return [];
  if (!states.includes(state)) {
    const given = [...outputs, ...states.map((name) => `:${name}`)];
    return [
      {
        path,
        expected: `a state of ${quote(base)} (${spec.type}), which has ${given.map((name) => `${base}${name}`).join(', ') || 'none'}`,
        found,
      },
    ];
  }
  if (spec.returnState) return [];
  return [
    {
      path,
      expected: 'a layer that returns its state',
      found,
      suggestion: `set "returnState": true on ${spec.type === 'bidirectional' ? 'the layer in ' : ''}${quote(base)}`,
    },
  ];
}

function unknownLayer(
  written: string,
  path: string,
  layers: readonly LooseLayer[],
  reader: number,
): SpecIssue[] {
  // The name may be that of a layer whose type is misspelt, once the type is right.
  if (layers.some(({ name }) => name === undefined) && isStandardName(written)) return [];
  const names = layers.slice(0, reader).flatMap(({ name }) => name ?? []);
  const shown = names.length > 0 && names.length <= 12 ? `: ${names.join(', ')}` : '';
  const [base = ''] = written.split(':');
  return [
    {
      path,
      expected: `the name of a layer${reader < layers.length ? ' that stands before' : ''}${shown}`,
      found: describeValue(written),
      ...didYouMean(base, names),
    },
  ];
}

/** Whether a reference looks like the name that a layer gets without one of its own. */
function isStandardName(written: string): boolean {
  const [, type = ''] = /^(.*?)(?:_\d+)?(?::[\w.]+)?$/.exec(written) ?? [];
  return layerOrBlock.types.includes(type);
}

function laterHint(layers: readonly LooseLayer[], source: number, reader: number): string {
  if (source === reader) return 'a layer cannot read itself';
  const [later, earlier] = [layers[source]?.name ?? '', layers[reader]?.name ?? ''];
  return reads(layers, source, reader, new Set())
    ? `${quote(later)} reads ${quote(earlier)} itself, in a circle`
    : `put ${quote(later)} before ${quote(earlier)}`;
}

/** Whether the layer at `from` reads the one at `to`, directly or through others. */
function reads(
  layers: readonly LooseLayer[],
  from: number,
  to: number,
  seen: Set<number>,
): boolean {
  if (from === to) return true;
  if (seen.has(from)) return false;
  seen.add(from);
  const spec = layers[from];
  const sources =
    spec?.inputs === undefined
      ? spec?.type === 'input' || from === 0
        ? []
        : [from - 1]
      : spec.inputs.map((written) =>
          layers.findIndex(({ name }) => name !== undefined && name === written?.split(':')[0]),
        );
  return sources.some((source) => source >= 0 && reads(layers, source, to, seen));
}
