import wavefile from 'wavefile';
import { describe, expect, it } from 'vitest';
import { encodeWav } from './wav.ts';

describe('encodeWav', () => {
  it('is read again as one channel of 16 bits', () => {
    const file = new wavefile.WaveFile(encodeWav(Float32Array.of(0, 0.5, -1, 1), 8000));
    expect(file.fmt).toMatchObject({ numChannels: 1, sampleRate: 8000, bitsPerSample: 16 });
    expect([...file.getSamples()]).toEqual([0, 16384, -32767, 32767]);
  });
});
