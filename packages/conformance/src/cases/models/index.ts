import type { ConformanceCase } from '../../case.ts';
import { trajectoryCases } from './trajectories.ts';

/** The cases of the group `models`. */
export const modelsCases: readonly ConformanceCase[] = [...trajectoryCases];
