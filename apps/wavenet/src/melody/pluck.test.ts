import { describe, expect, it } from 'vitest';
import { notesOf, playMelody, sampleRate } from './pluck.ts';

/** How alike samples are to those some time before: 1 for the same. */
function likeness(samples: Float32Array, lag: number): number {
  let both = 0;
  let own = 0;
  for (let i = lag; i < samples.length; i++) {
    both += (samples[i] ?? NaN) * (samples[i - lag] ?? NaN);
    own += (samples[i - lag] ?? NaN) ** 2;
  }
  return both / own;
}

describe('playMelody', () => {
  it('has notes one after the other, each with its own period', () => {
    const melody = playMelody(notesOf('A3 A4'), 3);
    const length = sampleRate / 4;
    expect(melody).toHaveLength(2 * length);
    expect(melody.every((sample) => Math.abs(sample) <= 1)).toBe(true);
    // Periods are 8000 / 220 = 36.4 and 8000 / 440 = 18.2 samples.
    expect(likeness(melody.subarray(0, length), 36)).toBeGreaterThan(0.9);
    expect(likeness(melody.subarray(0, length), 18)).toBeLessThan(0.5);
    expect(likeness(melody.subarray(length), 18)).toBeGreaterThan(0.8);
  });

  it('dies away', () => {
    const melody = playMelody(notesOf('D4'), 3);
    const energy = (part: Float32Array): number => part.reduce((sum, x) => sum + x * x, 0);
    expect(energy(melody.subarray(0, 500))).toBeGreaterThan(2 * energy(melody.subarray(-500)));
  });

  it('is plucked by a seed', () => {
    const notes = notesOf('E4 G4');
    expect(playMelody(notes, 1)).toEqual(playMelody(notes, 1));
    expect(playMelody(notes, 1)).not.toEqual(playMelody(notes, 2));
  });
});

describe('notesOf', () => {
  it('refuses a note that there is none of', () => {
    expect(() => notesOf('A3 H3')).toThrow('found "H3"');
  });
});
