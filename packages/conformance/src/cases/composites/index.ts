import type { ConformanceCase } from '../../case.ts';

/** The cases of the group `composites`. */
export const compositesCases: readonly ConformanceCase[] = [];
