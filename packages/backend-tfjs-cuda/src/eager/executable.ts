/** A compiled program: its plans, and its state in tfjs. */
import type { Tensor } from '@tensorflow/tfjs-core';
import {
  BackendError,
  type Checks,
  type CompileReport,
  type Executable,
  type Feeds,
  type HostTensor,
  type Results,
} from '@chronograd/backend';
import type { Entry, TensorType } from '@chronograd/graph';
import { on, type Engine } from './engine.ts';
import { interpret, type Course } from './interpret.ts';
import type { Plan } from './plan.ts';
import { EagerResult } from './results.ts';
import { SourceCache } from './sources.ts';
import type { StateStore } from './state.ts';
import { prepareUpload, upload, type Prepared } from './tensors.ts';

/** An entry with its plan. */
export interface PlannedEntry {
  readonly entry: Entry;
  readonly plan: Plan;
}

/** A program that tfjs runs op by op. */
export class EagerExecutable implements Executable {
  private readonly sources = new SourceCache();
  private readonly stateTypes: ReadonlyMap<string, TensorType>;
  private disposed = false;

  constructor(
    private readonly engine: Engine,
    private readonly checks: Checks,
    readonly report: CompileReport,
    private readonly entries: ReadonlyMap<string, PlannedEntry>,
    stateTypes: Readonly<Record<string, TensorType>>,
    /** Shared by executables that were compiled to share it. */
    readonly state: StateStore,
    /** Lets the backend forget the executable when it is disposed of. */
    private readonly forget: () => void,
  ) {
    this.stateTypes = new Map(Object.entries(stateTypes));
  }

  async run(entry: string, feeds: Feeds): Promise<Results> {
    const prepared = this.prepare(entry, feeds);
    return this.state.inOrder(() => this.runPrepared(entry, prepared));
  }

  async runSteps(entry: string, feeds: readonly Feeds[]): Promise<readonly Results[]> {
    const prepared = feeds.map((each) => this.prepare(entry, each));
    return this.state.inOrder(async () => {
      const results: Results[] = [];
      for (const each of prepared) results.push(await this.runPrepared(entry, each));
      return results;
    });
  }

  async readState(names?: readonly string[]): Promise<Readonly<Record<string, HostTensor>>> {
    this.checkAlive();
    const wanted = names ?? [...this.stateTypes.keys()];
    for (const name of wanted) this.checks.lookUp('state', name, this.stateTypes);
    return this.state.inOrder(() => this.state.read(wanted));
  }

  async writeState(values: Feeds): Promise<void> {
    this.checkAlive();
    this.checks.tensors('state', values, this.stateTypes);
    const prepared = this.state.prepare(values);
    return this.state.inOrder(() => this.state.write(prepared));
  }

  async dispose(): Promise<void> {
    if (this.disposed) return;
    this.disposed = true;
    this.forget();
    return this.state.inOrder(async () => {
      this.sources.dispose();
      this.state.leave();
    });
  }

  /** @throws {@link BackendError} `disposed` after {@link dispose}. */
  checkAlive(): void {
    const subject = `executable of ${[...this.entries.keys()].join(', ')}`;
    this.checks.alive(subject, this.disposed, 'Compile the program again');
  }

  private prepare(name: string, feeds: Feeds): readonly Prepared[] {
    this.checkAlive();
    const { inputs } = this.entry(name).entry;
    const types = new Map(inputs.map((input) => [input.name, input.type]));
    this.checks.allTensors(`entry "${name}": input`, feeds, types);
    return inputs.map((input) => prepareUpload(feeds[input.name] as HostTensor));
  }

  /** The state takes the new values only when all has gone well. */
  private async runPrepared(name: string, prepared: readonly Prepared[]): Promise<Results> {
    const { entry, plan } = this.entry(name);
    const { outputs, reads, writes } = entry;
    const inputs = await on(this.engine, () => prepared.map(upload));
    try {
      const kept = reads.map((each) => this.state.tensor(each));
      const results = await this.follow(interpret(plan, [...inputs, ...kept], this.sources));
      this.state.replace(
        writes.map((each, i) => [each, results[outputs.length + i] as Tensor] as const),
      );
      return Object.fromEntries(
        outputs.map(({ name: output, type }, i) => [
          output,
          new EagerResult(type, results[i] as Tensor),
        ]),
      );
    } catch (cause) {
      throw runFailed(this.checks.backend, name, cause);
    } finally {
      inputs.forEach((tensor) => tensor.dispose());
    }
  }

  /** Runs to the end, reading tensors where the course stops for one. */
  private async follow<T>(course: Course<T>): Promise<T> {
    try {
      let step = await on(this.engine, () => course.next([]));
      while (!step.done) {
        const elements = await step.value.data();
        step = await on(this.engine, () => course.next(elements));
      }
      return step.value;
    } finally {
      // Where reading failed: frees what was made so far.
      course.return(undefined as never);
    }
  }

  private entry(name: string): PlannedEntry {
    return this.checks.lookUp('entry', name, this.entries);
  }
}

function runFailed(backend: string, entry: string, cause: unknown): BackendError {
  return new BackendError(
    'run-failed',
    {
      backend,
      subject: `entry "${entry}"`,
      expected: 'a run without an error',
      found: cause instanceof Error ? cause.message : String(cause),
    },
    { cause },
  );
}
