import type { ConformanceCase } from '../../case.ts';
import { goldenCases } from '../../kinds/golden.ts';
import { dropoutCases } from './dropout.ts';
import { lossCases } from './losses.ts';
import { maskedTrainingCases } from './masks.ts';
import { optimizerCases } from './optimizers.ts';

/** The cases of the group `training`. */
export const trainingCases: readonly ConformanceCase[] = [
  ...lossCases,
  ...maskedTrainingCases,
  ...optimizerCases,
  ...dropoutCases,
  ...goldenCases('training'),
];
