import type { ConformanceCase } from '../../case.ts';

/** The cases of the group `layers`. */
export const layersCases: readonly ConformanceCase[] = [];
