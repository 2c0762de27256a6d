/** WaveNets, with conditioning too: outputs, and the gradient of every input and weight. */
import { buildProgram } from '@chronograd/graph';
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
import file from './wavenet.json' with { type: 'json' };

interface WavenetCase {
  readonly name: string;
  /** As in a model document. */
  readonly block: Readonly<Record<string, unknown>>;
  readonly inputs: GoldenTensors;
  readonly parameters: GoldenTensors;
  readonly output: GoldenTensor;
  readonly cotangent: GoldenTensor;
  readonly gradients: GoldenTensors;
}

function goldenOf({ name, block, ...each }: WavenetCase): Golden {
  const { inputs, parameters, output, cotangent, gradients } = each;
  return {
    row: { group: 'models', subject: 'wavenet' },
    name,
    build() {
      const layers = Object.entries(inputs).map(([input, { shape }]) => ({
        type: 'input',
        name: input,
        shape: shape.slice(1),
      }));
      const model = resolveModel(parseModel({ layers: [...layers, block] }));
      const batch = inputs['x']?.shape[0] ?? 0;
      const entry = entryOf(buildProgram(model, { batch, entries: ['predict'] }), 'predict');
      const names = [...Object.keys(inputs), ...entry.reads];
      const operands: GoldenTensors = { ...inputs, ...parameters };
      return funcRun(
        differentiate(entry.func).func,
        [...names.map((operand) => operands[operand] as GoldenTensor), cotangent].map(toTensor),
        [
          ['output', output],
          ...names.map(
            (operand) => [`gradient of ${operand}`, gradients[operand] as GoldenTensor] as const,
          ),
        ],
      );
    },
  };
}

/** Goldens of WaveNets. */
export const wavenetGoldens: readonly Golden[] = casesOf<WavenetCase>(file).map(goldenOf);
