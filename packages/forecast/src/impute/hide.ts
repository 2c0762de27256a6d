/** Which observed entries are hidden, to learn from and to judge. */
import type { HidingSpec } from '../experiment/task-document.ts';

/**
 * Chooses entries to hide.
 *
 * @param observed `[rows, columns]`, 1 where a value is there
 * @param columns number of columns
 * @param hiding how they are chosen
 * @param random numbers from 0 to 1
 * @returns `[rows, columns]`, 1 where an observed entry is hidden
 */
export function chooseHidden(
  observed: Uint8Array,
  columns: number,
  hiding: HidingSpec,
  random: () => number,
): Uint8Array {
  const rows = observed.length / columns;
  const { share } = hiding;
  switch (hiding.type) {
    case 'mcar':
      return observed.map((there) => (random() < share ? there : 0));
    case 'tail': {
      const first = rows - Math.ceil(share * rows);
      return observed.map((there, i) => (i >= first * columns ? there : 0));
    }
    case 'block': {
      const hidden = new Uint8Array(observed.length);
      const length = Math.min(hiding.length, rows);
      // A run may begin before the first row or end behind the last, so that all are hidden alike.
      const chance = share / length;
      for (let column = 0; column < columns; column++)
        for (let start = 1 - length; start < rows; start++) {
          if (random() >= chance) continue;
          for (let row = Math.max(start, 0); row < Math.min(start + length, rows); row++) {
            const i = row * columns + column;
            hidden[i] = observed[i] ?? 0;
          }
        }
      return hidden;
    }
  }
}
