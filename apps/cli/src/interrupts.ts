/** Ctrl-C: the first asks to stop, one after that ends the process. */
import type { EventEmitter } from 'node:events';

/**
 * Signals within so many milliseconds are one Ctrl-C: a terminal sends it to all processes of the
 * command, and a process that started this one may hand it on as well.
 */
const ONE_PRESS = 500;

/** What Ctrl-C does. */
export interface InterruptActions {
  /** The first: to stop when what has begun is saved. */
  readonly stop: () => void;
  /** A later one: to end at once. */
  readonly end: () => void;
}

/**
 * Listens for SIGINT.
 *
 * @param source what emits it: the process
 * @param actions what is done
 * @param now milliseconds of a clock. Default `performance.now`
 */
export function onInterrupt(
  source: EventEmitter,
  actions: InterruptActions,
  now: () => number = () => performance.now(),
): void {
  let first: number | undefined;
  source.on('SIGINT', () => {
    if (first === undefined) {
      first = now();
      actions.stop();
    } else if (now() - first > ONE_PRESS) actions.end();
  });
}
