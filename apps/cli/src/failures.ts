/** What a failed command says, and with what status it ends. */
import { BackendError } from '@chronograd/backend';
import { DataError } from '@chronograd/data';
import { SpecError } from '@chronograd/spec';
import { ChronogradError } from 'chronograd';
import { exitCodes } from './io.ts';

/** A command line that cannot be followed. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** A command that Ctrl-C ended; the message says what is left and how to go on. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** A command that failed by no fault of the command line; the message says all there is to say. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
}

/** An error as a command tells it. */
export interface Failure {
  readonly exitCode: number;
  /** One or a few lines, without a stack where the user is to do something about it. */
  readonly message: string;
}

/** The failure of an error: what the user gave is told in one sentence, our faults with a stack. */
export function failureOf(error: unknown): Failure {
  if (error instanceof Interrupted)
    return { exitCode: exitCodes.interrupted, message: error.message };
  if (error instanceof CommandFailed) return { exitCode: exitCodes.failed, message: error.message };
  const isInput =
    error instanceof UsageError ||
    error instanceof SpecError ||
    error instanceof DataError ||
    error instanceof ChronogradError;
  if (isInput) return { exitCode: exitCodes.badInput, message: error.message };
  if (error instanceof BackendError)
    return {
      exitCode: error.code === 'engine-missing' ? exitCodes.badInput : exitCodes.failed,
      message: error.message,
    };
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { exitCode: exitCodes.failed, message: text };
}
