import type { ConformanceCase } from '../../case.ts';

/** The cases of the group `models`. */
export const modelsCases: readonly ConformanceCase[] = [];
