import type { ConformanceCase } from '../../case.ts';
import { disposedCases } from './disposed.ts';
import { inputErrorCases } from './inputs.ts';

/** The cases of the group `errors`. */
export const errorsCases: readonly ConformanceCase[] = [...inputErrorCases, ...disposedCases];
