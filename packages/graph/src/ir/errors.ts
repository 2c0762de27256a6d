/** A program that cannot be: which operation, which argument, what was expected and found. */
export class GraphError extends Error {
  override readonly name = 'GraphError';

  constructor(
    /** The operation, e.g. `matmul`. */
    readonly op: string,
    /** The argument at fault, e.g. `input 1`. */
    readonly argument: string,
    readonly expected: string,
    readonly found: string,
  ) {
    super(`${op}: ${argument}: expected ${expected}, found ${found}`);
  }
}
