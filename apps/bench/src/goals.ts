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

/** What is compared in one run: engines on the processor, or libraries on one GPU. */
export type Suite = 'cpu' | 'cuda' | 'webgpu';

interface Goal {
  readonly goal: string;
  /** The contender that is held to it. */
  readonly ours: string;
  /** Whose time is compared with ours; its fastest variant that took part counts. */
  readonly against?: (measured: Measured) => boolean;
  /** `theirs / ours` at least, `ours / theirs` at most, or our own dispatches a step at most. */
  readonly bound:
    { readonly faster: number } | { readonly share: number } | { readonly dispatches: number };
}

/** One call a step, which is what the others are measured at. */
const onOnnx = 'chronograd:run';
const onTensorflow = 'chronograd:tensorflow';
const onWebgpu = 'chronograd:webgpu';

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

const timesTfjsWebgpu = (faster: number): Goal => ({
  goal: `at least ${faster} times as fast as tfjs-layers on webgpu`,
  ours: onWebgpu,
  against: ({ contender }) => contender.id === 'tfjs:webgpu',
  bound: { faster },
});

const timesJaxJs: Goal = {
  goal: 'at least 3 times as fast as jax-js on webgpu',
  ours: onWebgpu,
  against: ({ contender }) => contender.library === 'jax-js',
  bound: { faster: 3 },
};

const atMostTheirs: readonly Goal[] = [onOnnx, onTensorflow].flatMap((ours) => {
  const where = ours === onOnnx ? 'on ONNX Runtime' : 'on TensorFlow';
  return [
    { goal: `${where}, at most PyTorch's time`, ours, against: pytorch, bound: { share: 1 } },
    {
      goal: `${where}, at most the time of Keras as it compiles by default`,
      ours,
      against: kerasByDefault,
      bound: { share: 1 },
    },
  ];
});

/** Goals by workload, at the sizes that it has of itself. */
const goals: Readonly<Record<Suite, Readonly<Record<string, readonly Goal[]>>>> = {
  cpu: {
    lstm: lstmGoals,
    gru: [timesKeras(2)],
    simpleRnn: [timesKeras(2)],
    convStack: [timesKeras(1)],
    wavenet10: atMostTheirs,
    wavenet15: atMostTheirs,
  },
  // None are set: these are the ones that tell most.
  cuda: { lstm: [], lstmWide: [], gru: [], simpleRnn: [], convStack: [] },
  webgpu: {
    lstm: [
      timesTfjsWebgpu(20),
      timesJaxJs,
      { goal: 'at most 24 dispatches a step', ours: onWebgpu, bound: { dispatches: 24 } },
    ],
    gru: [timesJaxJs],
    gruResetBefore: [timesTfjsWebgpu(20), timesJaxJs],
    simpleRnn: [timesTfjsWebgpu(20), timesJaxJs],
    convStackPlain: [timesTfjsWebgpu(3)],
  },
};

/** Names of the workloads that a suite times unless asked otherwise. */
export function workloadsWithGoals(suite: Suite): readonly string[] {
  return Object.keys(goals[suite]);
}

/** Verdicts on a workload's goals; against a library's fastest way that took part. */
export function goalsOf(
  suite: Suite,
  workload: Workload,
  measured: readonly Measured[],
): GoalVerdict[] {
  return (goals[suite][workloadSlug(workload)] ?? []).map(({ goal, ours, against, bound }) => {
    const us = measured.find(({ contender }) => contender.id === ours);
    const found = us && measure(us, against ? measured.filter(against) : [], bound);
    if (found === undefined) return { goal, verdict: 'not measured' };
    const met = isMet(found, bound);
    return { goal, found, verdict: met ? 'met' : 'missed' };
  });
}

function isMet(found: number, bound: Goal['bound']): boolean {
  if ('faster' in bound) return found >= bound.faster;
  return found <= ('share' in bound ? bound.share : bound.dispatches);
}

/** What a bound is about; undefined where it was not measured. */
function measure(
  us: Measured,
  them: readonly Measured[],
  bound: Goal['bound'],
): number | undefined {
  if ('dispatches' in bound) return us.dispatches;
  if (them.length === 0) return undefined;
  const share = Math.max(...them.map(({ rounds }) => pairedRatio(us.rounds, rounds)));
  return 'faster' in bound ? 1 / share : share;
}
