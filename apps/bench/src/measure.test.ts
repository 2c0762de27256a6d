import { describe, expect, it } from 'vitest';
import { contenders, type Contender } from './contenders.ts';
import { COMPARED_STEPS, measure, stepsOfTurn } from './measure.ts';
import type { Command } from './peer-process.ts';
import { drawBatches, drawWeights } from './draw.ts';
import { workloads } from './workload.ts';

const { lstm } = workloads;
if (!lstm) throw new Error('no workload lstm');
const setup = {
  op: 'setup',
  workload: lstm,
  weights: drawWeights(lstm, 1),
  batches: drawBatches(lstm, 2, 2),
} as const;
const effort = {
  rounds: 3,
  steps: 4,
  turnMilliseconds: 100,
  warmUpMilliseconds: 1,
  cuda: false,
  python: 'python3',
};

/** A contender in Node without a library: `answer(message)` is what it replies. */
function standIn(answer: string): Command {
  const script = `
    const answer = ${answer};
    require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
      console.log(JSON.stringify(answer(JSON.parse(line))));
    });`;
  return { program: process.execPath, args: ['-e', script] };
}

const trains = `(message) => message.op === 'setup'
  ? { event: 'ready', versions: { weights: Object.keys(message.weights).length + '' } }
  : { event: 'ran', milliseconds: Array(message.steps).fill(50), cpuMilliseconds: 7 * message.steps,
      losses: Array.from({ length: message.steps }, (_, step) => message.first + step) }`;

/** Measures one stand-in for each command. */
async function measureStandIns(...commands: Command[]) {
  const some = contenders.slice(0, commands.length);
  const start = (contender: Contender) => commands[some.indexOf(contender)] ?? standIn(trains);
  return measure(some, setup, effort, () => undefined, start);
}

describe('measure', () => {
  it('compares the first losses and times every turn', async () => {
    const { measured, leftOut } = await measureStandIns(standIn(trains), standIn(trains));
    expect(leftOut).toEqual([]);
    for (const one of measured) {
      expect(one.ready.versions).toEqual({ weights: '5' });
      expect(one.losses).toEqual(Array.from({ length: COMPARED_STEPS }, (_, step) => step));
      // 50 ms a step, 100 ms a turn: 2 steps would do, but 3 is the least.
      expect(one.rounds).toEqual([Array(3).fill(50), Array(3).fill(50), Array(3).fill(50)]);
      expect(one.processor).toEqual([7, 7, 7]);
    }
  });

  it('leaves out what is absent, without a word of failure', async () => {
    const absent = standIn(`() => ({ event: 'absent', reason: 'Python has no module jax' })`);
    const missing = { program: 'no-such-python', args: [] };
    const { measured, leftOut } = await measureStandIns(absent, standIn(trains), missing);
    expect(measured).toHaveLength(1);
    expect(leftOut).toMatchObject([
      { reason: 'Python has no module jax', failed: false },
      { reason: 'there is no no-such-python on this machine', failed: false },
    ]);
  });

  it('leaves out what breaks, and says how', async () => {
    const dies = standIn(`() => { console.error('out of memory'); process.exit(3); }`);
    const babbles = standIn(`() => ({ event: 'greeting' })`);
    const late = standIn(`(message) => {
      if (message.first > ${COMPARED_STEPS + 3}) process.exit(4);
      return (${trains})(message);
    }`);
    const { measured, leftOut } = await measureStandIns(dies, babbles, late, standIn(trains));
    expect(measured.map(({ contender }) => contender)).toEqual([contenders[3]]);
    expect(leftOut.map(({ failed }) => failed)).toEqual([true, true, true]);
    expect(leftOut[0]?.reason).toBe("it ended with 3 at 'setup': out of memory");
    expect(leftOut[1]?.reason).toContain("expected an event 'ready', 'absent' or 'ran'");
    expect(leftOut[2]?.reason).toBe("it ended with 4 at 'run'");
  });
});

describe('stepsOfTurn', () => {
  it('fits the turn', () => {
    expect(stepsOfTurn(300, effort)).toBe(3);
    expect(stepsOfTurn(30, { ...effort, steps: 200 })).toBe(3);
    expect(stepsOfTurn(20, { ...effort, steps: 200 })).toBe(5);
    expect(stepsOfTurn(0.1, { ...effort, steps: 200 })).toBe(200);
  });
});
