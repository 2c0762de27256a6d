import type { ConformanceCase } from '../../case.ts';
import { interleavedCases } from './interleaved.ts';
import { memoryCases } from './memory.ts';
import { reportCases } from './report.ts';
import { runCases } from './runs.ts';

/** The cases of the group `lifecycle`. */
export const lifecycleCases: readonly ConformanceCase[] = [
  ...runCases,
  ...interleavedCases,
  ...reportCases,
  ...memoryCases,
];
