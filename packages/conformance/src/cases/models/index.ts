import type { ConformanceCase } from '../../case.ts';
import { goldenCases } from '../../kinds/golden.ts';
import { extremeCases } from './extremes.ts';
import { raggedCases } from './ragged.ts';
import { shapeCases } from './shapes.ts';
import { trajectoryCases } from './trajectories.ts';

/** The cases of the group `models`. */
export const modelsCases: readonly ConformanceCase[] = [
  ...trajectoryCases,
  ...shapeCases,
  ...raggedCases,
  ...extremeCases,
  ...goldenCases('models'),
];
