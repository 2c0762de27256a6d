/** The backend: compiles programs to WGSL and runs them on a GPU device. */
import {
  compositeParts,
  type Backend,
  type Capabilities,
  type CompileOptions,
  type CompileReport,
  type Executable,
} from '@chronograd/backend';
import { prepareFunc, type Program } from '@chronograd/graph';
import { planEntry, type Plan } from './plan/plan.ts';
import {
  BACKEND_ID,
  checks,
  openDevice,
  type DeviceOptions,
  type DeviceState,
} from './runtime/device.ts';
import { WebgpuExecutable, type LoadedEntry } from './runtime/executable.ts';
import { Pipelines } from './runtime/pipelines.ts';
import { EntryRunner, type LoadedKernel } from './runtime/runner.ts';
import { StateStore } from './runtime/state.ts';

/** Options of {@link webgpuBackend}. */
export type WebgpuBackendOptions = DeviceOptions;

interface Opened {
  readonly on: DeviceState;
  readonly pipelines: Pipelines;
}

interface Compiled {
  readonly loaded: LoadedEntry;
  readonly report: CompileReport['entries'][string];
}

/**
 * A backend on WebGPU, in browsers and in Node. The device is opened when the first program is
 * compiled. Where a device is lost, its executables' calls are refused; the next program takes a
 * new one, unless the caller handed the device in.
 */
export function webgpuBackend(options: WebgpuBackendOptions = {}): Backend {
  return new WebgpuBackend(options);
}

class WebgpuBackend implements Backend {
  readonly id = BACKEND_ID;
  #opened: Promise<Opened> | undefined;
  readonly #inUse = new Set<WebgpuExecutable>();
  readonly #own = new WeakSet<WebgpuExecutable>();
  #disposed = false;

  constructor(private readonly options: WebgpuBackendOptions) {}

  capabilities(): Capabilities {
    return {
      composites: {},
      dtypes: ['float32', 'int32', 'uint32', 'bool'],
      tolerance: 1e-5,
      severalStepsPerCall: true,
    };
  }

  async compile(program: Program, { shareStateWith }: CompileOptions = {}): Promise<Executable> {
    checks.alive('backend', this.#disposed, 'Make another with webgpuBackend()');
    const shared = shareStateWith && checks.sharing(this.#own, shareStateWith).state;
    const { on, pipelines } = await this.#open();
    shared?.on.check('option shareStateWith');
    const state = shared ?? new StateStore(on);
    state.declare(program.state);
    const names = Object.keys(program.entries);
    const compiled = await Promise.all(
      names.map((name) => this.#compileEntry(name, program, { on, pipelines }, state)),
    );
    checks.alive('backend', this.#disposed, 'Make another with webgpuBackend()');
    const entries = new Map(names.map((name, i) => [name, (compiled[i] as Compiled).loaded]));
    const report: CompileReport = {
      backend: BACKEND_ID,
      engine: 'WebGPU',
      device: on.name,
      deviceReason: on.reason,
      precision: 'float32',
      entries: Object.fromEntries(names.map((name, i) => [name, (compiled[i] as Compiled).report])),
    };
    const types = new Map(Object.entries(program.state));
    const executable = new WebgpuExecutable(report, entries, types, state, this.#inUse);
    this.#own.add(executable);
    return executable;
  }

  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    for (const executable of [...this.#inUse]) await executable.dispose();
    if (this.#opened) (await this.#opened).on.release();
  }

  async #open(): Promise<Opened> {
    const opened = this.#opened && (await this.#opened);
    if (opened && !opened.on.isLost()) return opened;
    const made = openDevice(this.options).then((on) => ({
      on,
      pipelines: new Pipelines(on.device),
    }));
    this.#opened = made;
    try {
      return await made;
    } catch (error) {
      this.#opened = undefined;
      throw error;
    }
  }

  async #compileEntry(
    name: string,
    program: Program,
    { on, pipelines }: Opened,
    state: StateStore,
  ): Promise<Compiled> {
    const entry = program.entries[name] as Program['entries'][string];
    const start = performance.now();
    const prepared = { ...entry, func: prepareFunc(entry.func) };
    const offsetOf = (tensor: string): number => state.offsetOf(tensor);
    const device = { maxThreads: 256, isSoftware: on.isSoftware, mostWords: on.mostWords };
    const plan: Plan = planEntry(name, prepared, program.state, offsetOf, device);
    const kernels = await loadKernels(pipelines, plan);
    const runner = new EntryRunner(`entry "${name}"`, plan, kernels, on, pipelines, state);
    const reason = 'its parts are fused with what is around them';
    const composites = compositeParts(entry.func, () => ({ native: false, reason }));
    return {
      loaded: { entry, runner },
      report: {
        nodes: Math.max(1, kernels.length),
        compileMilliseconds: performance.now() - start,
        parts: [...composites, ...plan.parts],
      },
    };
  }
}

/** The kernels of a plan in their order; one that is repeated is loaded once. */
async function loadKernels(pipelines: Pipelines, plan: Plan): Promise<readonly LoadedKernel[]> {
  const distinct = new Map<Plan['kernels'][number], Promise<LoadedKernel>>();
  for (const kernel of plan.kernels) {
    if (distinct.has(kernel)) continue;
    const { name, code, workgroups } = kernel;
    const load = async (): Promise<LoadedKernel> => ({
      name,
      pipeline: await pipelines.get(name, code),
      workgroups,
    });
    distinct.set(kernel, load());
  }
  return Promise.all(plan.kernels.map((kernel) => distinct.get(kernel) as Promise<LoadedKernel>));
}
