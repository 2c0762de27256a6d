import type { ConformanceCase } from '../../case.ts';
import { goldenCases } from '../../kinds/golden.ts';
import { otherCompositeCases } from './others.ts';
import { recurrentCases } from './recurrent.ts';

/** The cases of the group `composites`. */
export const compositesCases: readonly ConformanceCase[] = [
  ...recurrentCases,
  ...otherCompositeCases,
  ...goldenCases('composites'),
];
