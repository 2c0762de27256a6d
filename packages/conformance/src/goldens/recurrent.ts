/** Recurrent composites with masks: of dropout, and of time. */
import {
  Builder,
  recurrent,
  type RecurrentName,
  type TensorType,
  type Value,
} from '@chronograd/graph';
import type { Activation } from '@chronograd/spec';
import { differentiate } from '../kinds/differentiate.ts';
import { mapValues } from '../kinds/script.ts';
import {
  funcRun,
  toBools,
  toTensor,
  type Golden,
  type GoldenRun,
  type GoldenTensor,
  type GoldenTensors,
} from './golden.ts';

/** A recurrent composite with masks, as the scripts write it. */
export interface MaskedCase {
  readonly name: string;
  readonly layer: {
    readonly type: RecurrentName;
    readonly units: number;
    readonly useBias?: boolean;
    readonly resetAfter?: boolean;
    readonly goBackwards?: boolean;
    readonly activation?: Activation;
  };
  /** x, and the initial states h and c. */
  readonly inputs: GoldenTensors;
  readonly parameters: GoldenTensors;
  readonly masks: {
    readonly inputMask?: GoldenTensor;
    readonly recurrentMask?: GoldenTensor;
    readonly timeMask?: GoldenTensor;
  };
  /** The sequence, and the last states. */
  readonly outputs: readonly GoldenTensor[];
  readonly cotangents: readonly GoldenTensor[];
  readonly gradients: GoldenTensors;
}

/** The golden of a recurrent composite with masks. */
export function maskedGolden(each: MaskedCase): Golden {
  const { name, layer } = each;
  return {
    row: { group: 'composites', subject: layer.type },
    name,
    build: () => build(each),
  };
}

function build({ layer, inputs, parameters, masks, ...each }: MaskedCase): GoldenRun {
  const b = new Builder();
  const learned = mapValues({ ...inputs, ...parameters }, toTensor);
  const fixed = mapValues({ ...masks }, (mask, name) =>
    name === 'timeMask' ? toBools(mask) : toTensor(mask),
  );
  const tensors = { ...learned, ...fixed };
  const operands: Readonly<Record<string, Value>> = mapValues(
    tensors,
    ({ dtype, shape }: TensorType) => b.input({ dtype, shape }),
  );
  const at = (name: string): Value => operands[name] as Value;
  const given = (name: string): Record<string, Value> =>
    operands[name] ? { [name]: operands[name] } : {};
  const result = recurrent(
    b,
    layer.type,
    {
      x: at('x'),
      kernel: at('kernel'),
      recurrentKernel: at('recurrentKernel'),
      ...given('bias'),
      states: (layer.type === 'lstm' ? ['h', 'c'] : ['h']).map(at),
      ...given('inputMask'),
      ...given('recurrentMask'),
      ...given('timeMask'),
    },
    {
      units: layer.units,
      activation: 'tanh',
      recurrentActivation: 'sigmoid',
      useBias: layer.useBias !== false,
      resetAfter: layer.resetAfter !== false,
      goBackwards: layer.goBackwards === true,
    },
  );
  const names = Object.keys(learned);
  const places = Object.keys(fixed).map((_, i) => names.length + i);
  const { func } = differentiate(b.finish([result.sequence, ...result.states]), places);
  return funcRun(
    func,
    [...Object.values(tensors), ...each.cotangents.map(toTensor)],
    [
      ...each.outputs.map((output, i) => [['sequence', 'h', 'c'][i] ?? '', output] as const),
      ...names.map(
        (name) => [`gradient of ${name}`, each.gradients[name] as GoldenTensor] as const,
      ),
    ],
  );
}
