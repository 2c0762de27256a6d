/** What the regularisers of a model add to its loss. */
import {
  isRecurrent,
  stepLayerOf,
  type LayerSpec,
  type RegularizerSpec,
  type ResolvedModel,
} from '@chronograd/spec';
import type { Value } from '../ir/builder.ts';
import { penalty } from '../training/regularizers.ts';
import type { EntryBuilder } from './entry-builder.ts';

/** A regulariser of a layer's output. */
export interface Activity {
  readonly regularizer: RegularizerSpec;
  readonly output: Value;
}

/**
 * The penalties of parameters, and those of layers' outputs divided by the batch, as in Keras:
 * a scalar each.
 */
export function penalties(
  entry: EntryBuilder,
  model: ResolvedModel,
  activities: readonly Activity[],
  batch: number,
): readonly Value[] {
  const { b } = entry;
  const ofParameters = model.parameters.flatMap(({ name, regularizer }) =>
    regularizer ? [penalty(b, regularizer, entry.read(name))] : [],
  );
  const ofOutputs = activities.map(({ regularizer, output }) =>
    b.mul(penalty(b, regularizer, output), 1 / batch),
  );
  return [...ofParameters, ...ofOutputs];
}

/** What a layer's whole output is held to; recurrent layers say it of their parts themselves. */
export function activityOf(spec: LayerSpec): RegularizerSpec | undefined {
  if (isRecurrent(spec)) return undefined;
  if (spec.type === 'timeDistributed') return activityOf(stepLayerOf(spec));
  return 'activityRegularizer' in spec ? spec.activityRegularizer : undefined;
}
