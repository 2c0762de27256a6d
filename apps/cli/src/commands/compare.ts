/** The command that runs one experiment on several backends. */
import { formatNumber } from '@chronograd/report';
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { knownBackends } from '../backends.ts';
import { agreement, type Agreement } from '../compare/agreement.ts';
import type { Answer } from '../compare/child.ts';
import type { MeasureOptions, Measurement } from '../compare/measure.ts';
import { CommandFailed, Interrupted, UsageError } from '../failures.ts';
import { readExperiment } from '../files.ts';
import { show, type Io } from '../io.ts';
import { table } from '../tables.ts';

/** Options of {@link compareCommand}. */
export interface CompareCommandOptions {
  /** Ids. */
  readonly backends: readonly string[];
  /** Steps of training that are compared. */
  readonly steps: number;
}

/** A backend of the comparison. */
export type Compared =
  | ({
      readonly state: 'measured';
      /** Nothing for the yardstick itself. */
      readonly apart: Agreement | undefined;
    } & Measurement)
  | {
      readonly state: 'missing' | 'failed';
      readonly backend: string;
      /** Why there are no numbers. */
      readonly reason: string;
      /** How to get what the backend needs. */
      readonly needs: string;
    };

/**
 * Trains an experiment for some steps on several backends, one after the other, each in a process
 * of its own, from the same initial weights and batches, and shows how far losses and predictions
 * are apart, the time of a step and the memory. The yardstick is the float64 interpreter where it
 * takes part, else the first backend that is there.
 *
 * @throws UsageError where no backend is there, and for experiments at fault; CommandFailed, after
 *   the table, where a backend failed
 */
export async function compareCommand(
  io: Io,
  file: string,
  { backends, steps }: CompareCommandOptions,
): Promise<void> {
  await readExperiment(file);
  const answers: [string, Answer][] = [];
  for (const backend of new Set(backends)) {
    io.err.write(`${backend} …\n`);
    const answer = await inProcess({ file, backend, steps }, io.signal);
    const isInput = 'missing' in answer && !answer.missing && answer.exitCode === 2;
    if (isInput) throw new UsageError(answer.message);
    answers.push([backend, answer]);
  }
  const { yardstick, compared } = comparison(answers);
  const failed = compared.filter(({ state }) => state === 'failed').map(({ backend }) => backend);
  if (yardstick === undefined && failed.length === 0)
    throw new UsageError(`--backends: expected one that is here, found none\n${told(compared)}`);
  // Predictions are there to be held to each other; how far they are apart is told.
  const shown = compared.map((each) => ({ ...each, predictions: undefined }));
  show(io, { steps, yardstick, backends: shown }, () => told(compared));
  if (failed.length > 0) throw new CommandFailed(`failed: ${failed.join(', ')}`);
}

/** All backends beside the yardstick. */
export function comparison(answers: readonly (readonly [string, Answer])[]): {
  readonly yardstick: string | undefined;
  readonly compared: readonly Compared[];
} {
  const measured = answers.flatMap(([, answer]) => ('measured' in answer ? [answer.measured] : []));
  const yardstick = measured.find(({ backend }) => backend === 'reference') ?? measured[0];
  const compared = answers.map(([backend, answer]): Compared => {
    if ('measured' in answer) {
      const own = answer.measured;
      const apart = own === yardstick || !yardstick ? undefined : agreement(own, yardstick);
      return { state: 'measured', apart, ...own };
    }
    const needs = knownBackends.find(({ id }) => id === backend)?.needs ?? '';
    const state = answer.missing ? 'missing' : 'failed';
    return { state, backend, reason: answer.message, needs };
  });
  return { yardstick: yardstick?.backend, compared };
}

/** The comparison as people read it. */
export function told(compared: readonly Compared[]): string {
  const rows = compared.flatMap((each) => {
    if (each.state !== 'measured') return [];
    const { backend, engine, device, losses, apart, millisecondsPerStep, peakMemory } = each;
    return [
      [
        backend,
        engine,
        device,
        `${formatNumber(losses[0] ?? NaN)} → ${formatNumber(losses.at(-1) ?? NaN)}`,
        apart ? apart.losses.toExponential(1) : 'yardstick',
        apart ? apart.predictions.toExponential(1) : 'yardstick',
        millisecondsPerStep.toPrecision(3),
        `${Math.round(peakMemory / 2 ** 20)} MiB`,
      ],
    ];
  });
  const head = ['backend', 'engine', 'device', 'loss', 'losses apart', 'predictions apart'];
  const others = compared.flatMap((each) =>
    each.state === 'measured'
      ? []
      : [
          each.state === 'missing'
            ? `${each.backend} is not here: ${each.reason}\n  needs ${each.needs}`
            : `${each.backend} failed: ${each.reason}`,
        ],
  );
  return [
    ...(rows.length > 0 ? [table([...head, 'ms per step', 'peak memory'], rows)] : []),
    ...others,
  ].join('\n');
}

/** Measures in a process of its own. */
async function inProcess(options: MeasureOptions, signal: AbortSignal): Promise<Answer> {
  const source = import.meta.url.endsWith('.ts');
  const path = fileURLToPath(
    new URL(source ? '../compare/child.ts' : '../compare/child.js', import.meta.url),
  );
  const child = fork(path, {
    // From the sources the child needs what this process was started with, as bin/ does it.
    execArgv: source
      ? ['--conditions=chronograd-source', '--import', import.meta.resolve('tsx')]
      : [],
    // Engines write what they like to standard output, which is for results.
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    signal,
  });
  let log = '';
  child.stderr?.on('data', (text: Buffer) => (log = `${log}${text.toString()}`.slice(-2000)));
  child.send(options);
  return new Promise((resolve, reject) => {
    let answer: Answer | undefined;
    child.on('message', (message: Answer) => (answer = message));
    child.on('error', (error) => {
      reject(signal.aborted ? new Interrupted('stopped') : error);
    });
    child.on('exit', (code, killedBy) => {
      const message = `its process ended with ${code ?? killedBy}\n${log}`.trimEnd();
      resolve(answer ?? { missing: false, message, exitCode: 1 });
    });
  });
}
