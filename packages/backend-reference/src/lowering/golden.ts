/** Reads golden files, written by the scripts in tools/oracle with Keras, and compares with them. */
import { readFileSync } from 'node:fs';
import { relativeError } from '../gradients/check.ts';
import { float64, type Tensor64 } from '../tensor.ts';

/** A tensor in a golden file, row by row. */
export interface GoldenTensor {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** The cases of a golden file, whose form the script that wrote it decides. */
export function goldenCases<C>(name: string): readonly C[] {
  const file = new URL(`goldens/${name}.json`, import.meta.url);
  const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { readonly cases: readonly C[] };
  return cases;
}

/** A golden tensor as the interpreter takes it. */
export function toTensor({ shape, data }: GoldenTensor): Tensor64 {
  return float64(shape, data);
}

/** ‖found - expected‖ / ‖expected‖; infinite where the shapes differ. */
export function goldenError(found: Tensor64 | undefined, expected: GoldenTensor): number {
  const same = found?.shape.join() === expected.shape.join();
  return found && same ? relativeError(found, toTensor(expected)) : Infinity;
}

/** What double precision leaves of agreement between two orders of the same operations. */
export const GOLDEN_TOLERANCE = 1e-12;
