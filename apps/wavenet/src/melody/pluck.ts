/**
 * A plucked string by Karplus and Strong (1983, "Digital Synthesis of Plucked-String and Drum
 * Timbres"): a burst of noise goes round in a delay line as long as a period, and loses its high
 * notes on the way.
 */
import { seededRandom } from '@chronograd/data';

/** Samples in a second. */
export const sampleRate = 8000;

/** A note of a melody. */
export interface Note {
  /** In Hz. It sounds as the nearest pitch whose period is half a sample less than a whole number. */
  readonly frequency: number;
  /** In seconds. */
  readonly duration: number;
}

/** How much is left of a sample after each period. */
const decay = 0.996;

/**
 * A melody, each note plucked where the last one is cut off: samples from -1 to 1.
 *
 * @param seed of the noise: the same melody is plucked otherwise by another
 */
export function playMelody(notes: readonly Note[], seed: number): Float32Array {
  const random = seededRandom(seed);
  const played = notes.map((note) => pluck(note, random));
  const melody = new Float32Array(played.reduce((sum, { length }) => sum + length, 0));
  let start = 0;
  for (const samples of played) {
    melody.set(samples, start);
    start += samples.length;
  }
  return melody;
}

function pluck({ frequency, duration }: Note, random: () => number): Float32Array {
  // The mean of a sample and the next, which goes round, is half a sample ahead of the line.
  const line = Float64Array.from({ length: Math.round(sampleRate / frequency + 0.5) }, () => {
    return random() * 2 - 1;
  });
  return Float32Array.from({ length: Math.round(duration * sampleRate) }, (_, i) => {
    const place = i % line.length;
    const sample = line[place] ?? 0;
    line[place] = (decay * (sample + (line[(place + 1) % line.length] ?? 0))) / 2;
    return sample;
  });
}

/** Some notes of a scale without half steps (A minor pentatonic), by their names. */
const scale = { A3: 220, C4: 261.63, D4: 293.66, E4: 329.63, G4: 392, A4: 440 } as const;

/** Notes of a quarter of a second, by their names, as in `A3 C4`. */
export function notesOf(names: string): Note[] {
  return names.split(' ').map((name) => {
    const frequency = Object.entries(scale).find(([each]) => each === name)?.[1];
    if (frequency === undefined)
      throw new RangeError(`notes: expected ${Object.keys(scale).join(', ')}, found "${name}"`);
    return { frequency, duration: 0.25 };
  });
}
