/**
 * Side by side: every contender is set up and warmed up, then they take turns, round after round, so
 * that a machine that is busy for a while is so for all. While one runs, the others wait for a line
 * on stdin and use no processor.
 */
import { type Contender, commandOf } from './contenders.ts';
import { type Command, PeerFailed, PeerProcess, ProgramMissing } from './peer-process.ts';
import { ProtocolError, type Ran, type Ready, type Request, type Setup } from './protocol.ts';
import { median } from './statistics.ts';

/** How long and how often. */
export interface Effort {
  /** Turns of each contender. */
  readonly rounds: number;
  /** Most steps of a turn. */
  readonly steps: number;
  /** A turn of a slow contender has fewer steps: it ends after about so many milliseconds. */
  readonly turnMilliseconds: number;
  /** Warm-up of a contender, in milliseconds; at least {@link COMPARED_STEPS} steps. */
  readonly warmUpMilliseconds: number;
  /** Whether libraries see NVIDIA GPUs. */
  readonly cuda: boolean;
  readonly python: string;
}

/** What a contender measured. */
export interface Measured {
  readonly contender: Contender;
  readonly ready: Ready;
  /** Losses of the first steps, to compare. */
  readonly losses: readonly number[];
  /** Milliseconds per step, by round. */
  readonly rounds: readonly (readonly number[])[];
  /** Processor milliseconds per step, all threads, by round. */
  readonly processor: readonly number[];
  /** Dispatches to the GPU per step in the last round, where they are counted. */
  readonly dispatches?: number | undefined;
}

/** A contender that did not take part, and why. */
export interface LeftOut {
  readonly contender: Contender;
  readonly reason: string;
  /** Whether it is there but broke. */
  readonly failed: boolean;
}

/** The first steps of a contender: their losses are compared. */
export const COMPARED_STEPS = 10;

/** A contender ready to take turns. */
interface Participant {
  readonly contender: Contender;
  readonly peer: PeerProcess;
  readonly ready: Ready;
  readonly losses: readonly number[];
  readonly rounds: number[][];
  readonly processor: number[];
  dispatches?: number | undefined;
  readonly stepsPerTurn: number;
  next: number;
}

/** What is told while it runs. */
export type Progress = (message: string) => void;

/** How a contender is started. */
export type Start = (contender: Contender, python: string) => Command;

async function run(peer: PeerProcess, first: number, steps: number): Promise<Ran> {
  const request: Request = { op: 'run', first, steps };
  const reply = await peer.ask(request);
  if (reply.event !== 'ran') {
    throw new ProtocolError(`expected 'ran' after 'run', found '${reply.event}'`);
  }
  return reply;
}

/** Steps of a turn: as many as fit its milliseconds, at least 3 and at most `steps`. */
export function stepsOfTurn(millisecondsPerStep: number, effort: Effort): number {
  const fitting = Math.round(effort.turnMilliseconds / millisecondsPerStep);
  return Math.min(Math.max(fitting, 3), effort.steps);
}

/** Starts and warms up; {@link LeftOut} for one whose library is not there. */
async function prepare(
  contender: Contender,
  setup: Omit<Setup, 'variant'>,
  effort: Effort,
  start: Start,
): Promise<Participant | LeftOut> {
  const peer = new PeerProcess(start(contender, effort.python), effort);
  try {
    return await warmUp(contender, peer, setup, effort);
  } catch (error) {
    await peer.stop();
    throw error;
  }
}

async function warmUp(
  contender: Contender,
  peer: PeerProcess,
  setup: Omit<Setup, 'variant'>,
  effort: Effort,
): Promise<Participant | LeftOut> {
  const ready = await peer.ask({ ...setup, variant: contender.variant });
  if (ready.event === 'absent') {
    await peer.close();
    return { contender, reason: ready.reason, failed: false };
  }
  if (ready.event !== 'ready') {
    throw new ProtocolError(`expected 'ready' after 'setup', found '${ready.event}'`);
  }
  const { losses, milliseconds } = await run(peer, 0, COMPARED_STEPS);
  let next = COMPARED_STEPS;
  let perStep = median(milliseconds);
  const began = performance.now();
  while (performance.now() - began < effort.warmUpMilliseconds) {
    const steps = stepsOfTurn(perStep, effort);
    perStep = median((await run(peer, next, steps)).milliseconds);
    next += steps;
  }
  return {
    contender,
    peer,
    ready,
    losses,
    rounds: [],
    processor: [],
    stepsPerTurn: stepsOfTurn(perStep, effort),
    next,
  };
}

/** The failures that leave a contender out; any other is the benchmark's own. */
function asLeftOut(contender: Contender, error: unknown): LeftOut {
  if (error instanceof ProgramMissing) return { contender, reason: error.message, failed: false };
  if (error instanceof PeerFailed || error instanceof ProtocolError) {
    return { contender, reason: error.message, failed: true };
  }
  throw error;
}

async function takeTurn(participant: Participant): Promise<void> {
  const { peer, stepsPerTurn, next } = participant;
  const { milliseconds, cpuMilliseconds, dispatches } = await run(peer, next, stepsPerTurn);
  participant.rounds.push([...milliseconds]);
  participant.processor.push(cpuMilliseconds / stepsPerTurn);
  participant.dispatches = dispatches;
  participant.next += stepsPerTurn;
}

/**
 * Measures the contenders on one workload.
 * @returns what took part, in the order given, and what was left out
 */
export async function measure(
  contenders: readonly Contender[],
  setup: Omit<Setup, 'variant'>,
  effort: Effort,
  progress: Progress,
  start: Start = commandOf,
): Promise<{ measured: Measured[]; leftOut: LeftOut[] }> {
  let participants: Participant[] = [];
  const leftOut: LeftOut[] = [];
  try {
    for (const contender of contenders) {
      progress(`warming up ${contender.label}`);
      try {
        const prepared = await prepare(contender, setup, effort, start);
        if ('reason' in prepared) leftOut.push(prepared);
        else participants.push(prepared);
      } catch (error) {
        leftOut.push(asLeftOut(contender, error));
      }
    }
    for (let round = 0; round < effort.rounds; round += 1) {
      progress(`round ${round + 1} of ${effort.rounds}`);
      // Each round begins with another one: none always follows the same neighbour's heat.
      const firstOf = round % Math.max(participants.length, 1);
      const order = [...participants.slice(firstOf), ...participants.slice(0, firstOf)];
      for (const participant of order) {
        try {
          await takeTurn(participant);
        } catch (error) {
          await participant.peer.stop();
          leftOut.push(asLeftOut(participant.contender, error));
          participants = participants.filter((other) => other !== participant);
        }
      }
    }
  } finally {
    await Promise.all(participants.map(({ peer }) => peer.close()));
  }
  return { measured: participants, leftOut };
}
