import { describe, expect, it } from 'vitest';
import { voicesOf } from './notes.ts';
import { playVoices, sampleRate } from './synth.ts';

// A beat of a row and a second.
const tempo = { beatsPerMinute: 60, stepsPerBeat: 1 };

/** How often samples pass from below zero to above it. */
function rises(samples: Float32Array): number {
  return samples.filter((sample, i) => sample > 0 && (samples[i - 1] ?? 0) <= 0).length;
}

describe('playVoices', () => {
  it('plays pitches by their frequencies, and rests as silence', () => {
    const samples = playVoices(voicesOf([[69], [0], [57]], 0), 3, tempo);
    expect(samples).toHaveLength(3 * sampleRate);
    const second = (i: number) => samples.subarray(i * sampleRate, (i + 1) * sampleRate);
    expect(Math.abs(rises(second(0)) - 440)).toBeLessThanOrEqual(1);
    expect(second(1).every((sample) => sample === 0)).toBe(true);
    expect(Math.abs(rises(second(2)) - 220)).toBeLessThanOrEqual(1);
  });

  it('is never louder than a file can hold', () => {
    const samples = playVoices(voicesOf([[60, 60, 60, 60]], undefined), 1, tempo);
    const most = samples.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0);
    expect(most).toBeGreaterThan(0.5);
    expect(most).toBeLessThanOrEqual(1);
  });
});
