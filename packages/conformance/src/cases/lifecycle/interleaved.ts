/** Concurrency: what runs beside each other on one backend gives what each gives alone. */
import type { Executable, HostTensor } from '@chronograd/backend';
import type { ConformanceCase } from '../../case.ts';
import { register, vector } from '../../data/programs.ts';
import { codedCases, type CodedCase } from '../../kinds/coded.ts';
import { observe, startState, toHosts, type Script } from '../../kinds/script.ts';
import { trainingScript, type TrainingCase } from '../../kinds/training.ts';

/** Two trainings with layers, parameters and states of the same names, and other numbers in all. */
const trainings: readonly TrainingCase[] = [
  {
    name: 'lstm',
    layers: [
      { type: 'input', name: 'x', shape: [5, 3] },
      { type: 'lstm', name: 'layer', units: 4, stateful: true, dropout: 0.3 },
      { type: 'dense', name: 'y', units: 2 },
    ],
    training: { loss: 'mse', optimizer: { type: 'sgd', momentum: 0.9 } },
    batch: 4,
  },
  {
    name: 'gru',
    layers: [
      { type: 'input', name: 'x', shape: [6, 2] },
      { type: 'gru', name: 'layer', units: 5, stateful: true, recurrentDropout: 0.3 },
      { type: 'dense', name: 'y', units: 3 },
    ],
    training: { loss: 'huber', optimizer: { type: 'sgd', momentum: 0.5 } },
    batch: 3,
  },
];

const scripts = (): Script[] => trainings.map((each) => trainingScript(each.name, each));

/** Runs every call of a script, waiting for each; the outputs of all, and the state in the end. */
async function follow(executable: Executable, script: Script, loops = 1) {
  const outputs: Record<string, HostTensor> = {};
  for (const [place, { entry, feeds }] of script.calls.entries()) {
    for (const [name, result] of Object.entries(await executable.run(entry, toHosts(feeds))))
      outputs[`call ${place + 1}, ${entry}: ${name}`] = await result.data();
    // Lets the other go first now and then.
    for (let i = 0; i < (place * loops) % 3; i++) await Promise.resolve();
  }
  return { outputs, state: await executable.readState() };
}

function expectedOf(script: Script) {
  const found = observe(script);
  const outputs = found.flatMap((call, place) =>
    Object.entries(call.outputs).map(([name, tensor]) => {
      return [`call ${place + 1}, ${script.calls[place]?.entry ?? ''}: ${name}`, tensor] as const;
    }),
  );
  return { outputs: Object.fromEntries(outputs), state: found.at(-1)?.state ?? {} };
}

const needs = { dtypes: ['float32', 'uint32', 'bool'] } as const;

const cases: readonly CodedCase[] = [
  {
    name: 'two models trained at the same time',
    needs,
    async run(subject, check) {
      const both = scripts();
      const executables = await Promise.all(both.map(({ program }) => subject.compile(program)));
      await Promise.all(
        executables.map((e, i) => e.writeState(toHosts(startState(both[i] as Script)))),
      );
      const found = await Promise.all(
        executables.map((e, i) => follow(e, both[i] as Script, 1 + i)),
      );
      for (const [i, script] of both.entries()) {
        const expected = expectedOf(script);
        const { name } = trainings[i] as TrainingCase;
        check.all(name, found[i]?.outputs ?? {}, expected.outputs, 'sgdTrajectory');
        check.all(name, found[i]?.state ?? {}, expected.state, 'sgdTrajectory');
      }
    },
  },
  {
    name: 'one model twice, step by step, each with its own state',
    needs,
    async run(subject, check) {
      const [script] = scripts() as [Script];
      const other = { ...script, calls: [...script.calls].reverse() };
      const pair = [script, other];
      const executables = await Promise.all(pair.map(() => subject.compile(script.program)));
      for (const executable of executables)
        await executable.writeState(toHosts(startState(script)));
      // Not one is waited for until all calls were made.
      const runs = script.calls.map((_, place) =>
        executables.map((executable, i) => {
          const call = pair[i]?.calls[place] as Script['calls'][number];
          return executable.run(call.entry, toHosts(call.feeds));
        }),
      );
      await Promise.all(runs.flat());
      for (const [i, executable] of executables.entries())
        check.all(
          `model ${i + 1}`,
          await executable.readState(),
          expectedOf(pair[i] as Script).state,
          'sgdTrajectory',
        );
    },
  },
  {
    name: 'compiling and disposing while another runs',
    async run(subject, check) {
      const kept = await subject.compile(register());
      const runs = [];
      for (let i = 1; i <= 6; i++) {
        runs.push(kept.run('step', { x: vector(i, i) }));
        const other = await subject.backend.compile(register(3));
        const run = other.run('step', { x: vector(1, 2, 3) });
        await other.dispose();
        check.equal('the other', await (await run)['was']?.data(), vector(0, 0, 0));
      }
      await Promise.all(runs);
      check.equal('state', (await kept.readState())['w'], vector(120, 120));
    },
  },
  {
    name: 'two instances of the backend at the same time',
    needs: { ...needs, fresh: true },
    async run(subject, check) {
      const both = scripts();
      const found = await Promise.all(
        both.map(async (script) => {
          const executable = await (await subject.fresh()).compile(script.program);
          await executable.writeState(toHosts(startState(script)));
          return follow(executable, script);
        }),
      );
      for (const [i, script] of both.entries())
        check.all(
          trainings[i]?.name ?? '',
          found[i]?.state ?? {},
          expectedOf(script).state,
          'sgdTrajectory',
        );
    },
  },
];

/** Cases of concurrency. */
export const interleavedCases: readonly ConformanceCase[] = codedCases(
  { group: 'lifecycle', subject: 'concurrency' },
  cases,
);
