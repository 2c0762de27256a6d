/** All cases of the suite, group by group. */
import type { ConformanceCase } from './case.ts';
import { compositesCases } from './cases/composites/index.ts';
import { errorsCases } from './cases/errors/index.ts';
import { layersCases } from './cases/layers/index.ts';
import { lifecycleCases } from './cases/lifecycle/index.ts';
import { modelsCases } from './cases/models/index.ts';
import { primitivesCases } from './cases/primitives/index.ts';
import { stateCases } from './cases/state/index.ts';
import { trainingCases } from './cases/training/index.ts';

/** All cases of the suite. */
export const allCases: readonly ConformanceCase[] = [
  ...primitivesCases,
  ...compositesCases,
  ...layersCases,
  ...trainingCases,
  ...stateCases,
  ...modelsCases,
  ...errorsCases,
  ...lifecycleCases,
];
