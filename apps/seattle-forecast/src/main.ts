import type { Backend } from '@chronograd/backend';
import { onnxBackend } from '@chronograd/backend-onnx-cuda';
import { parseOptions, usage, UsageError, type RunOptions } from './options.ts';
import { outputProblem } from './output.ts';
import { Interrupted, runExample } from './run.ts';

/** Exit codes: 0 done, 1 failed, 2 a command line that cannot be followed, 130 Ctrl-C. */
async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args);
  if (options === 'help') {
    console.log(usage);
    return 0;
  }
  const problem = outputProblem(options.output);
  if (problem !== undefined) throw new UsageError(`--output: ${problem}`);
  const stop = new AbortController();
  // Once: a second Ctrl-C ends the process at once, as without us. Files are written in whole.
  process.once('SIGINT', () => {
    console.error('\nstopping after this step …');
    stop.abort();
  });
  const backend = await backendOf(options);
  try {
    await runExample({ ...options, backend, terminal: process.stdout, signal: stop.signal });
    return 0;
  } finally {
    await backend.dispose();
  }
}

async function backendOf({ backend }: RunOptions): Promise<Backend> {
  if (backend === 'onnx') return onnxBackend();
  const { referenceBackend } = await import('@chronograd/backend-reference');
  return referenceBackend();
}

/** What a failed run says and ends with. */
function explain(error: unknown): number {
  if (error instanceof UsageError) {
    console.error(`${error.message}\nSee --help.`);
    return 2;
  }
  if (error instanceof Interrupted) {
    console.error(error.message);
    return 130;
  }
  console.error(error instanceof Error ? `${error.name}: ${error.message}` : error);
  return 1;
}

process.exitCode = await main(process.argv.slice(2)).catch(explain);
