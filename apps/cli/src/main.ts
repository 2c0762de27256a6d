import { run } from './run.ts';

const stop = new AbortController();
// Once: a second Ctrl-C ends the process at once.
process.once('SIGINT', () => {
  process.stderr.write('\nstopping after this step …\n');
  stop.abort();
});
process.exitCode = await run(process.argv.slice(2), {
  out: process.stdout,
  err: process.stderr,
  signal: stop.signal,
  // Questions go where errors go: standard output is for results.
  ...(process.stdin.isTTY &&
    process.stderr.isTTY && { terminal: { input: process.stdin, output: process.stderr } }),
});
