import type { ConformanceCase } from '../../case.ts';
import { goldenCases } from '../../kinds/golden.ts';
import { dropoutCases } from './dropout.ts';
import { lossCases } from './losses.ts';
import { optimizerCases } from './optimizers.ts';

/** The cases of the group `training`. */
export const trainingCases: readonly ConformanceCase[] = [
  ...lossCases,
  ...optimizerCases,
  ...dropoutCases,
  ...goldenCases('training'),
];
