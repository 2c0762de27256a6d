import type { ConformanceCase } from '../../case.ts';

/** The cases of the group `errors`. */
export const errorsCases: readonly ConformanceCase[] = [];
