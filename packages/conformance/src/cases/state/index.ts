import type { ConformanceCase } from '../../case.ts';

/** The cases of the group `state`. */
export const stateCases: readonly ConformanceCase[] = [];
