/** Cases that are code: calls in an order that matters, errors, what one backend hands to another. */
import type {
  Backend,
  BackendErrorCode,
  CompileOptions,
  Executable,
  Feeds,
  HostTensor,
} from '@chronograd/backend';
import { referenceBackend } from '@chronograd/backend-reference';
import type { Program } from '@chronograd/graph';
import type { ConformanceCase, Measurement, Needs, Row, Subject } from '../case.ts';
import { expectClose, type Expected } from '../compare.ts';
import { ConformanceFailure } from '../failure.ts';
import type { ToleranceClass } from '../tolerances.ts';

/** A case whose `run` says what is done and what must come of it. */
export interface CodedCase {
  /** What is claimed; the last part of the case's name. */
  readonly name: string;
  /** Default true. */
  readonly quick?: boolean;
  readonly needs?: Needs;
  /** As {@link ConformanceCase.parts}. Default none: most are not about how a program is compiled. */
  readonly parts?: readonly string[];
  run(subject: Subject, check: Checker): Promise<void>;
}

/** One case of each. */
export function codedCases(row: Row, cases: readonly CodedCase[]): ConformanceCase[] {
  return cases.map(({ name, quick = true, needs = {}, parts = [], run }) => ({
    name: `${row.group}/${row.subject}/${name}`,
    row,
    quick,
    needs,
    parts,
    async run(subject) {
      const check = new Checker();
      await run(subject, check);
      return { measurements: check.measurements };
    },
  }));
}

/** What a case claims; the first claim that does not hold ends it. */
export class Checker {
  /** All comparisons so far. */
  readonly measurements: Measurement[] = [];

  /** Holds a tensor to another. @throws {@link ConformanceFailure} */
  close(
    tensor: string,
    found: HostTensor | undefined,
    expected: Expected,
    tolerance: ToleranceClass = 'forward',
  ): void {
    if (!found) throw new ConformanceFailure(`${tensor}: expected a tensor, found none`);
    this.measurements.push(expectClose(tensor, found, expected, tolerance));
  }

  /** Holds a tensor to the very elements of another. @throws {@link ConformanceFailure} */
  equal(tensor: string, found: HostTensor | undefined, expected: Expected): void {
    this.close(tensor, found, expected, 'exact');
  }

  /** Holds tensors to those of the same names, none missing and none more. */
  all(
    what: string,
    found: Readonly<Record<string, HostTensor>>,
    expected: Readonly<Record<string, Expected>>,
    tolerance: ToleranceClass = 'forward',
  ): void {
    const names = (record: object): string => Object.keys(record).sort().join(', ');
    this.that(`${what}: has ${names(expected)}`, names(found) === names(expected), names(found));
    for (const [name, tensor] of Object.entries(expected))
      this.close(`${what}: ${name}`, found[name], tensor, tolerance);
  }

  /** @throws {@link ConformanceFailure} unless the claim holds. */
  that(claim: string, holds: boolean, found?: string): void {
    if (!holds)
      throw new ConformanceFailure(
        `expected: ${claim}${found === undefined ? '' : `; found ${found || 'none'}`}`,
      );
  }

  /**
   * Holds a call to reject with a {@link BackendError} of this code that says what was expected
   * and what was found.
   */
  async rejects(
    what: string,
    call: () => Promise<unknown>,
    ...codes: readonly BackendErrorCode[]
  ): Promise<void> {
    const error = await rejectionOf(what, call);
    const { name, code, details } = error as {
      name?: unknown;
      code?: BackendErrorCode;
      details?: Readonly<Record<string, unknown>>;
    };
    const wanted = `${what}: rejects with a BackendError, code ${codes.join(' or ')}`;
    this.that(wanted, name === 'BackendError', String(error));
    this.that(
      wanted,
      code !== undefined && codes.includes(code),
      `${code ?? ''} (${String(error)})`,
    );
    for (const part of ['backend', 'subject', 'expected', 'found'])
      this.that(
        `${what}: an error that says "${part}"`,
        typeof details?.[part] === 'string' && details[part] !== '',
        String(error),
      );
  }
}

/** What a call rejects with. */
async function rejectionOf(what: string, call: () => Promise<unknown>): Promise<unknown> {
  let promise: Promise<unknown>;
  try {
    promise = call();
  } catch (error) {
    throw new ConformanceFailure(`${what}: expected a rejection, found an exception`, {
      cause: error,
    });
  }
  return promise.then(
    () => {
      throw new ConformanceFailure(`${what}: expected a rejection, found that it succeeds`);
    },
    (error: unknown) => error,
  );
}

/** {@link Backend.compile} of a backend, to be handed to what is done on two of them. */
export type Compile = (program: Program, options?: CompileOptions) => Promise<Executable>;

/** {@link Backend.compile}, by itself. */
export function compileOn(backend: Backend): Compile {
  return (program, options) => backend.compile(program, options);
}

/** Does the same on the backend under test and on the oracle, and compares all that it returns. */
export async function onBoth(
  subject: Subject,
  check: Checker,
  tolerance: ToleranceClass,
  scenario: (compile: Compile) => Promise<Readonly<Record<string, HostTensor>>>,
): Promise<Readonly<Record<string, HostTensor>>> {
  const oracle = referenceBackend();
  const found = await scenario((program, options) => subject.compile(program, options));
  const expected = await scenario(compileOn(oracle));
  await oracle.dispose();
  check.all('as the oracle', found, expected, tolerance);
  return found;
}

/** Runs an entry and reads all results. */
export async function outputsOf(
  executable: Executable,
  entry: string,
  feeds: Feeds,
): Promise<Record<string, HostTensor>> {
  const results = await executable.run(entry, feeds);
  const read = Object.entries(results).map(async ([name, result]) => {
    return [name, await result.data()] as const;
  });
  return Object.fromEntries(await Promise.all(read));
}
