/**
 * The conversation with a contender: JSON lines, requests on its stdin, replies on its stdout. Each
 * contender is a process of its own, whatever its language (tools/peers/protocol.py is the other
 * side in Python, peers/serve.ts in Node); it measures its own steps, so that a reply's way through
 * the pipe is in no number. The benchmark lets one contender run at a time.
 */
import type { Batch, PlainTensor } from './draw.ts';
import type { Workload } from './workload.ts';

/** Builds the model; answered by {@link Ready} or {@link Absent}. */
export interface Setup {
  readonly op: 'setup';
  readonly workload: Workload;
  /** Which way of using the library, e.g. `fit` or `scan`; each peer has its own. */
  readonly variant: string;
  /** Starting weights by name, `<layer>/<variable>`, in Keras's layout. */
  readonly weights: Readonly<Record<string, PlainTensor>>;
  /** Step `n` trains on batch `n mod batches.length`. */
  readonly batches: readonly Batch[];
}

/** Trains `steps` steps from step number `first`; answered by {@link Ran}. */
export interface Run {
  readonly op: 'run';
  readonly first: number;
  readonly steps: number;
}

/** What the benchmark asks. */
export type Request = Setup | Run;

/** The model is built and can be trained. */
export interface Ready {
  readonly event: 'ready';
  /** Libraries that do the work, e.g. `{ torch: '2.13.0' }`. */
  readonly versions: Readonly<Record<string, string>>;
  /** What else is worth knowing, e.g. the engine that was taken and why; default none. */
  readonly notes: readonly string[];
  /** What it took to compile, where that is a step of its own. */
  readonly compile?: {
    /** From document to program: checks, gradients, passes. */
    readonly buildMilliseconds: number;
    /** From program to something that the engine runs. */
    readonly compileMilliseconds: number;
    /** Native nodes or kernels of the training step. */
    readonly nodes: number;
  };
}

/** The library, or its counterpart of the workload, is not there. */
export interface Absent {
  readonly event: 'absent';
  readonly reason: string;
}

/** Steps that were trained. */
export interface Ran {
  readonly event: 'ran';
  /** Wall time of each step; a contender that takes many steps in one call gives their mean. */
  readonly milliseconds: readonly number[];
  /** Processor time of the whole process, all threads, for the steps together. */
  readonly cpuMilliseconds: number;
  /** Loss of each step before its update. */
  readonly losses: readonly number[];
  /** Dispatches to the GPU per step, where they are counted. */
  readonly dispatches?: number;
}

/** What a contender answers. */
export type Reply = Ready | Absent | Ran;

/** A contender said something that is not in the protocol. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
}

function fail(expected: string, found: unknown): never {
  const text = JSON.stringify(found) ?? 'undefined';
  throw new ProtocolError(`expected ${expected}, found ${text.slice(0, 200)}`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function numbers(value: unknown, what: string): number[] {
  if (!Array.isArray(value)) return fail(`${what}: numbers`, value);
  // Python writes NaN, which JSON.parse refuses; a diverged loss arrives as null from Node.
  return value.map((entry: unknown) => {
    if (entry === null) return Number.NaN;
    return typeof entry === 'number' ? entry : fail(`${what}: numbers`, entry);
  });
}

function number(value: unknown, what: string): number {
  return typeof value === 'number' ? value : fail(`${what}: a number`, value);
}

function text(value: unknown, what: string): string {
  return typeof value === 'string' ? value : fail(`${what}: text`, value);
}

function texts(value: unknown, what: string): string[] {
  if (!Array.isArray(value)) return fail(`${what}: texts`, value);
  return value.map((entry) => text(entry, what));
}

function versions(value: unknown): Record<string, string> {
  if (!isRecord(value)) return fail('versions: texts by name', value);
  return Object.fromEntries(
    Object.entries(value).map(([name, version]) => [name, text(version, `versions.${name}`)]),
  );
}

function compileTimes(value: unknown): NonNullable<Ready['compile']> {
  if (!isRecord(value)) return fail('compile: times', value);
  return {
    buildMilliseconds: number(value['buildMilliseconds'], 'compile.buildMilliseconds'),
    compileMilliseconds: number(value['compileMilliseconds'], 'compile.compileMilliseconds'),
    nodes: number(value['nodes'], 'compile.nodes'),
  };
}

/**
 * Reads one line that a contender wrote.
 * @throws {@link ProtocolError} that says what was expected and found.
 */
export function parseReply(line: string): Reply {
  let message: unknown;
  try {
    message = JSON.parse(line.replaceAll(/\bNaN\b|-?\bInfinity\b/g, 'null'));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return fail('a line of JSON', line);
  }
  if (!isRecord(message)) return fail('an object', message);
  switch (message['event']) {
    case 'ready':
      return {
        event: 'ready',
        versions: versions(message['versions']),
        notes: texts(message['notes'] ?? [], 'notes'),
        ...(message['compile'] !== undefined && { compile: compileTimes(message['compile']) }),
      };
    case 'absent':
      return { event: 'absent', reason: text(message['reason'], 'reason') };
    case 'ran':
      return {
        event: 'ran',
        milliseconds: numbers(message['milliseconds'], 'milliseconds'),
        cpuMilliseconds: number(message['cpuMilliseconds'], 'cpuMilliseconds'),
        losses: numbers(message['losses'], 'losses'),
        ...(message['dispatches'] !== undefined && {
          dispatches: number(message['dispatches'], 'dispatches'),
        }),
      };
    default:
      return fail("an event 'ready', 'absent' or 'ran'", message);
  }
}
