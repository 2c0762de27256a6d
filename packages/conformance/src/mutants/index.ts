/** All mutants. */
import { compositeMutants } from './composites.ts';
import { gradientMutants } from './gradients.ts';
import type { Mutant } from './mutant.ts';
import { optimizerMutants } from './optimizers.ts';
import { precisionMutants } from './precision.ts';
import { primitiveMutants } from './primitives.ts';
import { recurrentMutants } from './recurrent.ts';
import { sequenceMutants } from './sequences.ts';
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
];
