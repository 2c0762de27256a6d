/** The smallest backend: no engine, no kernels for composites, float64. */
import {
  Checks,
  reportInterpreted,
  type Backend,
  type Capabilities,
  type CompileOptions,
  type CompileReport,
} from '@chronograd/backend';
import { eliminateDeadCode, expandComposites, type Program } from '@chronograd/graph';
import { ReferenceExecutable } from './executable.ts';
import { extendState, type State } from './state.ts';

/** {@link Backend} whose executables also speak float64. */
export interface ReferenceBackend extends Backend {
  compile(program: Program, options?: CompileOptions): Promise<ReferenceExecutable>;
}

/**
 * A backend that interprets programs in double precision: the oracle of the others' tests, and an
 * example of the contract. It expands composites and runs no other pass that changes arithmetic,
 * so that it also shows what a pass does wrong. State stays in float64; results and state that are
 * read through the contract are rounded to float32.
 */
export function referenceBackend(): ReferenceBackend {
  const checks = new Checks('reference');
  const inUse = new Set<ReferenceExecutable>();
  const own = new WeakSet<ReferenceExecutable>();
  let disposed = false;
  return {
    id: 'reference',
    capabilities: (): Capabilities => ({
      composites: {},
      dtypes: ['float32', 'int32', 'uint32', 'bool'],
      tolerance: 1e-6,
      severalStepsPerCall: false,
    }),
    async compile(program, { shareStateWith } = {}) {
      checks.alive('backend', disposed, 'Make another with referenceBackend()');
      const state: State = shareStateWith
        ? checks.sharing(own, shareStateWith).shareState()
        : new Map();
      const { entries, report } = compileEntries(program);
      extendState(checks, state, program.state);
      const executable = new ReferenceExecutable({ ...program, entries }, state, report, inUse);
      own.add(executable);
      return executable;
    },
    async dispose() {
      disposed = true;
      await Promise.all([...inUse].map((executable) => executable.dispose()));
    },
  };
}

function compileEntries(program: Program): { entries: Program['entries']; report: CompileReport } {
  const entries: Record<string, Program['entries'][string]> = {};
  const reports: Record<string, CompileReport['entries'][string]> = {};
  for (const [name, entry] of Object.entries(program.entries)) {
    const start = performance.now();
    const func = eliminateDeadCode(expandComposites(entry.func));
    entries[name] = { ...entry, func };
    reports[name] = reportInterpreted(entry.func, func, performance.now() - start, {
      composite: 'the interpreter has kernels for primitives only',
      scan: 'the body is interpreted once for each step',
    });
  }
  const report: CompileReport = {
    backend: 'reference',
    engine: 'interpreter in TypeScript',
    device: 'cpu',
    deviceReason: 'the only one it has',
    precision: 'float64',
    entries: reports,
  };
  return { entries, report };
}
