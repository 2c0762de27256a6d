/** The loss of tasks whose targets are classes. */
import { SpecError } from '@chronograd/spec';
import type { TrainingPart } from '../experiment/experiment.ts';

/**
 * Cross-entropy of classes by their indices.
 *
 * @param loss what the experiment says, if anything
 * @param fromLogits whether the model gives logits, or else probabilities
 * @throws {@link SpecError} for another loss: what the model says would not be probabilities
 */
export function classLoss(loss: TrainingPart['loss'], fromLogits: boolean) {
  const own = { type: 'sparseCategoricalCrossentropy', fromLogits } as const;
  if (loss === undefined) return own;
  const isOwn = 'type' in loss && loss.type === own.type && loss.fromLogits === fromLogits;
  if (isOwn) return own;
  throw new SpecError('The experiment', [
    {
      path: '$.training.loss',
      expected: JSON.stringify(own),
      found: JSON.stringify(loss),
      suggestion: 'leave it out',
    },
  ]);
}
