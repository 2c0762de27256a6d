import { activationGoldens } from './activations.ts';
import { compositeGoldens } from './composites.ts';
import type { Golden } from './golden.ts';
import { layerGoldens } from './layers.ts';
import { lossGoldens } from './losses.ts';
import { maskedLayerGoldens } from './masked-layers.ts';
import { metricGoldens } from './metrics.ts';
import { optimizerGoldens } from './optimizers.ts';
import { plainLayerGoldens } from './plain-layers.ts';
import { recurrentFamilyGoldens } from './recurrent-family.ts';
import { timeMaskGoldens } from './time-masks.ts';
import { trainingGoldens } from './trainings.ts';
import { wavenetGoldens } from './wavenet.ts';

/** All goldens, in whatever group their cases belong. */
export const goldens: readonly Golden[] = [
  ...activationGoldens,
  ...compositeGoldens,
  ...layerGoldens,
  ...plainLayerGoldens,
  ...recurrentFamilyGoldens,
  ...timeMaskGoldens,
  ...lossGoldens,
  ...maskedLayerGoldens,
  ...metricGoldens,
  ...optimizerGoldens,
  ...trainingGoldens,
  ...wavenetGoldens,
];
