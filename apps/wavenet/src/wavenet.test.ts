import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onnxBackend } from '@chronograd/backend-onnx-cuda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import wavefile from 'wavefile';
import { runForecast } from './forecast.ts';
import { learnMelody } from './melody/learn.ts';
import { sampleRate } from './melody/pluck.ts';
import { writeWav } from './melody/wav.ts';

const backend = onnxBackend();
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wavenet-'));
});
afterAll(async () => {
  await backend.dispose();
  await rm(folder, { recursive: true });
});

describe('the forecast', () => {
  it('is judged beside what the same day of the year before says', async () => {
    const said: string[] = [];
    const scores = await runForecast({ backend, epochs: 2, say: (line) => said.push(line) });
    const pinball = (name: keyof typeof scores): number =>
      scores[name].pinball.reduce((sum, loss) => sum + loss, 0);
    expect(pinball('WaveNet')).toBeLessThan(pinball('seasonal naive'));
    for (const { intervals } of Object.values(scores)) {
      expect(intervals[0]?.nominal).toBeCloseTo(0.8, 12);
      expect(intervals[0]?.coverage).toBeGreaterThan(0.5);
    }
    expect(said.filter((line) => line.includes('epoch'))).toHaveLength(2);
    expect(said.at(-2)).toContain('WaveNet');
    expect(said.at(-1)).toContain('seasonal naive');
  });
});

describe('the melody', () => {
  it('is learnt, goes on from real samples, and is written', async () => {
    const run = { backend, iterations: 3, seed: 2, seconds: 0.02, temperature: 1 };
    const said: string[] = [];
    const { floor, loss, played } = await learnMelody({ ...run, say: (line) => said.push(line) });
    expect(floor).toBeGreaterThan(2);
    expect(floor).toBeLessThan(Math.log(64));
    expect(loss).toBeGreaterThan(0);
    expect(loss).toBeLessThan(2 * Math.log(64));
    const steps = Math.round(0.02 * sampleRate);
    expect(played).toHaveLength(sampleRate / 4 + steps);
    expect(new Set(played.subarray(-steps)).size).toBeGreaterThan(5);
    expect(said.some((line) => line.includes('without a model'))).toBe(true);

    const file = join(folder, 'out/played.wav');
    await writeWav(file, played);
    const read = new wavefile.WaveFile(await readFile(file));
    expect(read.fmt).toMatchObject({ sampleRate, numChannels: 1, bitsPerSample: 16 });
    const samples = read.getSamples(false, Int16Array);
    expect(samples).toHaveLength(played.length);
    expect(samples[123]).toBe(Math.round((played[123] ?? NaN) * 32767));
  });
});
