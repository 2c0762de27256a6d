/** A contender's side of the conversation in Node: reading, timing and errors are the same for all. */
import { createInterface } from 'node:readline';
import type { Ran, Ready, Reply, Request, Setup } from '../protocol.ts';

/** A model in training. */
export interface Trainer {
  readonly versions: Readonly<Record<string, string>>;
  readonly notes?: readonly string[];
  readonly compile?: Ready['compile'];
  /** Dispatches to the GPU since the start, where they are counted. */
  readonly dispatches?: () => number;
  /** Trains on batch number `batch`; the loss before the update. */
  step?(batch: number): Promise<number>;
  /** Instead of `step`: trains on these batches in one call; the losses before each update. */
  block?(batches: readonly number[]): Promise<readonly number[]>;
}

/** The library, or its counterpart of a layer or variant, is not there. */
export class Unsupported extends Error {
  override readonly name = 'Unsupported';
}

async function train(trainer: Trainer, batches: readonly number[]): Promise<Ran> {
  const milliseconds: number[] = [];
  const losses: number[] = [];
  const processor = process.cpuUsage();
  const dispatched = trainer.dispatches?.() ?? 0;
  if (trainer.step) {
    for (const batch of batches) {
      const began = performance.now();
      const loss = await trainer.step(batch);
      milliseconds.push(performance.now() - began);
      losses.push(loss);
    }
  } else if (trainer.block) {
    const began = performance.now();
    losses.push(...(await trainer.block(batches)));
    milliseconds.push((performance.now() - began) / batches.length);
  }
  const { user, system } = process.cpuUsage(processor);
  const dispatches = trainer.dispatches && (trainer.dispatches() - dispatched) / batches.length;
  return {
    event: 'ran',
    milliseconds,
    cpuMilliseconds: (user + system) / 1000,
    losses,
    ...(dispatches !== undefined && { dispatches }),
  };
}

/** Answers the benchmark until stdin closes. */
export async function serve(build: (setup: Setup) => Promise<Trainer>): Promise<void> {
  const reply = (message: Reply) => process.stdout.write(`${JSON.stringify(message)}\n`);
  // Libraries greet on stdout, which belongs to the protocol.
  console.log = console.error;
  console.info = console.error;
  let trainer: Trainer | undefined;
  let batches = 0;
  for await (const line of createInterface({ input: process.stdin })) {
    const request = JSON.parse(line) as Request;
    if (request.op === 'setup') {
      batches = request.batches.length;
      try {
        trainer = await build(request);
      } catch (error) {
        if (!(error instanceof Unsupported)) throw error;
        reply({ event: 'absent', reason: error.message });
        continue;
      }
      const { versions, notes = [], compile } = trainer;
      reply({ event: 'ready', versions, notes, ...(compile && { compile }) });
    } else if (trainer) {
      const first = request.first;
      const numbers = Array.from({ length: request.steps }, (_, step) => (first + step) % batches);
      reply(await train(trainer, numbers));
    }
  }
}
