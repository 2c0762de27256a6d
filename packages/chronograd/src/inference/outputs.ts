import type { ResolvedModel } from '@chronograd/spec';
import { ModelError, listed } from '../errors.ts';

/** @throws {@link ModelError} `several-outputs` unless the model has one output */
export function checkSingleOutput(model: ResolvedModel, method: string, instead: string): void {
  if (model.outputs.length === 1) return;
  throw new ModelError({
    code: 'several-outputs',
    subject: method,
    expected: 'a model with one output',
    found: `${model.outputs.length}: ${listed(model.outputs.map(({ reference }) => reference))}`,
    advice: `Call ${instead}, which returns them by name`,
  });
}
