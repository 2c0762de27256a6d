/** Runs a command line to its exit status. */
import { CommanderError } from 'commander';
import { failureOf } from './failures.ts';
import { exitCodes, type Output, type Terminal } from './io.ts';
import { buildProgram } from './program.ts';

/** What a command line is run with. */
export interface RunOptions {
  readonly out: Output;
  readonly err: Output;
  readonly signal: AbortSignal;
  /** Where to ask. Default: nobody is asked. */
  readonly terminal?: Terminal;
}

/**
 * Runs a command.
 *
 * @param args the command line, without node and script
 * @returns the exit status: 0 done, 1 failed, 2 bad input, 130 Ctrl-C
 */
export async function run(
  args: readonly string[],
  { out, err, signal, terminal }: RunOptions,
): Promise<number> {
  const program = buildProgram((json) => ({
    ...{ out, err, signal, json },
    ...(terminal && { terminal }),
  }));
  for (const command of [program, ...program.commands]) {
    command.exitOverride();
    command.configureOutput({
      writeOut: (text) => out.write(text),
      writeErr: (text) => err.write(text),
    });
  }
  try {
    await program.parseAsync([...args], { from: 'user' });
    return exitCodes.done;
  } catch (error) {
    // Commander has said what is wrong; help and version end well.
    if (error instanceof CommanderError)
      return error.exitCode === 0 ? exitCodes.done : exitCodes.badInput;
    const { exitCode, message } = failureOf(error);
    err.write(`${message}\n`);
    return exitCode;
  }
}
