/** What kind of thing went wrong; stable, to be matched by programs. */
export type BackendErrorCode =
  /** The engine's package or native library is not there. */
  | 'engine-missing'
  /** A feed, entry or state tensor that does not fit. */
  | 'bad-input'
  /** The engine refused the program. */
  | 'compile-failed'
  /** The engine failed while running. */
  | 'run-failed'
  /** Used after dispose. */
  | 'disposed';

/** An error of a backend: what, where, expected, found, and what to do. */
export class BackendError extends Error {
  override readonly name = 'BackendError';

  constructor(
    readonly code: BackendErrorCode,
    readonly details: {
      /** Id of the backend. */
      readonly backend: string;
      /** Operation, entry, feed or tensor. */
      readonly subject: string;
      readonly expected: string;
      readonly found: string;
      /** What to do about it. */
      readonly advice?: string;
    },
    options?: ErrorOptions,
  ) {
    const { backend, subject, expected, found, advice } = details;
    super(
      `${backend}: ${subject}: expected ${expected}, found ${found}${advice ? `. ${advice}` : ''}`,
      options,
    );
  }
}
