/** Where a command writes: its results, what goes on, and nothing else. */

/** A stream of text; `process.stdout` is one. */
export interface Output {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** Where somebody sits who can be asked. */
export interface Terminal {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
}

/** What a command is given besides its options. */
export interface Io {
  /** Results. With `--json` one JSON document and nothing else. */
  readonly out: Output;
  /** Progress and errors. */
  readonly err: Output;
  /** Ctrl-C. */
  readonly signal: AbortSignal;
  /** Whether results are JSON. */
  readonly json: boolean;
  /** Where to ask; nothing where nobody would answer. */
  readonly terminal?: Terminal;
}

/** Exit status: done, failed, bad input, Ctrl-C. */
export const exitCodes = { done: 0, failed: 1, badInput: 2, interrupted: 130 } as const;

/** A result for people, or with `--json` the value. */
export function show(io: Io, value: unknown, text: () => string): void {
  io.out.write(io.json ? `${JSON.stringify(value, jsonNumbers, 2)}\n` : `${text()}\n`);
}

/** Typed arrays as arrays. JSON has no NaN: it becomes null, which reads as missing. */
function jsonNumbers(_key: string, value: unknown): unknown {
  return ArrayBuffer.isView(value) && !(value instanceof DataView)
    ? Array.from(value as unknown as ArrayLike<number>)
    : value;
}
