/** Notes as sound, by adding sines. */
import type { Tempo } from './midi.ts';
import type { Note } from './notes.ts';

/** Samples in a second. */
export const sampleRate = 22_050;

/** How loud each multiple of a note's frequency is: each is half as loud as the one before. */
const harmonics = [1, 0.5, 0.25, 0.125];

/** Seconds in which a note swells, and dies away within its time: a jump would be a click. */
const ramp = 0.02;

/**
 * Plays voices, in equal temperament with A of 440 Hz: samples from -1 to 1. `steps` counts all rows,
 * silence at the end included.
 */
export function playVoices(
  voices: readonly (readonly Note[])[],
  steps: number,
  { beatsPerMinute, stepsPerBeat }: Tempo,
): Float32Array {
  const secondsPerStep = 60 / beatsPerMinute / stepsPerBeat;
  const at = (step: number): number => Math.round(step * secondsPerStep * sampleRate);
  const samples = new Float32Array(at(steps));
  // All voices together are as loud as they can be, never louder.
  const loudest = voices.length * harmonics.reduce((sum, each) => sum + each, 0);
  for (const { pitch, start, length } of voices.flat()) {
    const [from, to] = [at(start), at(start + length)];
    const turn = (2 * Math.PI * 440 * 2 ** ((pitch - 69) / 12)) / sampleRate;
    for (let i = from; i < to; i++) {
      const swell = Math.min(1, Math.min(i - from, to - 1 - i) / (ramp * sampleRate));
      let sum = 0;
      harmonics.forEach((loudness, k) => {
        sum += loudness * Math.sin((k + 1) * turn * (i - from));
      });
      samples[i] = (samples[i] ?? 0) + (swell * sum) / loudest;
    }
  }
  return samples;
}
