/** What an error tells, in parts. */
export interface ErrorDetails<Code extends string> {
  /** What kind of thing went wrong; stable, to be matched by programs. */
  readonly code: Code;
  /** Tensor, option, file or operation at fault. */
  readonly subject: string;
  readonly expected: string;
  readonly found: string;
  /** What to do about it. */
  readonly advice?: string;
}

/**
 * Base of the errors of this package. A wrong document is a `SpecError` of `@chronograd/spec`, an
 * engine that fails a `BackendError` of `@chronograd/backend`; both pass through unchanged.
 */
export abstract class ChronogradError<Code extends string = string> extends Error {
  readonly code: Code;
  readonly subject: string;
  readonly expected: string;
  readonly found: string;
  readonly advice: string | undefined;

  constructor(details: ErrorDetails<Code>, options?: ErrorOptions) {
    const { code, subject, expected, found, advice } = details;
    super(
      `${subject}: expected ${expected}, found ${found}${advice === undefined ? '' : `. ${advice}`}`,
      options,
    );
    this.code = code;
    this.subject = subject;
    this.expected = expected;
    this.found = found;
    this.advice = advice;
  }
}

/** Codes of a {@link ModelError}. */
export type ModelErrorCode =
  /** What was given as a backend is none. */
  | 'bad-backend'
  /** An option out of its range. */
  | 'bad-option'
  /** Used after `dispose`. */
  | 'disposed'
  /** A second `fit` while one is running. */
  | 'busy'
  | 'unknown-weight'
  | 'missing-weight'
  /** A weight of another shape, or with values that are not finite. */
  | 'bad-weight'
  /** One tensor was asked of a model with several outputs. */
  | 'several-outputs'
  /** A stateful model met another batch size than before. */
  | 'stateful-batch';

/** A model that cannot be made or used in this way. */
export class ModelError extends ChronogradError<ModelErrorCode> {
  override readonly name = 'ModelError';
}

/** Codes of a {@link DataError}. */
export type DataErrorCode =
  /** Not a tensor at all, or elements that are not numbers. */
  | 'not-a-tensor'
  | 'bad-shape'
  /** Inputs, targets and sample weights of different numbers of samples. */
  | 'count-mismatch'
  /** NaN or an infinity. */
  | 'not-finite'
  /** A finite number that does not fit: a fraction for an integer, a class that is not there. */
  | 'bad-value'
  | 'unknown-tensor'
  | 'missing-tensor'
  /** No samples, or no batches. */
  | 'empty';

/** Data that do not fit the model. */
export class DataError extends ChronogradError<DataErrorCode> {
  override readonly name = 'DataError';
}

/** Codes of a {@link SaveError}. */
export type SaveErrorCode =
  | 'missing-file'
  /** A file whose bytes are not those that were saved. */
  | 'corrupt-file'
  /** `model.json` is not a saved model, or one of a later version. */
  | 'bad-document'
  /** Tensors of another model (unknown, missing, misshapen), or with values that are not finite. */
  | 'wrong-weights'
  /** The folder could not be written; what it held before is still there. */
  | 'write-failed'
  /** The model is saved, but a file of an earlier save could not be removed. */
  | 'cleanup-failed';

/** A folder that cannot be saved to or loaded from. */
export class SaveError extends ChronogradError<SaveErrorCode> {
  override readonly name = 'SaveError';
}

/** `a, b, c and 4 more`: at most `limit` of the items. */
export function listed(items: readonly string[], limit = 8): string {
  if (items.length === 0) return 'none';
  if (items.length <= limit) return items.join(', ');
  return `${items.slice(0, limit).join(', ')} and ${items.length - limit} more`;
}

/** `[3, ?, 5]`: a shape as it stands in messages; `?` is a dimension of any size. */
export function formatShape(shape: readonly (number | null)[]): string {
  return `[${shape.map((dimension) => dimension ?? '?').join(', ')}]`;
}
