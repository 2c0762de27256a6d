/** A training that goes on elsewhere: its whole state is what `readState` returns. */
import type { Executable, HostTensor } from '@chronograd/backend';
import { referenceBackend, type Tensor64 } from '@chronograd/backend-reference';
import { initialState } from '@chronograd/graph';
import type { LayerDocument, OptimizerDocument } from '@chronograd/spec';
import type { ConformanceCase } from '../../case.ts';
import { codedCases, type CodedCase } from '../../kinds/coded.ts';
import { modelOf } from '../../kinds/document.ts';
import { observe, startState, toHosts, type ScriptCall } from '../../kinds/script.ts';
import { trainingScript, trajectoryOf, type TrainingCase } from '../../kinds/training.ts';

const recurrent: readonly LayerDocument[] = [
  { type: 'input', name: 'x', shape: [5, 3] },
  { type: 'lstm', units: 4, stateful: true, returnSequences: true, recurrentDropout: 0.2 },
  { type: 'gru', units: 5 },
  { type: 'dropout', rate: 0.3 },
  { type: 'dense', units: 2 },
];

const optimizers: readonly (readonly [string, OptimizerDocument])[] = [
  ['SGD with momentum', { type: 'sgd', momentum: 0.9 }],
  ['Adam', { type: 'adam', epsilon: 1e-3 }],
  ['AdamW', { type: 'adamW', weightDecay: 0.1, epsilon: 1e-3 }],
  [
    'centered RMSprop with momentum',
    { type: 'rmsprop', momentum: 0.5, centered: true, epsilon: 0.01 },
  ],
  ['Nadam', { type: 'nadam', epsilon: 1e-3 }],
];

const HALF = 3;

async function take(executable: Executable, calls: readonly ScriptCall[]): Promise<void> {
  for (const { entry, feeds } of calls) await executable.run(entry, toHosts(feeds));
}

const cases = optimizers.map(([name, optimizer]): CodedCase => {
  const each: TrainingCase = {
    name,
    layers: recurrent,
    training: { loss: 'mse', optimizer, metrics: ['mae'] },
    batch: 4,
    steps: 2 * HALF,
  };
  return {
    name: `three steps of ${name} here and three there, both ways`,
    needs: { dtypes: ['float32', 'uint32', 'bool'] },
    async run(subject, check) {
      const script = trainingScript(name, each);
      const steps = script.calls.slice(1, 1 + 2 * HALF);
      const [before, after] = [steps.slice(0, HALF), steps.slice(HALF)];
      const start = toHosts(startState(script));
      const expected = observe({ ...script, calls: steps }).at(-1)?.state as Record<
        string,
        Tensor64
      >;
      const tolerance = trajectoryOf(each);
      const oracle = referenceBackend();

      const here = await subject.compile(script.program);
      await here.writeState(start);
      await take(here, before);
      const halfway = await here.readState();

      const there = await oracle.compile(script.program);
      await there.writeState(halfway);
      await take(there, after);
      check.all('begun here, ended there', await there.readState(), expected, tolerance);

      await there.writeState(start);
      await take(there, before);
      // Into one that has never run, and over one that has gone on in the meantime.
      const fresh = await subject.compile(script.program);
      await take(here, after);
      check.all('all here', await here.readState(), expected, tolerance);
      for (const [what, executable] of [
        ['begun there, ended in a new one here', fresh],
        ['begun there, ended in one used here', here],
      ] as const) {
        await executable.writeState((await there.readState()) as Record<string, HostTensor>);
        await take(executable, after);
        check.all(what, await executable.readState(), expected, tolerance);
      }
      await oracle.dispose();
    },
  };
});

const complete: CodedCase = {
  name: 'the state has every parameter, slot, counter and kept state of the program',
  async run(subject, check) {
    const each: TrainingCase = {
      name: 'complete',
      layers: recurrent,
      training: { loss: 'mse', optimizer: 'nadam' },
    };
    const { program } = trainingScript('complete', each);
    const initial = initialState(program, modelOf(each), 5);
    const executable = await subject.compile(program);
    await executable.writeState(initial);
    check.all('state', await executable.readState(), initial, 'exact');
  },
};

/** Cases of trainings that change the backend. */
export const acrossBackendsCases: readonly ConformanceCase[] = codedCases(
  { group: 'state', subject: 'across backends' },
  [...cases, complete],
);
