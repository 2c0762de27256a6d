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
    const period = (samples: Float32Array): number => {
      const lags = Array.from({ length: 30 }, (_, i) => 15 + i);
      const alike = lags.map((lag) => likeness(samples, lag));
      return lags[alike.indexOf(Math.max(...alike))] ?? NaN;
    };
    // 8000 / 220 = 36.4 and 8000 / 440 = 18.2, of which the nearest that can be are 36.5 and 18.5.
    expect([36, 37]).toContain(period(melody.subarray(0, length)));
    expect([18, 19]).toContain(period(melody.subarray(length)));
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
