/** `npm run bench`: one training step of several libraries, side by side. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { contenders, UnknownContender } from './contenders.ts';
import { describeMachine } from './machine.ts';
import { markdownReport } from './markdown.ts';
import { measure, type Progress } from './measure.ts';
import { type Options, parseOptions, usage, UsageError } from './options.ts';
import { type CompileRow, makeReport, type Report } from './report.ts';
import { median } from './statistics.ts';
import { terminalReport } from './terminal.ts';
import { drawBatches, drawWeights } from './draw.ts';
import { type Workload, workloadSlug } from './workload.ts';

const BATCHES = 8;
const SEED = 7;

function setupOf(workload: Workload) {
  return {
    op: 'setup',
    workload,
    weights: drawWeights(workload, SEED),
    batches: drawBatches(workload, BATCHES, SEED + 1),
  } as const;
}

/** What our own backend takes to compile the workload at these lengths of time. */
async function measureCompiling(
  workload: Workload,
  options: Options,
  progress: Progress,
): Promise<CompileRow[]> {
  const ours = options.contenders.filter(({ id }) => id === 'chronograd:run');
  const rows: CompileRow[] = [];
  for (const time of ours.length > 0 ? options.compileTimes : []) {
    const effort = { ...options.effort, rounds: 3, steps: 10, warmUpMilliseconds: 1 };
    const setup = setupOf({ ...workload, time });
    const { measured } = await measure(ours, setup, effort, (message) =>
      progress(`T=${time}: ${message}`),
    );
    for (const { ready, rounds } of measured) {
      if (ready.compile) {
        rows.push({ time, compile: ready.compile, milliseconds: median(rounds.flat()) });
      }
    }
  }
  return rows;
}

async function writeReport(report: Report, output: string): Promise<string[]> {
  const root = fileURLToPath(new URL('../../../', import.meta.url));
  const folder = resolve(root, output);
  const suite = report.suite === 'cpu' ? '' : `-${report.suite}`;
  const name = `${report.date.slice(0, 10)}-${workloadSlug(report.workload)}${suite}`;
  await mkdir(folder, { recursive: true });
  const files = [join(folder, `${name}.json`), join(folder, `${name}.md`)] as const;
  await writeFile(files[0], `${JSON.stringify(report, null, 2)}\n`);
  await writeFile(files[1], markdownReport(report));
  return [...files];
}

async function bench(workload: Workload, options: Options): Promise<void> {
  const machine = describeMachine();
  const progress: Progress = (message) => {
    if (process.stderr.isTTY) process.stderr.write(`\r\u001B[K${workload.name}: ${message}`);
  };
  const { effort } = options;
  const compileTimes = await measureCompiling(workload, options, progress);
  const { measured, leftOut } = await measure(
    options.contenders,
    setupOf(workload),
    effort,
    progress,
  );
  progress('');
  const report = makeReport({
    date: new Date(),
    machine,
    suite: options.suite,
    workload,
    effort,
    measured,
    leftOut,
    compileTimes,
  });
  console.log(options.json ? JSON.stringify(report, null, 2) : terminalReport(report));
  const files = await writeReport(report, options.output);
  if (!options.json) console.log(`written: ${files.join(', ')}`);
  if (leftOut.some(({ failed }) => failed) || measured.length === 0) process.exitCode = 1;
}

/** Errors that are the user's: said without a stack. */
function isUsage(error: unknown): error is Error {
  return (
    error instanceof UsageError ||
    error instanceof UnknownContender ||
    (error instanceof TypeError && 'code' in error && `${error.code}`.startsWith('ERR_PARSE_ARGS'))
  );
}

try {
  const options = parseOptions(process.argv.slice(2), process.env);
  if (options === 'help')
    console.log(`${usage}\n\nContenders: ${contenders.map(({ id }) => id).join(', ')}`);
  else for (const workload of options.workloads) await bench(workload, options);
} catch (error) {
  if (!isUsage(error)) throw error;
  console.error(`bench: ${error.message}\n\n${usage}`);
  process.exitCode = 2;
}
