/** The command line. */
import { parseArgs } from 'node:util';
import { type Contender, pickContenders } from './contenders.ts';
import { type Suite, workloadsWithGoals } from './goals.ts';
import type { Effort } from './measure.ts';
import { type Workload, workloads } from './workload.ts';

/** What to do. */
export interface Options {
  readonly suite: Suite;
  /** What to train, one after the other. */
  readonly workloads: readonly Workload[];
  readonly contenders: readonly Contender[];
  readonly effort: Effort;
  /** Lengths of time at which compiling is measured as well; may be empty. */
  readonly compileTimes: readonly number[];
  /** Print the report as JSON instead of tables. */
  readonly json: boolean;
  /** Folder for the two files. */
  readonly output: string;
}

/** An argument that does not fit; its message is for the user. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** What `--help` prints. */
export const usage = `Usage: npm run bench -- [options]

Times one training step of several libraries side by side, one thread each.

  --cuda              libraries on an NVIDIA GPU instead
  --webgpu            libraries on WebGPU instead, all on one adapter; fewer rounds by default

  --workload <names>  of ${Object.keys(workloads).join(', ')}; comma-separated
                      (default: those that there are goals for, ${workloadsWithGoals('cpu').join(',')})
  --time <n>          time steps instead of the workload's
  --batch <n>         batch size instead of the workload's
  --only <names>      libraries or contenders, comma-separated: chronograd,pytorch:fused
  --rounds <n>        turns of each contender (default 20, with --webgpu 5)
  --steps <n>         most steps of a turn (default 200)
  --turn <ms>         time of a turn of a slow contender (default 400)
  --warm-up <ms>      (default 1500, with --webgpu 1)
  --compile <times>   lengths of time to measure compiling at, comma-separated, or none
                      (default 56,1000 for chronograd)
  --python <command>  Python with the libraries of tools/peers/requirements.txt
                      (default CHRONOGRAD_PYTHON or python3)
  --json              print JSON
  --output <folder>   where the report's two files go (default output)
  --write             put them under docs/benchmarks
  --help`;

function positive(value: string, flag: string): number {
  const number = Number(value);
  if (Number.isInteger(number) && number > 0) return number;
  throw new UsageError(`--${flag}: expected a positive whole number, found '${value}'`);
}

/** What is not asked for, by suite: a step of tfjs-layers on a software adapter takes seconds. */
const defaults: Readonly<
  Record<Suite, { rounds: string; warmUp: string; compile: string; contenders: string[] }>
> = {
  cpu: { rounds: '20', warmUp: '1500', compile: '56,1000', contenders: [] },
  cuda: {
    rounds: '20',
    warmUp: '5000',
    compile: 'none',
    contenders: ['chronograd:tensorflow', 'keras', 'jax:scan'],
  },
  webgpu: {
    rounds: '5',
    warmUp: '1',
    compile: 'none',
    contenders: ['chronograd:webgpu', 'tfjs:webgpu', 'jax-js:webgpu'],
  },
};

const listOf = (text: string) => text.split(',').filter((name) => name !== '');

function workloadNamed(name: string): Workload {
  const workload = workloads[name];
  if (workload) return workload;
  const known = Object.keys(workloads).join(', ');
  throw new UsageError(`--workload: expected one of ${known}, found '${name}'`);
}

/**
 * Reads the arguments; `help` for `--help`.
 * @throws {@link UsageError}, UnknownContender, or Node's TypeError for an unknown flag
 */
export function parseOptions(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Options | 'help' {
  const text = (fallback: string) => ({ type: 'string', default: fallback }) as const;
  const flag = { type: 'boolean', default: false } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      cuda: flag,
      webgpu: flag,
      workload: { type: 'string' },
      time: { type: 'string' },
      batch: { type: 'string' },
      only: text(''),
      rounds: { type: 'string' },
      steps: text('200'),
      turn: text('400'),
      'warm-up': { type: 'string' },
      compile: { type: 'string' },
      python: text(environment['CHRONOGRAD_PYTHON'] ?? 'python3'),
      json: flag,
      output: text('output'),
      write: flag,
      help: flag,
    },
  });
  if (values.help) return 'help';
  if (values.cuda && values.webgpu) throw new UsageError('--cuda and --webgpu: one at a time');
  const suite = values.webgpu ? 'webgpu' : values.cuda ? 'cuda' : 'cpu';
  const usual = defaults[suite];
  const { rounds = usual.rounds, compile = usual.compile } = values;
  const sizes = {
    ...(values.time !== undefined && { time: positive(values.time, 'time') }),
    ...(values.batch !== undefined && { batch: positive(values.batch, 'batch') }),
  };
  return {
    suite,
    workloads: (values.workload === undefined
      ? workloadsWithGoals(suite)
      : listOf(values.workload)
    ).map((name) => ({ ...workloadNamed(name), ...sizes })),
    contenders: pickContenders(values.only === '' ? usual.contenders : listOf(values.only)),
    effort: {
      rounds: positive(rounds, 'rounds'),
      steps: positive(values.steps, 'steps'),
      turnMilliseconds: positive(values.turn, 'turn'),
      warmUpMilliseconds: positive(values['warm-up'] ?? usual.warmUp, 'warm-up'),
      // Of a WebGPU run, what is on the same GPU without it.
      cuda: suite !== 'cpu',
      python: values.python,
    },
    compileTimes:
      compile === 'none' ? [] : listOf(compile).map((time) => positive(time, 'compile')),
    json: values.json,
    output: values.write ? 'docs/benchmarks' : values.output,
  };
}
