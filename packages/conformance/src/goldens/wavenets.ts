/** WaveNets, forward and backward, which the document says in one block. */
import { buildProgram, type Entry } from '@chronograd/graph';
import { parseModel, resolveModel } from '@chronograd/spec';
import { differentiate } from '../kinds/differentiate.ts';
import { entryOf } from '../kinds/script.ts';
import file from './wavenet.json' with { type: 'json' };
import {
  casesOf,
  funcRun,
  toTensor,
  type Golden,
  type GoldenTensor,
  type GoldenTensors,
} from './golden.ts';

interface WavenetCase {
  readonly name: string;
  readonly layer: object;
  /** x, and what conditions it. */
  readonly inputs: GoldenTensors;
  readonly parameters: GoldenTensors;
  readonly output: GoldenTensor;
  readonly cotangent: GoldenTensor;
  /** Of all inputs and parameters. */
  readonly gradients: GoldenTensors;
}

/** The prediction of the network alone, its inputs fed. */
function entryOfCase({ layer, inputs }: WavenetCase): Entry {
  const document = parseModel({
    layers: [
      ...Object.entries(inputs).map(([name, { shape }]) => ({
        type: 'input',
        name,
        shape: shape.slice(1),
      })),
      { ...layer, inputs: ['x'] },
    ],
  });
  const batch = inputs['x']?.shape[0] ?? 0;
  return entryOf(buildProgram(resolveModel(document), { batch, entries: ['predict'] }), 'predict');
}

function goldenOf(each: WavenetCase): Golden {
  const { name, inputs, parameters, output, cotangent, gradients } = each;
  return {
    row: { group: 'layers', subject: 'wavenet' },
    name,
    build() {
      const entry = entryOfCase(each);
      const names = [...entry.inputs.map((input) => input.name), ...entry.reads];
      const operands: GoldenTensors = { ...inputs, ...parameters };
      const found = (tensors: GoldenTensors, of: string) => tensors[of] as GoldenTensor;
      return funcRun(
        differentiate(entry.func).func,
        [...names.map((operand) => toTensor(found(operands, operand))), toTensor(cotangent)],
        [
          ['output', output],
          ...names.map((of) => [`gradient of ${of}`, found(gradients, of)] as const),
        ],
      );
    },
  };
}

/** Goldens of WaveNets. */
export const wavenetGoldens: readonly Golden[] = casesOf<WavenetCase>(file).map(goldenOf);
