/** The backend: programs op by op on whatever tfjs backend is there. */
import {
  BackendError,
  Checks,
  reportInterpreted,
  type Backend,
  type Capabilities,
  type CompileOptions,
  type CompileReport,
} from '@chronograd/backend';
import { prepareFunc, type Entry, type Program } from '@chronograd/graph';
import { describeEngine, missingKernels, startEngine, type Engine } from './engine.ts';
import { EagerExecutable, type PlannedEntry } from './executable.ts';
import { kernelsOf, planFunc } from './plan.ts';
import { StateStore } from './state.ts';

/** Options of {@link tfjsEager}. */
export interface TfjsEagerOptions {
  /**
   * The tfjs backend to use: `cpu`, `wasm`, `webgpu`, `tensorflow`, … It must be registered, which
   * importing its package does. Default: tfjs's current backend, or else the registered one of the
   * highest priority.
   */
  readonly tfBackend?: string;
}

/** Under which name the backend stands, for a package that offers it as one engine of several. */
export interface EagerIdentity {
  /** Id of the backend. */
  readonly id: string;
  /** Why programs are run op by op; compile reports say it. */
  readonly reason?: string;
}

/** {@link Backend} that runs programs op by op. */
export interface TfjsEagerBackend extends Backend {
  compile(program: Program, options?: CompileOptions): Promise<EagerExecutable>;
}

/**
 * A backend that runs programs op by op on a tfjs backend: for where no native TensorFlow is
 * installed. Every operation is a call of a tfjs kernel, so that a training step is some hundreds
 * to thousands of calls; state stays in tfjs between steps.
 *
 * tfjs computes without waiting, so results are on the device until {@link ResultTensor.data} reads
 * them, and are freed then, or when nobody can read them any more. Draws of random bits are made in
 * JavaScript: exact in 32 bits, and a wait for the device where the key is not an input.
 *
 * tfjs has one current backend in a process. While a program runs it is this one's; in between it
 * is what it was.
 */
export function tfjsEager(options: TfjsEagerOptions = {}): TfjsEagerBackend {
  return eagerBackend(options, { id: 'tfjs-eager' });
}

/** {@link tfjsEager} under another name. */
export function eagerBackend(
  { tfBackend }: TfjsEagerOptions,
  identity: EagerIdentity,
): TfjsEagerBackend {
  const { id } = identity;
  const checks = new Checks(id);
  const inUse = new Set<EagerExecutable>();
  const own = new WeakSet<EagerExecutable>();
  let started: Promise<Engine> | undefined;
  let disposed = false;
  return {
    id,
    capabilities: (): Capabilities => ({
      composites: {},
      dtypes: ['float32', 'int32', 'uint32', 'bool'],
      tolerance: 1e-5,
      severalStepsPerCall: false,
    }),
    async compile(program, { shareStateWith } = {}) {
      checks.alive('backend', disposed, 'Make another with tfjsEager()');
      const shared = shareStateWith && checks.sharing(own, shareStateWith).state;
      started ??= startEngine(id, tfBackend);
      const engine = await started.catch((error: unknown) => {
        // It may be registered by the time of the next attempt.
        started = undefined;
        throw error;
      });
      const { entries, report } = compileEntries(engine, identity, program);
      const state = shared ?? new StateStore(engine, checks);
      await state.join(program.state);
      const forget = (): void => void inUse.delete(executable);
      const executable = new EagerExecutable(
        engine,
        checks,
        report,
        entries,
        program.state,
        state,
        forget,
      );
      inUse.add(executable);
      own.add(executable);
      return executable;
    },
    async dispose() {
      disposed = true;
      await Promise.all([...inUse].map((executable) => executable.dispose()));
    },
  };
}

function compileEntries(
  engine: Engine,
  { id, reason }: EagerIdentity,
  program: Program,
): { entries: ReadonlyMap<string, PlannedEntry>; report: CompileReport } {
  const entries = new Map<string, PlannedEntry>();
  const reports: Record<string, CompileReport['entries'][string]> = {};
  for (const [name, entry] of Object.entries(program.entries)) {
    const start = performance.now();
    const planned = planEntry(engine, id, name, entry);
    entries.set(name, planned);
    reports[name] = reportInterpreted(entry.func, planned.plan.func, performance.now() - start, {
      composite: 'tfjs has kernels for its parts',
      scan: 'the body is run op by op, once for each step',
    });
  }
  const report: CompileReport = {
    backend: id,
    engine: describeEngine(),
    device: engine.name,
    deviceReason: reason === undefined ? engine.reason : `${engine.reason}; op by op: ${reason}`,
    precision: engine.precision,
    entries: reports,
  };
  return { entries, report };
}

function planEntry(engine: Engine, id: string, name: string, entry: Entry): PlannedEntry {
  const plan = planFunc(prepareFunc(entry.func), engine.traits);
  const missing = missingKernels(engine, kernelsOf(plan));
  if (missing.length > 0)
    throw new BackendError('compile-failed', {
      backend: id,
      subject: `entry "${name}"`,
      expected: `tfjs kernels ${missing.join(', ')} of the tfjs backend "${engine.name}"`,
      found: 'none registered',
      advice: 'Use another tfjs backend: option tfBackend',
    });
  return { entry, plan };
}
