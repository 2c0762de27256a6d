/** What the project wants to reach, workload by workload, and whether this run shows it. */
import type { Measured } from './measure.ts';
import { pairedRatio } from './statistics.ts';
import { type Workload, workloadSlug } from './workload.ts';

/** One goal and what was found. */
export interface GoalVerdict {
  readonly goal: string;
  /** The ratio found; absent where one side did not take part. */
  readonly found?: number;
  readonly verdict: 'met' | 'missed' | 'not measured';
}

interface Goal {
  readonly goal: string;
  /** The contender that is held to it. */
  readonly ours: string;
  /** Whose time is compared with ours; its fastest variant that took part counts. */
  readonly against: (measured: Measured) => boolean;
  /** `theirs / ours` at least, or `ours / theirs` at most. */
  readonly bound: { readonly faster: number } | { readonly share: number };
}

/** One call a step, which is what the others are measured at. */
const onOnnx = 'chronograd:run';
const onTensorflow = 'chronograd:tensorflow';

// XLA is asked for by hand and has its own line in the table.
const kerasByDefault = ({ contender }: Measured): boolean =>
  ['keras:batch', 'keras:fit'].includes(contender.id);

const pytorch = ({ contender }: Measured): boolean => contender.library === 'pytorch';

const timesKeras = (faster: number): Goal => ({
  goal: `on TensorFlow, at least ${faster} times as fast as Keras as it compiles by default`,
  ours: onTensorflow,
  against: kerasByDefault,
  bound: { faster },
});

const lstmGoals: readonly Goal[] = [
  {
    goal: 'at least 100 times as fast as tfjs-layers on tfjs-node',
    ours: onOnnx,
    against: ({ contender, ready }) =>
      contender.library === 'tfjs' && 'tfjs-node' in ready.versions,
    bound: { faster: 100 },
  },
  {
    goal: 'at least 4 times as fast as Keras as it compiles by default',
    ours: onOnnx,
    against: kerasByDefault,
    bound: { faster: 4 },
  },
  {
    goal: "at most 0.85 of PyTorch's time",
    ours: onOnnx,
    against: pytorch,
    bound: { share: 0.85 },
  },
  timesKeras(4),
  {
    goal: "on TensorFlow, at most PyTorch's time",
    ours: onTensorflow,
    against: pytorch,
    bound: { share: 1 },
  },
];

/** Goals by workload, at the sizes that it has of itself. */
const goals: Readonly<Record<string, readonly Goal[]>> = {
  lstm: lstmGoals,
  gru: [timesKeras(2)],
  simpleRnn: [timesKeras(2)],
  convStack: [timesKeras(1)],
};

/** Names of the workloads that there are goals for. */
export const workloadsWithGoals: readonly string[] = Object.keys(goals);

/** Verdicts on a workload's goals; against a library's fastest way that took part. */
export function goalsOf(workload: Workload, measured: readonly Measured[]): GoalVerdict[] {
  return (goals[workloadSlug(workload)] ?? []).map(({ goal, ours, against, bound }) => {
    const us = measured.find(({ contender }) => contender.id === ours);
    const them = measured.filter(against);
    if (!us || them.length === 0) return { goal, verdict: 'not measured' };
    const shares = them.map(({ rounds }) => pairedRatio(us.rounds, rounds));
    const share = Math.max(...shares);
    const found = 'faster' in bound ? 1 / share : share;
    const met = 'faster' in bound ? found >= bound.faster : found <= bound.share;
    return { goal, found, verdict: met ? 'met' : 'missed' };
  });
}
