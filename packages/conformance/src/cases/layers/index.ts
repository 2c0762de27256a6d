import type { ConformanceCase } from '../../case.ts';
import { goldenCases } from '../../kinds/golden.ts';
import { plainLayerCases } from './plain.ts';
import { recurrentLayerCases } from './recurrent.ts';

/** The cases of the group `layers`. */
export const layersCases: readonly ConformanceCase[] = [
  ...plainLayerCases,
  ...recurrentLayerCases,
  ...goldenCases('layers'),
];
