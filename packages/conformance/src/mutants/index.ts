/**
 * Backends that are broken on purpose: the reference backend with one change, by theme. Each names
 * cases of the suite that must fail under it, every one of them and by a comparison, and cases that
 * must pass; `mutants.test.ts` counts the killed. Whoever mends a fault that the suite let through
 * adds its case, and the fault as a mutant.
 *
 * `programs.ts`, `cells.ts` and `executables.ts` are the ways of changing; `unchanged.ts` holds each
 * of them, with nothing changed, to what the mutants fail in.
 */
import { callMutants } from './calls.ts';
import { compositeMutants } from './composites.ts';
import { gradientMutants } from './gradients.ts';
import { kernelMutants } from './kernels.ts';
import { layerMutants } from './layers.ts';
import { lossMutants } from './losses.ts';
import { maskMutants } from './masks.ts';
import type { Mutant } from './mutant.ts';
import { optimizerMutants } from './optimizers.ts';
import { precisionMutants } from './precision.ts';
import { primitiveMutants } from './primitives.ts';
import { recurrentMutants } from './recurrent.ts';
import { refusalMutants } from './refusals.ts';
import { sequenceMutants } from './sequences.ts';
import { stateMutants } from './state.ts';
import { topologyMutants } from './topologies.ts';
import { trainingMutants } from './training.ts';

/** All mutants. */
export const mutants: readonly Mutant[] = [
  ...recurrentMutants,
  ...sequenceMutants,
  ...layerMutants,
  ...topologyMutants,
  ...maskMutants,
  ...kernelMutants,
  ...compositeMutants,
  ...primitiveMutants,
  ...gradientMutants,
  ...precisionMutants,
  ...optimizerMutants,
  ...lossMutants,
  ...trainingMutants,
  ...stateMutants,
  ...callMutants,
  ...refusalMutants,
];
