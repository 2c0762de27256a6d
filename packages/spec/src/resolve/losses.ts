import { nameOfActivation } from '../documents/activations.ts';
import { isLossTable, type LossTable } from '../documents/loss-table.ts';
import type { LossSpec } from '../documents/losses.ts';
import type { TrainingSpec } from '../documents/training.ts';
import { didYouMean, jsonPath, quote, SpecError, type SpecIssue } from '../issues.ts';
import { shapeText } from './layer-result.ts';
import type { LayerOutput, ResolvedModel } from './resolved.ts';

/**
 * The losses by output reference, in the order of the model's outputs. A single loss is that of
 * every output; of losses by output, an output without one is returned but not trained, as in
 * Keras.
 *
 * @throws {@link SpecError} for losses of no output, and for losses that cannot be taken of an
 *   output's shape, element type or activation
 */
export function lossesByOutput(training: TrainingSpec, model: ResolvedModel): LossTable {
  const { loss } = training;
  const given: LossTable = isLossTable(loss)
    ? loss
    : Object.fromEntries(model.outputs.map(({ reference }) => [reference, loss]));
  const path = (reference: string): string =>
    jsonPath(isLossTable(loss) ? ['loss', reference] : ['loss']);
  const names = model.outputs.map(({ reference }) => reference);
  const issues: SpecIssue[] = Object.keys(given)
    .filter((name) => !names.includes(name))
    .map((name) => ({
      path: path(name),
      expected: `an output of the model: ${names.join(', ')}`,
      found: quote(name),
      ...didYouMean(name, names),
    }));
  const losses = model.outputs.flatMap((output): [string, LossSpec][] => {
    const own = Object.hasOwn(given, output.reference) ? given[output.reference] : undefined;
    if (own !== undefined) {
      issues.push(
        ...lossFaults(own, output, model).map((fault) => ({
          path: path(output.reference),
          ...fault,
        })),
      );
      return [[output.reference, own]];
    }
    return [];
  });
  if (issues.length > 0)
    throw new SpecError(`The training of the model "${model.spec.name}"`, issues);
  return Object.fromEntries(losses);
}

type Fault = Omit<SpecIssue, 'path'>;

function lossFaults(loss: LossSpec, output: LayerOutput, model: ResolvedModel): Fault[] {
  const found = `${shapeText(output.shape)} from ${output.reference}`;
  if (output.dtype !== 'float32') {
    return [
      { expected: `float32 for ${loss.type}`, found: `${output.dtype} from ${output.reference}` },
    ];
  }
  const last = output.shape.at(-1) ?? null;
  switch (loss.type) {
    case 'mse':
    case 'mae':
    case 'huber':
      return [];
    case 'quantile': {
      const count = loss.quantiles.length;
      if (last !== null && last % count === 0) return [];
      const expected = `a last dimension of ${count} entries a feature, one for each quantile`;
      return [{ expected, found, suggestion: `let the last layer have ${count} units a feature` }];
    }
    case 'gaussian':
    case 'studentT':
      if (last !== null && last % 2 === 0) return [];
      return [{ expected: `a last dimension of 2 entries a feature for ${loss.type}`, found }];
    case 'logistics':
      if (last !== null && last % 3 === 0) return [];
      return [{ expected: 'a last dimension of 3 entries a distribution for logistics', found }];
    case 'binaryCrossentropy':
      return activationFaults(loss, output, model, ['sigmoid']);
    case 'categoricalCrossentropy':
    case 'sparseCategoricalCrossentropy':
      return [
        ...(last !== null && last > 1
          ? []
          : [
              {
                expected: `a last dimension of at least 2 classes for ${loss.type}`,
                found,
                suggestion: 'binaryCrossentropy is for one yes or no',
              },
            ]),
        ...activationFaults(loss, output, model, ['softmax', 'logSoftmax']),
      ];
  }
}

/** Logits must not have gone through the function that the loss itself applies. */
function activationFaults(
  loss: Extract<LossSpec, { fromLogits: boolean }>,
  output: LayerOutput,
  model: ResolvedModel,
  applied: readonly string[],
): Fault[] {
  const spec = model.spec.layers.find(({ name }) => name === output.reference);
  const activation =
    spec?.type === 'dense' || spec?.type === 'activation' ? nameOfActivation(spec.activation) : '';
  if (!loss.fromLogits || !applied.includes(activation)) return [];
  return [
    {
      expected: `logits for ${loss.type}`,
      found: `${activation} of ${output.reference}`,
      suggestion: `leave out the activation, or set "fromLogits": false`,
    },
  ];
}
