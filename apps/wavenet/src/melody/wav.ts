/** Sound files. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import wavefile from 'wavefile';
import { sampleRate } from './pluck.ts';

/** Writes samples from -1 to 1 as a WAV file of one channel, 16 bits. */
export async function writeWav(file: string, samples: Float32Array): Promise<void> {
  const wav = new wavefile.WaveFile();
  const whole = Int16Array.from(samples, (sample) => Math.round(sample * 32767));
  wav.fromScratch(1, sampleRate, '16', whole);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, wav.toBuffer());
}
