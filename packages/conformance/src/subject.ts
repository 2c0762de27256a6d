/** The backend under test as cases see it, and what one case leaves to be cleared away. */
import type {
  Backend,
  CompiledPart,
  CompileOptions,
  CompileReport,
  Executable,
} from '@chronograd/backend';
import type { Program } from '@chronograd/graph';
import type { Subject } from './case.ts';
import { asError } from './failure.ts';

/** The backend, or what makes one. */
export type BackendSource = Backend | (() => Backend | Promise<Backend>);

/** One instance that all cases share, made when the first needs it, and new ones on demand. */
export class SharedBackend {
  private shared: Promise<Backend> | undefined;

  constructor(private readonly source: BackendSource) {}

  /** Whether new instances can be made. */
  get makesMore(): boolean {
    return typeof this.source === 'function';
  }

  /** The instance that all cases share. */
  get(): Promise<Backend> {
    this.shared ??= this.make();
    return this.shared;
  }

  /** A new instance. */
  async make(): Promise<Backend> {
    return typeof this.source === 'function' ? this.source() : this.source;
  }

  /** Disposes of the shared instance if it was made here. */
  async dispose(): Promise<void> {
    if (this.makesMore) await (await this.shared)?.dispose();
    this.shared = undefined;
  }
}

/** The subject of one case. */
export class CaseSubject implements Subject {
  /** Reports of what was compiled. */
  readonly reports: CompileReport[] = [];
  private readonly executables: Executable[] = [];
  private readonly backends: Backend[] = [];

  constructor(
    readonly backend: Backend,
    private readonly source: SharedBackend,
  ) {}

  async fresh(): Promise<Backend> {
    const backend = await this.source.make();
    this.backends.push(backend);
    return backend;
  }

  async compile(program: Program, options?: CompileOptions): Promise<Executable> {
    const executable = await this.backend.compile(program, options);
    this.executables.push(executable);
    this.record(executable.report);
    return executable;
  }

  record(report: CompileReport): void {
    this.reports.push(report);
  }

  /** Parts of the reports, of all names or of those given; equal ones are counted together. */
  parts(names?: readonly string[]): readonly CompiledPart[] {
    const parts = new Map<string, CompiledPart>();
    for (const { entries } of this.reports)
      for (const { parts: list } of Object.values(entries))
        for (const part of list) {
          if (names && !names.includes(part.name)) continue;
          const { count, ...rest } = part;
          const key = JSON.stringify(rest);
          parts.set(key, { ...rest, count: count + (parts.get(key)?.count ?? 0) });
        }
    return [...parts.values()];
  }

  /**
   * Disposes of what the case compiled and made, last first, all of it even where some fails.
   * @returns what failed
   */
  async dispose(): Promise<readonly Error[]> {
    const failures: Error[] = [];
    for (const each of [...this.executables, ...this.backends].reverse())
      try {
        await each.dispose();
      } catch (error) {
        failures.push(asError(error));
      }
    return failures;
  }
}
