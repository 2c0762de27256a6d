import { Argument, Command, InvalidArgumentError } from 'commander';
import { join } from 'node:path';
import { onnxBackend } from '@chronograd/backend-onnx-cuda';
import { runForecast } from './forecast.ts';
import { learnMelody } from './melody/learn.ts';
import { writeWav } from './melody/wav.ts';

interface Options {
  readonly output: string;
  readonly seed: number;
  readonly iterations: number;
  readonly seconds: number;
  readonly temperature: number;
}

function numberFrom(least: number, isWhole: boolean): (text: string) => number {
  return (text) => {
    const value = text.trim() === '' ? NaN : Number(text);
    if (value >= least && Number.isFinite(value) && (!isWhole || Number.isSafeInteger(value)))
      return value;
    throw new InvalidArgumentError(`expected a ${isWhole ? 'whole ' : ''}number from ${least}.`);
  };
}

await new Command('npm run wavenet --')
  .description(
    'Two WaveNets: one forecasts a temperature with quantiles, one learns a melody and plays on.',
  )
  .addArgument(new Argument('[parts...]', 'which').choices(['forecast', 'melody']))
  .option('--output <folder>', 'where sound goes', 'output/wavenet')
  .option('--seed <n>', 'of weights, order and what is drawn', numberFrom(0, true), 1)
  .option('--iterations <n>', 'steps of training of the melody', numberFrom(1, true), 600)
  .option('--seconds <n>', 'how much is played', numberFrom(0.01, false), 1.5)
  .option('--temperature <n>', 'how freely: 0 for the likeliest', numberFrom(0, false), 0.8)
  .action(main)
  .parseAsync();

async function main(parts: readonly string[], options: Options): Promise<void> {
  const chosen = parts.length === 0 ? ['forecast', 'melody'] : parts;
  const backend = onnxBackend();
  const say = (line: string): void => console.log(line);
  try {
    if (chosen.includes('forecast')) {
      say("Seattle's daily maximum temperature, 7 days ahead");
      await runForecast({ backend, seed: options.seed, say });
    }
    if (chosen.includes('melody')) {
      say('A melody of plucked strings, sample by sample');
      const { learnt, played } = await learnMelody({ backend, ...options, say });
      for (const [name, samples] of [
        ['learnt', learnt],
        ['played', played],
      ] as const) {
        const file = join(options.output, `${name}.wav`);
        await writeWav(file, samples);
        say(`  written to ${file}`);
      }
    }
  } finally {
    await backend.dispose();
  }
}
