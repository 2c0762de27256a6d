/** The result as data: what the JSON file holds and the tables are made of. */
import { goalsOf, type GoalVerdict, type Suite } from './goals.ts';
import { compareLosses, type LossCheck } from './losses.ts';
import type { Machine } from './machine.ts';
import { COMPARED_STEPS, type Effort, type LeftOut, type Measured } from './measure.ts';
import type { Ready } from './protocol.ts';
import { pairedRatio, type Spread, spread } from './statistics.ts';
import { describeWorkload, type Workload } from './workload.ts';

/** One contender's line. */
export interface Row {
  readonly id: string;
  readonly label: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly notes: readonly string[];
  /** Milliseconds per step, over all rounds. */
  readonly milliseconds: Spread;
  /** Processor milliseconds per step, all threads; median and quartiles of the rounds. */
  readonly processor: Spread;
  /** Times the time of PyTorch, paired by round; absent where PyTorch is. */
  readonly timesPytorch?: number;
  /** Dispatches to the GPU per step, where they are counted. */
  readonly dispatches?: number;
  readonly losses: readonly number[];
  readonly lossCheck: LossCheck;
  readonly compile?: Ready['compile'];
}

/** What compiling took, at one length of time. */
export interface CompileRow {
  readonly time: number;
  readonly compile: NonNullable<Ready['compile']>;
  /** Median milliseconds of a step. */
  readonly milliseconds: number;
}

/** A whole run of the benchmark. */
export interface Report {
  readonly formatVersion: 1;
  /** ISO 8601, UTC. */
  readonly date: string;
  readonly machine: Machine;
  readonly suite: Suite;
  readonly workload: Workload;
  readonly heading: string;
  /** Without the Python command, which is a path on someone's machine. */
  readonly effort: Omit<Effort, 'python'>;
  readonly comparedSteps: number;
  readonly rows: readonly Row[];
  readonly leftOut: readonly { readonly id: string; readonly reason: string }[];
  readonly goals: readonly GoalVerdict[];
  readonly compileTimes: readonly CompileRow[];
}

/** The contender whose time is 1 in the table. */
export const YARDSTICK = 'pytorch:eager';

function makeRows(measured: readonly Measured[]): Row[] {
  const checks = compareLosses(
    Object.fromEntries(measured.map(({ contender, losses }) => [contender.id, losses])),
  );
  const yardstick = measured.find(({ contender }) => contender.id === YARDSTICK);
  return measured.map(({ contender, ready, losses, rounds, processor, dispatches }) => ({
    id: contender.id,
    label: contender.label,
    versions: ready.versions,
    notes: ready.notes,
    milliseconds: spread(rounds.flat()),
    processor: spread(processor),
    ...(yardstick && { timesPytorch: pairedRatio(rounds, yardstick.rounds) }),
    ...(dispatches !== undefined && { dispatches }),
    losses,
    lossCheck: checks[contender.id] ?? { first: Infinity, largest: Infinity, agrees: false },
    ...(ready.compile && { compile: ready.compile }),
  }));
}

/** Puts a run together. */
export function makeReport(run: {
  readonly date: Date;
  readonly machine: Machine;
  readonly suite: Suite;
  readonly workload: Workload;
  readonly effort: Effort;
  readonly measured: readonly Measured[];
  readonly leftOut: readonly LeftOut[];
  readonly compileTimes: readonly CompileRow[];
}): Report {
  const { date, machine, suite, workload, measured, leftOut, compileTimes } = run;
  const { python: _python, ...effort } = run.effort;
  return {
    formatVersion: 1,
    date: date.toISOString(),
    machine,
    suite,
    workload,
    heading: describeWorkload(workload),
    effort,
    comparedSteps: COMPARED_STEPS,
    rows: makeRows(measured),
    leftOut: leftOut.map(({ contender, reason }) => ({ id: contender.id, reason })),
    goals: goalsOf(suite, workload, measured),
    compileTimes,
  };
}
