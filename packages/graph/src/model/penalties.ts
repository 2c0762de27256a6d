/** What the regularisers of a model add to its loss. */
import {
  stepLayerOf,
  type LayerSpec,
  type RegularizerSpec,
  type ResolvedModel,
} from '@chronograd/spec';
import type { Value } from '../ir/builder.ts';
import { penalty } from '../training/regularizers.ts';
import type { EntryBuilder } from './entry-builder.ts';

/**
 * The penalties of parameters, and those of layers' outputs divided by the batch, as in Keras:
 * a scalar each.
 * @param values of every reference
 */
export function penalties(
  entry: EntryBuilder,
  model: ResolvedModel,
  values: ReadonlyMap<string, Value>,
): readonly Value[] {
  const { b } = entry;
  const ofParameters = model.parameters.flatMap(({ name, regularizer }) =>
    regularizer ? [penalty(b, regularizer, entry.read(name))] : [],
  );
  const ofOutputs = model.layers.flatMap(({ spec }) => {
    const regularizer = activityOf(spec);
    const value = values.get(spec.name);
    if (!regularizer || !value) return [];
    return [b.mul(penalty(b, regularizer, value), 1 / (value.type.shape[0] ?? 1))];
  });
  return [...ofParameters, ...ofOutputs];
}

function activityOf(spec: LayerSpec): RegularizerSpec | undefined {
  if (spec.type === 'timeDistributed') return activityOf(stepLayerOf(spec));
  return 'activityRegularizer' in spec ? spec.activityRegularizer : undefined;
}
