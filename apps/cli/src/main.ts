import { onInterrupt } from './interrupts.ts';
import { run } from './run.ts';

const stop = new AbortController();
onInterrupt(process, {
  stop() {
    process.stderr.write('\nstopping after this step …\n');
    stop.abort();
  },
  end: () => process.exit(130),
});
process.exitCode = await run(process.argv.slice(2), {
  out: process.stdout,
  err: process.stderr,
  signal: stop.signal,
  // Questions go where errors go: standard output is for results.
  ...(process.stdin.isTTY &&
    process.stderr.isTTY && { terminal: { input: process.stdin, output: process.stderr } }),
});
