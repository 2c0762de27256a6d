import type { ConformanceCase } from '../../case.ts';

/** The cases of the group `lifecycle`. */
export const lifecycleCases: readonly ConformanceCase[] = [];
