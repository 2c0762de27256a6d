import type { ConformanceCase } from '../../case.ts';
import { acrossBackendsCases } from './across-backends.ts';
import { generationCases } from './generation.ts';
import { readWriteCases } from './read-write.ts';
import { seedCases } from './seeds.ts';
import { sharingCases } from './sharing.ts';
import { statefulCases } from './stateful.ts';
import { streamingCases } from './streaming.ts';

/** The cases of the group `state`. */
export const stateCases: readonly ConformanceCase[] = [
  ...readWriteCases,
  ...sharingCases,
  ...statefulCases,
  ...streamingCases,
  ...generationCases,
  ...acrossBackendsCases,
  ...seedCases,
];
