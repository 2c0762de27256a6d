/** What a training knows of its data beside the weights. */
import type { Scaler } from '@chronograd/data';

/** What is saved with a model, so that other data are seen as those of its training were. */
export interface Fitted {
  /** By id of their series; one without an id for sequences. */
  readonly scalers: ReadonlyMap<string, Scaler>;
  /** How often each class occurs in the training part, where targets are classes. */
  readonly counts?: Float64Array;
  /** Whether the data are others than those of the training, and no part of them is to learn from. */
  readonly replaced?: boolean;
}
