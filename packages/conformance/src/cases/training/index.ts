import type { ConformanceCase } from '../../case.ts';

/** The cases of the group `training`. */
export const trainingCases: readonly ConformanceCase[] = [];
