/** Layer normalisation inside of cells, both directions, masked steps, and every step of an outer axis. */
import { buildProgram, type Entry } from '@chronograd/graph';
import { parseModel, resolveModel } from '@chronograd/spec';
import { differentiate } from '../kinds/differentiate.ts';
import { entryOf } from '../kinds/script.ts';
import {
  casesOf,
  funcRun,
  toTensor,
  type Golden,
  type GoldenTensor,
  type GoldenTensors,
} from './golden.ts';
import file from './recurrent_family.json' with { type: 'json' };

interface FamilyCase {
  readonly name: string;
  /** The type of the layer. */
  readonly subject: string;
  readonly layer: object;
  /** What its outputs are called after its name, where they are two. */
  readonly own?: readonly string[];
  /** The states that are returned, by their names in references. */
  readonly outputs: readonly string[];
  /** x, and the initial states where given. */
  readonly inputs: GoldenTensors;
  /** `[batch, time]` of 0 and 1: false where a step is passed over. */
  readonly mask: GoldenTensor | null;
  readonly parameters: GoldenTensors;
  readonly results: readonly GoldenTensor[];
  readonly cotangents: readonly GoldenTensor[];
  readonly gradients: GoldenTensors;
}

/** What x holds at masked steps, which a layer `masking` finds. */
const NO_STEP = -77;

function entryOfCase({ layer, inputs, own = [''], outputs, mask }: FamilyCase): Entry {
  const [x = '', ...states] = Object.keys(inputs);
  const document = parseModel({
    layers: [
      ...Object.entries(inputs).map(([name, { shape }]) => ({
        type: 'input',
        name,
        shape: shape.slice(1),
      })),
      ...(mask ? [{ type: 'masking', maskValue: NO_STEP, inputs: [x] }] : []),
      { ...layer, name: 'layer', inputs: [mask ? 'masking' : x, ...states] },
    ],
    outputs: [...own.map((name) => `layer${name}`), ...outputs.map((state) => `layer:${state}`)],
  });
  const batch = inputs['x']?.shape[0] ?? 0;
  return entryOf(buildProgram(resolveModel(document), { batch, entries: ['predict'] }), 'predict');
}

/** The sequence with the value of masked steps where there is none. */
function marked({ shape, data }: GoldenTensor, mask: GoldenTensor | null): GoldenTensor {
  if (!mask) return { shape, data };
  const features = shape[2] ?? 1;
  return { shape, data: data.map((x, i) => (mask.data[Math.floor(i / features)] ? x : NO_STEP)) };
}

function goldenOf(each: FamilyCase): Golden {
  const { inputs, parameters, mask, results, cotangents, gradients } = each;
  return {
    row: { group: 'layers', subject: each.subject },
    name: each.name,
    build() {
      const entry = entryOfCase(each);
      const names = [
        ...Object.keys(inputs),
        ...entry.reads.map((name) => name.slice('layer/'.length)),
      ];
      const operands: GoldenTensors = {
        ...inputs,
        ...parameters,
        x: marked(inputs['x'] as GoldenTensor, mask),
      };
      return funcRun(
        differentiate(entry.func).func,
        [...names.map((name) => operands[name] as GoldenTensor), ...cotangents].map(toTensor),
        [
          ...results.map((result, i) => [entry.outputs[i]?.name ?? '', result] as const),
          ...names.map((name) => [`gradient of ${name}`, gradients[name] as GoldenTensor] as const),
        ],
      );
    },
  };
}

/** Goldens of the recurrent layers beyond the plain cells. */
export const recurrentFamilyGoldens: readonly Golden[] = casesOf<FamilyCase>(file).map(goldenOf);
