/** What kind of thing is wrong with the data; stable, to be matched by programs. */
export type DataErrorCode =
  /** The file cannot be read. */
  | 'unreadable'
  /** No header, or no rows below it. */
  | 'empty'
  /** Not CSV: an unclosed quote and the like. */
  | 'bad-csv'
  /** A row with more or fewer fields than the header. */
  | 'ragged-row'
  | 'missing-column'
  /** A field that is not what its column holds: a number, a date, one of the categories. */
  | 'bad-value'
  /** The same time in two rows. */
  | 'duplicate-time'
  /** Times that are not there, where each follows the last by one step. */
  | 'gap'
  /** A time that is no whole number of steps after the others. */
  | 'irregular'
  | 'unsorted'
  /** Missing (NaN) values where a computation needs all. */
  | 'missing-values'
  /** Fewer rows than a window, a part or a fit needs. */
  | 'too-short'
  /** An option, shape or document that does not fit. */
  | 'bad-argument';

/** What a {@link DataError} tells, in parts. */
export interface DataErrorDetails {
  readonly code: DataErrorCode;
  /** Path of the file, or what the caller calls the text. */
  readonly file?: string;
  /** Line of the file, the header being line 1; of a Parquet or Arrow file the row, from 1. */
  readonly line?: number;
  /** Name of the column. */
  readonly column?: string;
  /** Option or argument at fault, where there is no file. */
  readonly subject?: string;
  readonly expected: string;
  readonly found: string;
  /** What to do about it. */
  readonly advice?: string;
}

/** Data that cannot be used: where, what was expected, what was found, what to do. */
export class DataError extends Error {
  override readonly name = 'DataError';
  readonly code: DataErrorCode;
  readonly file: string | undefined;
  readonly line: number | undefined;
  readonly column: string | undefined;
  readonly expected: string;
  readonly found: string;

  constructor(details: DataErrorDetails, options?: ErrorOptions) {
    const { code, file, line, column, subject, expected, found, advice } = details;
    const where = [
      file !== undefined && (line === undefined ? file : `${file}:${line}`),
      file === undefined && line !== undefined && `line ${line}`,
      column !== undefined && `column "${column}"`,
      subject,
    ].filter((part) => typeof part === 'string');
    const place = where.length > 0 ? `${where.join(', ')}: ` : '';
    super(`${place}expected ${expected}, found ${found}${advice ? `. ${advice}` : ''}`, options);
    this.code = code;
    this.file = file;
    this.line = line;
    this.column = column;
    this.expected = expected;
    this.found = found;
  }
}

/** `a, b, c and 4 more`: at most `limit` of the items. */
export function listed(items: readonly string[], limit = 5): string {
  if (items.length <= limit) return items.join(', ');
  return `${items.slice(0, limit).join(', ')} and ${items.length - limit} more`;
}
