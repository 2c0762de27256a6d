/** Every layer without a recurrent state, with its options, forward and backward. */
import { buildProgram, type Entry } from '@chronograd/graph';
import { parseModel, resolveModel, type LayerDocument } from '@chronograd/spec';
import { differentiate } from '../kinds/differentiate.ts';
import { entryOf } from '../kinds/script.ts';
import file from './plain_layers.json' with { type: 'json' };
import {
  casesOf,
  funcRun,
  toClasses,
  toTensor,
  type Golden,
  type GoldenTensor,
  type GoldenTensors,
} from './golden.ts';

interface PlainCase {
  readonly name: string;
  readonly layer: { readonly type: LayerDocument['type'] };
  /** x, then y and z of layers that read several. */
  readonly inputs: GoldenTensors;
  readonly parameters: GoldenTensors;
  readonly output: GoldenTensor;
  readonly cotangent: GoldenTensor;
  /** Of inputs and parameters that are numbers and are trained. */
  readonly gradients: GoldenTensors;
}

/** The prediction of the case's layer alone in a model, its inputs fed. */
function entryOfCase({ layer, inputs }: PlainCase): Entry {
  const document = parseModel({
    layers: [
      ...Object.entries(inputs).map(([name, { shape }]) => ({
        type: 'input',
        name,
        shape: shape.slice(1),
        dtype: layer.type === 'embedding' ? 'int32' : 'float32',
      })),
      { ...layer, name: 'layer', inputs: Object.keys(inputs) },
    ],
  });
  const batch = inputs['x']?.shape[0] ?? 0;
  return entryOf(buildProgram(resolveModel(document), { batch, entries: ['predict'] }), 'predict');
}

function goldenOf(each: PlainCase): Golden {
  const { layer, inputs, parameters, output, cotangent, gradients } = each;
  return {
    row: { group: 'layers', subject: layer.type },
    name: each.name.slice(layer.type.length + 2),
    build() {
      const entry = entryOfCase(each);
      const read = entry.reads.map((name) => name.slice('layer/'.length));
      const names = [...Object.keys(inputs), ...read];
      const operands: GoldenTensors = { ...inputs, ...parameters };
      // Moving averages are not trained: Keras gives no gradient of them.
      const kept = names.flatMap((name, place) => (name in gradients ? [] : [place]));
      const { func, wrt } = differentiate(entry.func, kept);
      const isClass = (name: string): boolean => layer.type === 'embedding' && name === 'x';
      return funcRun(
        func,
        [
          ...names.map((name) => {
            const operand = operands[name] as GoldenTensor;
            return isClass(name) ? toClasses(operand) : toTensor(operand);
          }),
          toTensor(cotangent),
        ],
        [
          ['output', output],
          ...wrt.map((place) => {
            const name = names[place] ?? '';
            return [`gradient of ${name}`, gradients[name] as GoldenTensor] as const;
          }),
        ],
      );
    },
  };
}

/** Goldens of layers without a recurrent state. */
export const plainLayerGoldens: readonly Golden[] = casesOf<PlainCase>(file).map(goldenOf);
