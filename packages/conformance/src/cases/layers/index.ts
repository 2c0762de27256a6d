import type { ConformanceCase } from '../../case.ts';
import { goldenCases } from '../../kinds/golden.ts';
import { featureLayerCases } from './features.ts';
import { plainLayerCases } from './plain.ts';
import { recurrentFamilyCases } from './recurrent-family.ts';
import { recurrentLayerCases } from './recurrent.ts';
import { sequenceLayerCases } from './sequence.ts';

/** The cases of the group `layers`. */
export const layersCases: readonly ConformanceCase[] = [
  ...plainLayerCases,
  ...sequenceLayerCases,
  ...featureLayerCases,
  ...recurrentLayerCases,
  ...recurrentFamilyCases,
  ...goldenCases('layers'),
];
