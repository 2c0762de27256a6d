import type { ConformanceCase } from '../../case.ts';

/** The cases of the group `primitives`. */
export const primitivesCases: readonly ConformanceCase[] = [];
