/** Causal convolution, gated activation and layer normalisation, forward and backward. */
import {
  Builder,
  causalConv1d,
  float32,
  gatedTanhSigmoid,
  layerNorm,
  type Value,
} from '@chronograd/graph';
import { differentiate } from '../kinds/differentiate.ts';
import { mapValues } from '../kinds/script.ts';
import file from './composites.json' with { type: 'json' };
import {
  casesOf,
  funcRun,
  toTensor,
  type Golden,
  type GoldenTensor,
  type GoldenTensors,
} from './golden.ts';

interface CompositeCase {
  readonly name: string;
  readonly composite: 'causalConv1d' | 'gatedTanhSigmoid' | 'layerNorm';
  readonly options: { readonly dilation?: number; readonly epsilon?: number };
  readonly inputs: GoldenTensors;
  readonly output: GoldenTensor;
  readonly cotangent: GoldenTensor;
  readonly gradients: GoldenTensors;
}

type Operands = Readonly<Record<string, Value>>;

const builders: {
  readonly [N in CompositeCase['composite']]: (
    b: Builder,
    operands: Operands,
    options: CompositeCase['options'],
  ) => Value;
} = {
  causalConv1d: (b, { x, kernel, bias }, options) =>
    causalConv1d(b, { x: x as Value, kernel: kernel as Value, ...(bias && { bias }) }, options),
  gatedTanhSigmoid: (b, { x }) => gatedTanhSigmoid(b, x as Value),
  layerNorm: (b, { x, gamma, beta }, options) =>
    layerNorm(b, { x: x as Value, ...(gamma && { gamma }), ...(beta && { beta }) }, options),
};

/** What float32 cannot be held to, by name in the file. */
const unfit: Readonly<Record<string, string>> = {
  'layerNorm: offset of all elements': 'rounding x near 1000 changes the result by 3e-5',
  'layerNorm: two elements':
    'two elements are normalised to -1 and 1 but for epsilon: their gradient cancels to rounding',
};

function goldenOf(each: CompositeCase): Golden {
  const { composite, inputs, options, output, cotangent } = each;
  const reason = unfit[each.name];
  return {
    // A causal convolution is a `conv1d` with its padding before.
    row: {
      group: 'composites',
      subject: composite === 'causalConv1d' ? 'conv1d' : composite,
    },
    name: each.name.slice(composite.length + 2),
    build() {
      const b = new Builder();
      const operands = mapValues(inputs, ({ shape }) => b.input(float32(...shape)));
      const { func } = differentiate(b.finish([builders[composite](b, operands, options)]));
      return funcRun(func, [...Object.values(inputs), cotangent].map(toTensor), [
        ['output', output],
        ...Object.keys(inputs).map(
          (name) => [`gradient of ${name}`, each.gradients[name] as GoldenTensor] as const,
        ),
      ]);
    },
    ...(reason !== undefined && { only64: reason, bound64: 1e-9 }),
  };
}

/** Goldens of composites that are not recurrent. */
export const compositeGoldens: readonly Golden[] = casesOf<CompositeCase>(file).map(goldenOf);
