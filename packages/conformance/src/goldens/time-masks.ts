/** Recurrent composites on sequences with steps that are passed over. */
import type { Golden, GoldenTensor } from './golden.ts';
import { casesOf } from './golden.ts';
import { maskedGolden, type MaskedCase } from './recurrent.ts';
import file from './time_masks.json' with { type: 'json' };

interface TimeMaskCase extends Omit<MaskedCase, 'masks'> {
  /** `[batch, time]` of 0 and 1. */
  readonly timeMask: GoldenTensor;
}

/** Goldens of masks of time. */
export const timeMaskGoldens: readonly Golden[] = casesOf<TimeMaskCase>(file).map(
  ({ timeMask, ...each }) =>
    maskedGolden({ ...each, name: `mask of time, ${each.name}`, masks: { timeMask } }),
);
