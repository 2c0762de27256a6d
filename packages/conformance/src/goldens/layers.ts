/** Every layer and option, forward and backward; stateful layers by two calls. */
import { fromHost, type Tensor64, type Tensors64 } from '@chronograd/backend-reference';
import { buildProgram, type Program } from '@chronograd/graph';
import { parseModel, resolveModel } from '@chronograd/spec';
import type { Row } from '../case.ts';
import { tensorOf } from '../data/draw.ts';
import { differentiate } from '../kinds/differentiate.ts';
import { entryOf, mapValues } from '../kinds/script.ts';
import file from './layers.json' with { type: 'json' };
import {
  casesOf,
  expectedOf,
  funcRun,
  toTensor,
  type Golden,
  type GoldenRun,
  type GoldenTensor,
  type GoldenTensors,
} from './golden.ts';
import { maskedGolden, type MaskedCase } from './recurrent.ts';

interface LayerCase {
  readonly name: string;
  readonly layer: {
    readonly type: 'dense' | 'simpleRnn' | 'lstm' | 'gru';
    readonly units: number;
    readonly returnState?: boolean;
    readonly stateful?: boolean;
  };
  /** x, and the initial states h and c where given. */
  readonly inputs: GoldenTensors;
  readonly masks?: { readonly input: GoldenTensor; readonly recurrent: GoldenTensor };
  readonly parameters: GoldenTensors;
  /** The outputs of each call; a stateful layer is called twice. */
  readonly calls: readonly (readonly GoldenTensor[])[];
  readonly cotangents?: readonly GoldenTensor[];
  readonly gradients?: GoldenTensors;
}

/** The case's layer alone in a model, its inputs fed. */
function programOf({ layer, inputs }: LayerCase): Program {
  const states = layer.returnState ? (layer.type === 'lstm' ? ['h', 'c'] : ['h']) : [];
  const document = parseModel({
    layers: [
      ...Object.entries(inputs).map(([name, { shape }]) => ({
        type: 'input',
        name,
        shape: shape.slice(1),
      })),
      { ...layer, name: 'layer', inputs: Object.keys(inputs) },
    ],
    outputs: ['layer', ...states.map((state) => `layer:${state}`)],
  });
  const batch = inputs['x']?.shape[0] ?? 0;
  return buildProgram(resolveModel(document), { batch, entries: ['predict'] });
}

/** One call, and all gradients. */
function plain(each: LayerCase): GoldenRun {
  const { inputs, parameters, calls, cotangents = [], gradients = {} } = each;
  const entry = entryOf(programOf(each), 'predict');
  const read = entry.reads.map((name) => name.slice('layer/'.length));
  const operands = { ...inputs, ...parameters };
  const names = [...Object.keys(inputs), ...read];
  return funcRun(
    differentiate(entry.func).func,
    [...names.map((name) => operands[name] as GoldenTensor), ...cotangents].map(toTensor),
    [
      ...(calls[0] ?? []).map((output, i) => [entry.outputs[i]?.name ?? '', output] as const),
      ...names.map((name) => [`gradient of ${name}`, gradients[name] as GoldenTensor] as const),
    ],
  );
}

/** Each call starts where the one before ended. */
function stateful(each: LayerCase): GoldenRun {
  const program = programOf(each);
  const { outputs } = entryOf(program, 'predict');
  const parameters = mapValues(each.parameters, toTensor);
  const state: Tensors64 = mapValues(
    program.state,
    ({ shape }, name): Tensor64 =>
      parameters[name.slice('layer/'.length)] ?? fromHost(zeros(shape)),
  );
  return {
    script: {
      program,
      state,
      calls: each.calls.map(() => ({ entry: 'predict', feeds: mapValues(each.inputs, toTensor) })),
    },
    expected: each.calls.map((found, call) => {
      const named = outputs.map(({ name }, i) => [name, expectedOf(found[i] as GoldenTensor)]);
      const states = outputs.slice(1).map(({ name }, i) => {
        const short = name.slice('layer:'.length);
        return [`layer/state/${short}`, expectedOf(found[i + 1] as GoldenTensor)];
      });
      return {
        call,
        outputs: Object.fromEntries(named) as Record<string, ReturnType<typeof expectedOf>>,
        state: Object.fromEntries(states) as Record<string, ReturnType<typeof expectedOf>>,
        tolerance: { outputs: 'forward', state: 'forward' },
      };
    }),
  };
}

function zeros(shape: readonly number[]) {
  const size = shape.reduce((product, dimension) => product * dimension, 1);
  return tensorOf('float32', shape, new Array<number>(size).fill(0));
}

/** Without the type, which stands before it in the name of the case: `gru before: backwards`. */
function shortName({ name, layer }: LayerCase): string {
  return name.startsWith(`${layer.type}: `) ? name.slice(layer.type.length + 2) : name;
}

function goldenOf(each: LayerCase): Golden {
  const { masks, layer, calls } = each;
  if (masks)
    return maskedGolden({
      ...(each as unknown as Omit<MaskedCase, 'masks' | 'outputs'>),
      name: shortName(each),
      masks: { inputMask: masks.input, recurrentMask: masks.recurrent },
      outputs: calls[0] ?? [],
    });
  const row: Row = { group: 'layers', subject: layer.type };
  return {
    row,
    name: shortName(each),
    build: () => (layer.stateful ? stateful(each) : plain(each)),
  };
}

/** Goldens of layers. */
export const layerGoldens: readonly Golden[] = casesOf<LayerCase>(file).map(goldenOf);
