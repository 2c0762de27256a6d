/** Commands that others must have installed, and errors that say what to do about them. */
import { spawnSync } from 'node:child_process';

/** A reason to stop that the user can do something about. */
export class SetupError extends Error {}

/** Lines of a failed command's output that are passed on. */
const LINES = 8;

/**
 * Runs a command to its end.
 *
 * @param {string} failure what to say first where it fails
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, advice: string }} options `advice`: what the user is to do then
 * @returns {string} what it printed to stdout
 * @throws {SetupError}
 */
export function execute(failure, command, args, { cwd, advice }) {
  const { error, status, signal, stdout, stderr } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (error) throw new SetupError(`${failure} (${error.message}). ${advice}`);
  if (status === 0) return stdout;
  const said = `${stdout}${stderr}`.trim().split('\n').slice(-LINES);
  const reason = `${command} ended with ${status ?? signal}`;
  throw new SetupError(
    [`${failure} (${reason}). ${advice}`, ...said.map((line) => `    ${line}`)].join('\n'),
  );
}

/**
 * Does a step and says what, and how long it took.
 *
 * @param {string} label
 * @param {() => void} work
 */
export function step(label, work) {
  const began = Date.now();
  process.stdout.write(`${label} ... `);
  try {
    work();
  } catch (error) {
    process.stdout.write('failed\n');
    throw error;
  }
  process.stdout.write(`${((Date.now() - began) / 1000).toFixed(1)} s\n`);
}
