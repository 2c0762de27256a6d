/** What one backend makes of an experiment in a few steps of training. */
import type { AnyPrepared, TrainOptions } from '@chronograd/forecast';
import type { Model } from 'chronograd';
import { withBackend } from '../engine.ts';
import { readExperiment } from '../files.ts';
import { withKit, type TaskKit } from '../tasks.ts';

/** What is measured, and on what. */
export interface MeasureOptions {
  /** Path of the experiment's document. */
  readonly file: string;
  /** Id of the backend. */
  readonly backend: string;
  /** Steps of training whose losses are told, and as many that are timed. */
  readonly steps: number;
}

/** What one backend gave. */
export interface Measurement {
  readonly backend: string;
  readonly engine: string;
  readonly device: string;
  readonly precision: string;
  /** Loss of each step, before its update, `[steps]`. */
  readonly losses: readonly number[];
  /** Predictions after these steps, of some windows. */
  readonly predictions: readonly number[];
  /** Mean over the timed steps, compilation not included. */
  readonly millisecondsPerStep: number;
  /** Most memory that the process held at once, in bytes; on a GPU that of the host alone. */
  readonly peakMemory: number;
}

/** Longest time for which steps are timed; slow engines are timed over fewer of them. */
const longest = 10_000;

/** Steps after which everything is compiled, those of several steps in a call too. */
const warmSteps = 16;

/**
 * Trains an experiment for some steps on a backend, from the initial weights of its seed, which are
 * the same everywhere.
 *
 * @throws what preparing and training throw; BackendError `engine-missing` where there is none
 */
export async function measure({ file, backend, steps }: MeasureOptions): Promise<Measurement> {
  const experiment = await readExperiment(file);
  const { spec } = experiment;
  const own = { folder: experiment.folder, backend, steps, spec };
  return withKit(spec.task.type, (kit) => measureTask(kit, own));
}

async function measureTask<Task extends AnyPrepared>(
  task: TaskKit<Task>,
  options: Omit<MeasureOptions, 'file'> & { readonly folder: string; readonly spec: object },
): Promise<Measurement> {
  const { backend: id, steps, folder, spec } = options;
  const prepared = await task.prepare(spec, folder);
  return withBackend(id, async (backend) => {
    const losses: number[] = [];
    const { model } = await trainSome(task, prepared, backend, (stop) => ({
      callbacks: [
        {
          onBatchEnd({ means }) {
            losses.push(means['loss'] ?? NaN);
            if (losses.length >= steps) stop();
          },
        },
      ],
    }));
    const predicted = await model.predictAll(task.sample(prepared));
    const predictions = Object.values(predicted).flatMap(({ data }) => Array.from(data));
    await timed(task, prepared, backend, { model, steps: warmSteps });
    const millisecondsPerStep = await timed(task, prepared, backend, { model, steps });
    const { engine, device, precision } = model.report();
    await model.dispose();
    return {
      backend: id,
      engine,
      device,
      precision,
      losses,
      predictions,
      millisecondsPerStep,
      peakMemory: process.resourceUsage().maxRSS * 1024,
    };
  });
}

/** Trains until it is told to stop. */
async function trainSome<Task extends AnyPrepared>(
  task: TaskKit<Task>,
  prepared: Task,
  backend: TrainOptions['backend'],
  options: (stop: () => void) => Partial<TrainOptions>,
) {
  const stop = new AbortController();
  const own = options(() => {
    stop.abort();
  });
  // More epochs than there can be.
  const epochs = Number.MAX_SAFE_INTEGER;
  return task.train(prepared, { backend, epochs, signal: stop.signal, ...own });
}

/** Mean time of steps of a training that goes on, in milliseconds; validation is not counted. */
async function timed<Task extends AnyPrepared>(
  task: TaskKit<Task>,
  prepared: Task,
  backend: TrainOptions['backend'],
  { model, steps }: { readonly model: Model; readonly steps: number },
): Promise<number> {
  let [counted, spent, mark] = [0, 0, 0];
  await trainSome(task, prepared, backend, (stop) => ({
    model,
    // Without onBatchEnd, which would make each step wait for the one before.
    callbacks: [
      {
        onEpochBegin() {
          mark = performance.now();
        },
      },
    ],
    progress() {
      if (counted >= steps) return;
      const now = performance.now();
      spent += now - mark;
      mark = now;
      counted++;
      if (counted >= steps || spent > longest) stop();
    },
  }));
  return spent / counted;
}
