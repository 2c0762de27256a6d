import { distance } from 'fastest-levenshtein';

/** One thing that is wrong with a document. */
export interface SpecIssue {
  /** Where, as a JSON path from the root of the document, as in `$.layers[2].units`. */
  readonly path: string;
  /** What may stand there, as in `a positive integer`. */
  readonly expected: string;
  /** What stands there, cut to a few words. */
  readonly found: string;
  /** What to do about it, where we can tell, as in `did you mean "units"?`. */
  readonly suggestion?: string;
}

/** A document that cannot be used, with everything that is wrong with it. */
export class SpecError extends Error {
  /** All faults, at least one: those of single values first, then those between values. */
  readonly issues: readonly SpecIssue[];

  /**
   * @param subject what has the faults, as in `The model document`
   * @param issues the faults, at least one
   */
  constructor(subject: string, issues: readonly SpecIssue[]) {
    const count = issues.length === 1 ? '1 fault' : `${issues.length} faults`;
    super(
      [`${subject} has ${count}:`, ...issues.map((issue) => `  ${formatIssue(issue)}`)].join('\n'),
    );
    this.name = 'SpecError';
    this.issues = issues;
  }
}

/** An issue in one line: path, expected, found, suggestion. */
export function formatIssue(issue: SpecIssue): string {
  const line = `${issue.path}: expected ${issue.expected}, found ${issue.found}`;
  return issue.suggestion === undefined ? line : `${line} (${issue.suggestion})`;
}

/** A step of a path: a key of an object or an index of an array. */
export type PathStep = string | number;

/** `$.layers[2].units` of `['layers', 2, 'units']`; keys that are no identifiers are quoted. */
export function jsonPath(steps: readonly PathStep[]): string {
  return steps.reduce<string>((path, step) => {
    if (typeof step === 'number') return `${path}[${step}]`;
    return /^[A-Za-z_$][\w$]*$/.test(step) ? `${path}.${step}` : `${path}[${quote(step)}]`;
  }, '$');
}

const longest = 40;

/** A text in double quotes, cut after 40 characters. */
export function quote(text: string): string {
  return JSON.stringify(text.length > longest ? `${text.slice(0, longest)}…` : text);
}

/** Names as `a, b and c`, or `a, b and 7 more` beyond `most`. */
export function listed(names: readonly string[], most = Infinity): string {
  if (names.length > most) {
    return `${names.slice(0, most).join(', ')} and ${names.length - most} more`;
  }
  if (names.length < 2) return names.join('');
  return `${names.slice(0, -1).join(', ')} and ${names.slice(-1).join('')}`;
}

/** A value in a few words, whatever it is: never a dump. */
export function describeValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') return quote(value);
  if (Array.isArray(value)) return value.length === 0 ? 'an empty array' : describeArray(value);
  if (typeof value === 'object' && value !== null) {
    const keys = Object.keys(value).map((key) => quote(key).slice(1, -1));
    return keys.length === 0 ? 'an empty object' : `an object with ${listed(keys, 4)}`;
  }
  return typeof value === 'function' ? 'a function' : String(value);
}

function describeArray(value: readonly unknown[]): string {
  const short =
    value.length <= 8 && value.every((item) => item === null || typeof item === 'number');
  if (short) return `[${value.map(String).join(', ')}]`;
  return value.length === 1 ? 'an array of 1 item' : `an array of ${value.length} items`;
}

const plain = (text: string): string => text.toLowerCase().replace(/[_\-\s]/g, '');

/** Whether one text is near enough to another to be a slip of it; both as {@link plain} gives. */
function isSlip(written: string, candidate: string, edits: number): boolean {
  const { length } = candidate;
  if (length > 4) return edits <= Math.max(2, Math.floor(length / 3));
  // In a short name two edits make another word, unless the letters only changed places.
  return edits <= 1 || [...written].sort().join('') === [...candidate].sort().join('');
}

/**
 * The candidate that someone who wrote `written` may have meant. Case and underscores do not
 * count, so that Keras's `return_sequences` finds `returnSequences`.
 *
 * @returns undefined where no candidate is near: within two edits, or a third of the length
 */
export function nearest(written: string, candidates: readonly string[]): string | undefined {
  // A text this long is no misspelt name, and the distance takes quadratic time.
  if (written.length > 100) return undefined;
  const [best] = candidates
    .map((candidate) => ({ candidate, edits: distance(plain(written), plain(candidate)) }))
    .sort((a, b) => a.edits - b.edits);
  if (best === undefined) return undefined;
  return isSlip(plain(written), plain(best.candidate), best.edits) ? best.candidate : undefined;
}

/** `{ suggestion: 'did you mean "units"?' }` where a candidate is near, else nothing to add. */
export function didYouMean(
  written: string,
  candidates: readonly string[],
): Pick<SpecIssue, 'suggestion'> {
  const near = nearest(written, candidates);
  return near === undefined ? {} : { suggestion: `did you mean ${quote(near)}?` };
}

/**
 * A sentence for an error's advice: `Did you mean "…"?` where a candidate is near, else
 * `There are "…", "…"`, of many candidates the first twelve.
 */
export function nameAdvice(written: string, candidates: readonly string[]): string {
  const near = nearest(written, candidates);
  if (near !== undefined) return `Did you mean ${quote(near)}?`;
  const names = candidates.slice(0, 12).map((candidate) => quote(candidate));
  return `There are ${names.join(', ')}${candidates.length > names.length ? ' and others' : ''}`;
}
