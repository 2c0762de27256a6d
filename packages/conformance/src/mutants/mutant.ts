/** What a mutant is: the reference backend with one thing broken, and what must notice. */
import type { Backend, Executable } from '@chronograd/backend';
import { referenceBackend } from '@chronograd/backend-reference';
import type { Program } from '@chronograd/graph';

/** What a mutant does otherwise. */
export interface Change {
  /** The program that is compiled instead. */
  readonly program?: (program: Program) => Program;
  /** What the backend itself does otherwise. */
  readonly backend?: (inner: Backend) => Partial<Backend>;
  /** What is handed out in the place of an executable; `program` is the one that was asked for. */
  readonly executable?: (inner: Executable, program: Program) => Executable;
}

/** A broken backend. */
export interface Mutant {
  readonly name: string;
  /** What is broken, in one sentence. */
  readonly breaks: string;
  readonly change: Change;
  /** Exact names of cases: every one of them must fail. */
  readonly killedBy: readonly string[];
  /** Exact names of cases that have nothing to do with it, or come next to it, and must pass. */
  readonly spares: readonly string[];
}

/** The reference backend with a change. */
export function changedBackend({ program, executable, backend }: Change): Backend {
  const reference = referenceBackend();
  const inner: Backend = { ...reference, ...backend?.(reference) };
  const inners = new WeakMap<Executable, Executable>();
  return {
    id: inner.id,
    capabilities: () => inner.capabilities(),
    async compile(asked, { shareStateWith } = {}) {
      const shared = shareStateWith && (inners.get(shareStateWith) ?? shareStateWith);
      const compiled = await inner.compile(
        program ? program(asked) : asked,
        shared ? { shareStateWith: shared } : {},
      );
      const outer = executable ? executable(compiled, asked) : compiled;
      inners.set(outer, compiled);
      return outer;
    },
    dispose: () => inner.dispose(),
  };
}
