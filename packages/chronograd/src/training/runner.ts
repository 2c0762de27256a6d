/** Takes training steps, in order, with some of them under way at a time. */
import type { Feeds, Results } from '@chronograd/backend';
import { sameSpecialisation, type Lease } from '../engine/programs.ts';
import type { Batch } from '../data/batches.ts';
import { Journal, type Fault, type Machinery } from './journal.ts';
import { fault, stepFeeds, stepResult, type Step, type StepResult } from './step.ts';

/** Where training stands; the runner moves it. */
export interface MovingPosition {
  step: number;
  epoch: number;
  batch: number;
  learningRateFactor: number;
}

/** How steps are taken. */
export interface RunnerOptions extends Machinery {
  readonly position: MovingPosition;
  /** The learning rate of a step, before the position's factor. */
  readonly learningRate: (step: number) => number;
  /** How many calls to the engine may be under way. */
  readonly inFlight: number;
  /** How many steps go into one call. */
  readonly stepsPerCall: number;
  /** Told of every step in order. */
  readonly onStep: (step: Step, result: StepResult) => void | Promise<void>;
}

/** A step after which something was not finite: {@link Fault}. */
export class StepFailure extends Error {
  override readonly name = 'StepFailure';

  constructor(readonly fault: Fault) {
    super(fault.found);
  }
}

interface Call {
  readonly steps: readonly Step[];
  readonly results: Promise<readonly StepResult[]>;
}

/** Takes steps in the order in which batches are pushed. */
export class StepRunner {
  readonly #options: RunnerOptions;
  readonly #journal: Journal;
  readonly #calls: Call[] = [];
  #group: Batch[] = [];

  constructor(options: RunnerOptions) {
    this.#options = options;
    this.#journal = new Journal(options);
  }

  /**
   * Takes a step, now or with those that follow.
   * @throws {@link StepFailure} where this or an earlier step left something not finite
   */
  async push(batch: Batch): Promise<void> {
    const [first] = this.#group;
    if (first && !sameSpecialisation(first.specialisation, batch.specialisation))
      await this.#issue();
    this.#group.push(batch);
    if (this.#group.length >= this.#options.stepsPerCall) await this.#issue();
  }

  /** Takes all steps that are left and waits for them. @throws {@link StepFailure} */
  async drain(): Promise<void> {
    await this.#issue();
    await this.#settle(0);
  }

  /**
   * Takes all steps that are left, waits for them and checks the state after them, so that nobody
   * is shown, or saves, weights that are not finite. @throws {@link StepFailure}
   */
  async check(): Promise<void> {
    await this.drain();
    await this.#snapshot();
  }

  /** Waits for what is under way, whatever becomes of it. */
  async abandon(): Promise<void> {
    this.#group = [];
    await Promise.allSettled(this.#calls.splice(0).map(({ results }) => results));
  }

  async #issue(): Promise<void> {
    const [first] = this.#group;
    if (!first) return;
    const { programs, inFlight } = this.#options;
    const lease = await programs.acquire('trainStep', first.specialisation);
    try {
      if (this.#journal.due) {
        await this.#settle(0);
        await this.#snapshot();
      }
    } catch (error) {
      lease.release();
      throw error;
    }
    try {
      this.#start(lease, this.#group.splice(0));
    } catch (error) {
      lease.release();
      throw error;
    }
    await this.#settle(inFlight - 1);
  }

  /** Feeds the engine; only what is fed is counted. */
  #start(lease: Lease, batches: readonly Batch[]): void {
    const { position, learningRate, seed } = this.#options;
    const steps = batches.map((batch, i): Step => ({
      batch,
      epoch: position.epoch,
      index: position.batch + i,
      step: position.step + i,
      learningRate: learningRate(position.step + i) * position.learningRateFactor,
    }));
    const feeds = steps.map((step) => stepFeeds(step, lease.entry, seed));
    for (const step of steps) this.#journal.add(step);
    position.batch += steps.length;
    position.step += steps.length;
    const results = resultsOf(lease, feeds);
    // Awaited when its turn comes; until then a failure must not count as unhandled.
    results.catch(() => undefined);
    this.#calls.push({ steps, results });
  }

  /** Waits until at most `most` calls are under way. */
  async #settle(most: number): Promise<void> {
    while (this.#calls.length > most) {
      const { steps, results } = this.#calls.shift() as Call;
      const settled = await results.catch(async (error: unknown) => {
        await this.#undo(steps[0] as Step);
        throw error;
      });
      for (const [i, step] of steps.entries()) {
        const result = settled[i] as StepResult;
        const found = fault(result);
        if (found !== undefined) {
          await this.abandon();
          throw this.#failure(await this.#journal.recover(step, found));
        }
        await this.#options.onStep(step, result);
      }
    }
  }

  /**
   * After a failure of the engine in a step: to the state from before it. Steps that were under way
   * behind it may have been taken.
   */
  async #undo(step: Step): Promise<void> {
    await this.abandon();
    const undone = await this.#journal.recover(step, 'a failure of the engine').catch(
      // An engine that has failed for good: the caller throws what it said at first.
      (): Fault => ({ step, found: 'a failure of the engine' }),
    );
    this.#failure(undone);
  }

  async #snapshot(): Promise<void> {
    const found = await this.#journal.snapshot();
    if (found) throw this.#failure(found);
  }

  /** Moves the position back to before the step that failed. */
  #failure(found: Fault): StepFailure {
    const { position } = this.#options;
    position.step = found.step.step;
    position.epoch = found.step.epoch;
    position.batch = found.step.index;
    return new StepFailure(found);
  }
}

/** Takes steps in one call, and lets go of the program. */
async function resultsOf(
  { executable, release }: Lease,
  feeds: readonly Feeds[],
): Promise<readonly StepResult[]> {
  try {
    const [only] = feeds;
    const results: readonly Results[] =
      only && feeds.length === 1
        ? [await executable.run('trainStep', only)]
        : await executable.runSteps('trainStep', feeds);
    return await Promise.all(results.map(stepResult));
  } finally {
    release();
  }
}
