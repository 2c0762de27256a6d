/** All mutants. */
import { callMutants } from './calls.ts';
import { compositeMutants } from './composites.ts';
import { gradientMutants } from './gradients.ts';
import type { Mutant } from './mutant.ts';
import { optimizerMutants } from './optimizers.ts';
import { precisionMutants } from './precision.ts';
import { primitiveMutants } from './primitives.ts';
import { recurrentMutants } from './recurrent.ts';
import { refusalMutants } from './refusals.ts';
import { sequenceMutants } from './sequences.ts';
import { stateMutants } from './state.ts';
import { trainingMutants } from './training.ts';

/** All mutants. */
export const mutants: readonly Mutant[] = [
  ...recurrentMutants,
  ...sequenceMutants,
  ...compositeMutants,
  ...primitiveMutants,
  ...gradientMutants,
  ...precisionMutants,
  ...optimizerMutants,
  ...trainingMutants,
  ...stateMutants,
  ...callMutants,
  ...refusalMutants,
];
