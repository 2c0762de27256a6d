/** What a case of the suite is. Cases are made from the plain descriptions in `cases/`. */
import type { Backend, CompileOptions, CompileReport, Executable } from '@chronograd/backend';
import type { DType, Program } from '@chronograd/graph';

/** The parts of the coverage table, in its order. */
export const GROUPS = [
  'primitives',
  'composites',
  'layers',
  'training',
  'state',
  'models',
  'errors',
  'lifecycle',
] as const;

/** One part of the coverage table. */
export type Group = (typeof GROUPS)[number];

/** A row of the coverage table, to which one or more cases belong. */
export interface Row {
  readonly group: Group;
  /** `tanh`, `lstm`, `adam`, …; begins the case's name after the group. */
  readonly subject: string;
}

/** What a case is run against: a backend, and what was compiled on it. */
export interface Subject {
  /** The backend under test; shared by all cases, never disposed of by one. */
  readonly backend: Backend;
  /**
   * A new instance of the backend under test, for cases that dispose of one or want two. It is
   * disposed of after the case.
   */
  fresh(): Promise<Backend>;
  /**
   * Compiles on the shared backend; the executable is disposed of after the case, and its report
   * counts for the coverage table. A case that needs neither may call `backend.compile` itself.
   */
  compile(program: Program, options?: CompileOptions): Promise<Executable>;
  /** Lets a report count for the coverage table, of an executable compiled elsewhere. */
  record(report: CompileReport): void;
}

/** One comparison that a case made. */
export interface Measurement {
  /** `predict: dense`, `gradient of lstm/kernel`, `step 20: dense/bias`. */
  readonly tensor: string;
  /** The error found, in the measure of the tolerance class; 0 for tensors that must be equal. */
  readonly error: number;
  /** The greatest error that passes. */
  readonly bound: number;
}

/** What a case that passed has measured. */
export interface CaseOutcome {
  readonly measurements: readonly Measurement[];
}

/** What a backend must have for a case to be run; without it the case is skipped, and says so. */
export interface Needs {
  /** Element types, as {@link Capabilities.dtypes} lists them. Default: float32 only. */
  readonly dtypes?: readonly DType[];
  /** More than one instance: the suite was given a factory. */
  readonly fresh?: boolean;
}

/** One case: a name for good, a place in the coverage table, and what is run. */
export interface ConformanceCase {
  /** `primitives/tanh/saturating`: group, subject, what is special. Unique, and never reused. */
  readonly name: string;
  readonly row: Row;
  /** Belongs to the daily run, which takes less than half a minute as a whole. */
  readonly quick: boolean;
  /**
   * Names of the parts of compile reports that the row's cell is about (`['lstm']`); `[]` for a
   * case that says nothing of them, such as one of a decomposition. Default: all parts.
   */
  readonly parts?: readonly string[];
  readonly needs?: Needs;
  /** @throws {@link ConformanceFailure} where the backend does not do what it must. */
  run(subject: Subject): Promise<CaseOutcome>;
}
