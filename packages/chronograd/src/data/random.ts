/**
 * What a model's seed draws besides its initial weights. All of it is counter-based: the order of
 * epoch 7 and the dropout of step 1000 are functions of the seed alone, so that a resumed training
 * needs no generator's state.
 */
import { deriveKey, randomWords } from '@chronograd/graph';

/**
 * A permutation of `0 … size - 1`: Fisher and Yates's shuffle (Knuth, TAOCP volume 2, algorithm
 * 3.4.2P), with Threefry's words in the stream `epoch` under a key of the seed.
 */
export function permutation(seed: number, epoch: number, size: number): Uint32Array {
  const order = Uint32Array.from({ length: size }, (_, i) => i);
  const words = randomWords(deriveKey(seed, '#shuffle'), epoch, size);
  for (let i = size - 1; i > 0; i--) {
    // Multiplied into the range: no choice is off from uniform by more than 2⁻³².
    const j = Math.floor(((words[i] as number) * (i + 1)) / 2 ** 32);
    const moved = order[i] as number;
    order[i] = order[j] as number;
    order[j] = moved;
  }
  return order;
}

/** Key of the dropout masks of a step, uint32 [2]. */
export function stepKey(seed: number, step: number): Uint32Array {
  return Uint32Array.from(deriveKey(seed, `#dropout ${step}`));
}
