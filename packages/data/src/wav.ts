/** Sound files. */
import wavefile from 'wavefile';

/**
 * Samples as a WAV file of one channel, 16 bits.
 *
 * @param samples from -1 to 1, `[samples]`
 * @param sampleRate samples in a second
 */
export function encodeWav(samples: Float32Array, sampleRate: number): Uint8Array {
  const wav = new wavefile.WaveFile();
  const whole = Int16Array.from(samples, (sample) => Math.round(sample * 32767));
  wav.fromScratch(1, sampleRate, '16', whole);
  return wav.toBuffer();
}
