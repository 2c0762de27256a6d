/** How many steps of a sequence an output depends on. */
import { isRecurrent, type LayerSpec } from '../documents/layers.ts';
import { reachOf } from './sequence-rules.ts';
import type { ResolvedModel } from './resolved.ts';

/** Steps that one step sees, and how many steps of the input lie from one of its steps to the next. */
interface Field {
  readonly steps: number;
  readonly jump: number;
}

/**
 * The number of steps of a model's input that one step of its first output sees; undefined where
 * it sees the whole past (a recurrent layer) or is no step of a sequence (flatten, global pooling).
 */
export function receptiveField(model: ResolvedModel): number | undefined {
  const fields = new Map<string, Field | undefined>();
  for (const { spec } of model.layers) {
    const read = spec.inputs.map((reference) => fields.get(reference));
    fields.set(spec.name, spec.type === 'input' ? { steps: 1, jump: 1 } : fieldOf(spec, read));
  }
  return fields.get(model.spec.outputs[0] ?? '')?.steps;
}

function fieldOf(spec: LayerSpec, read: readonly (Field | undefined)[]): Field | undefined {
  if (isRecurrent(spec) || read.includes(undefined)) return undefined;
  const all = read as readonly Field[];
  const steps = Math.max(...all.map((field) => field.steps));
  const jump = Math.max(...all.map((field) => field.jump));
  switch (spec.type) {
    case 'conv1d':
    case 'separableConv1d':
      return { steps: steps + (reachOf(spec) - 1) * jump, jump: jump * spec.strides };
    case 'maxPooling1d':
    case 'averagePooling1d':
      return {
        steps: steps + (spec.poolSize - 1) * jump,
        jump: jump * (spec.strides ?? spec.poolSize),
      };
    case 'flatten':
    case 'reshape':
    case 'permute':
    case 'conv1dTranspose':
    case 'upSampling1d':
    case 'globalMaxPooling1d':
    case 'globalAveragePooling1d':
      return undefined;
    default:
      return { steps, jump };
  }
}
