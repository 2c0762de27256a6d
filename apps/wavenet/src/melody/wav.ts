/** Sound files. */
import { encodeWav } from '@chronograd/data';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { sampleRate } from './pluck.ts';

/** Writes samples from -1 to 1 as a WAV file of one channel, 16 bits. */
export async function writeWav(file: string, samples: Float32Array): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, encodeWav(samples, sampleRate));
}
