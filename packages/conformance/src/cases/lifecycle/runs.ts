/** Runs: their order, several steps in one call, when results are read, what feeds may become. */
import type { Executable, Feeds, HostTensor } from '@chronograd/backend';
import { buildProgram } from '@chronograd/graph';
import { parseTraining } from '@chronograd/spec';
import type { ConformanceCase } from '../../case.ts';
import { noise } from '../../data/draw.ts';
import { startOf } from '../../data/models.ts';
import { register, vector } from '../../data/programs.ts';
import { codedCases, onBoth, outputsOf, type Checker, type CodedCase } from '../../kinds/coded.ts';
import { modelOf, type ModelData } from '../../kinds/document.ts';
import { toHosts } from '../../kinds/script.ts';
import { trainingScript, type TrainingCase } from '../../kinds/training.ts';

const data: ModelData = {
  layers: [
    { type: 'input', name: 'x', shape: [5, 3] },
    { type: 'lstm', units: 4, stateful: true, dropout: 0.2 },
    { type: 'dense', name: 'y', units: 2 },
  ],
};

async function read(results: Awaited<ReturnType<Executable['run']>>): Promise<HostTensor> {
  return (await results['was']?.data()) as HostTensor;
}

/** What `was` of the register is, and in the end the register, after steps of 1, 2, 3, … */
function course(steps: number): number[] {
  const values = [0];
  for (let i = 1; i <= steps; i++) values.push(2 * (values[i - 1] as number) + i);
  return values;
}

function follows(check: Checker, found: readonly HostTensor[]): void {
  const values = course(found.length);
  for (const [i, tensor] of found.entries())
    check.equal(`step ${i + 1}`, tensor, vector(values[i] as number, values[i] as number));
}

const order: readonly CodedCase[] = [
  {
    name: 'calls that are not waited for are executed in the order in which they were made',
    async run(subject, check) {
      const executable = await subject.compile(register());
      const runs = [1, 2, 3, 4].map((x) => executable.run('step', { x: vector(x, x) }));
      const state = executable.readState();
      const written = executable.writeState({ w: vector(100, 200) });
      const later = executable.run('step', { x: vector(5, 5) });
      follows(check, await Promise.all(runs.map(async (run) => read(await run))));
      check.equal('state between', (await state)['w'], vector(26, 26));
      check.equal('the step after writing', await read(await later), vector(100, 200));
      await written;
      check.equal('state', (await executable.readState())['w'], vector(205, 405));
    },
  },
  {
    name: 'a call that fails does not hold up those after it',
    async run(subject, check) {
      const executable = await subject.compile(register());
      const first = executable.run('step', { x: vector(1, 1) });
      const refused = check.rejects(
        'a short feed',
        () => executable.run('step', { x: vector(1) }),
        'bad-input',
      );
      const last = executable.run('step', { x: vector(2, 2) });
      follows(check, [await read(await first), await read(await last)]);
      await refused;
    },
  },
  {
    name: 'a feed may be overwritten as soon as the call was made',
    async run(subject, check) {
      const executable = await subject.compile(register());
      const x = vector(0, 0);
      const runs = [1, 2, 3].map((value) => {
        x.data.fill(value);
        return executable.run('step', { x });
      });
      const several = executable.runSteps('step', [{ x }, { x }]);
      x.data.fill(99);
      follows(check, await Promise.all(runs.map(async (run) => read(await run))));
      await several;
      // 11 after steps of 1, 2 and 3; then two more of 3.
      check.equal('state', (await executable.readState())['w'], vector(53, 53));
    },
  },
];

const several: readonly CodedCase[] = [
  {
    name: 'runSteps gives what that many runs give',
    async run(subject, check) {
      const executable = await subject.compile(register());
      const feeds = [1, 2, 3, 4, 5].map((x) => ({ x: vector(x, x) }));
      const results = await executable.runSteps('step', feeds);
      check.that('a result for each step', results.length === feeds.length, `${results.length}`);
      follows(check, await Promise.all(results.map(read)));
      check.equal('state', (await executable.readState())['w'], vector(57, 57));
    },
  },
  {
    name: 'runSteps of no steps changes nothing, of one is a run',
    async run(subject, check) {
      const executable = await subject.compile(register());
      await executable.writeState({ w: vector(1, 2) });
      const none = await executable.runSteps('step', []);
      check.that('no results', none.length === 0, `${none.length}`);
      check.equal('state', (await executable.readState())['w'], vector(1, 2));
      const [one] = await executable.runSteps('step', [{ x: vector(1, 1) }]);
      check.equal('the one result', one && (await read(one)), vector(1, 2));
      const again = await executable.runSteps('read', [{}, {}]);
      for (const results of again)
        check.equal('w, read in each of two steps', await results['w']?.data(), vector(3, 5));
    },
  },
  {
    name: 'runSteps of training steps, with dropout and kept states, equals single runs',
    needs: { dtypes: ['float32', 'uint32', 'bool'] },
    async run(subject, check) {
      const each: TrainingCase = {
        ...data,
        name: 'runSteps',
        training: { loss: 'mse', optimizer: { type: 'adam', epsilon: 1e-3 } },
        batch: 4,
      };
      const script = trainingScript('runSteps', each);
      const feeds = script.calls.slice(1, -1).map((call) => toHosts(call.feeds));
      const start = startOf(script.program, modelOf(data), data, 'runSteps');
      await onBoth(subject, check, 'adamTrajectory', async (compile) => {
        const executable = await compile(script.program);
        const found: Record<string, HostTensor> = {};
        const take = async (
          how: string,
          step: (feeds: Feeds[]) => ReturnType<Executable['runSteps']>,
        ) => {
          await executable.writeState(start);
          for (const [i, results] of (await step(feeds)).entries())
            for (const [name, result] of Object.entries(results))
              found[`${how}, step ${i + 1}: ${name}`] = await result.data();
          for (const [name, tensor] of Object.entries(await executable.readState()))
            found[`${how}: ${name}`] = tensor;
        };
        await take('in one call', (list) => executable.runSteps('trainStep', list));
        await take('one by one', (list) =>
          Promise.all(list.map((feed) => executable.run('trainStep', feed))),
        );
        await take('two and three', async (list) => [
          ...(await executable.runSteps('trainStep', list.slice(0, 2))),
          ...(await executable.runSteps('trainStep', list.slice(2))),
        ]);
        for (const how of ['one by one', 'two and three'])
          for (const [name, tensor] of Object.entries(found))
            if (name.startsWith('in one call'))
              check.close(name, tensor, found[name.replace('in one call', how)] as HostTensor);
        return found;
      });
    },
  },
];

const results: readonly CodedCase[] = [
  {
    name: 'a result is read late, more than once, and not at all',
    async run(subject, check) {
      const executable = await subject.compile(register());
      const all = [];
      for (const x of [1, 2, 3, 4, 5, 6])
        all.push(await executable.run('step', { x: vector(x, x) }));
      await executable.writeState({ w: vector(-1, -1) });
      await executable.run('step', { x: vector(7, 7) });
      const [, , third, , fifth] = await Promise.all(all.map(read));
      check.equal('the third', third, vector(4, 4));
      check.equal('the fifth', fifth, vector(26, 26));
      third?.data.fill(0);
      check.equal('the third again', await read(all[2] ?? {}), vector(4, 4));
      const [once, twice] = await Promise.all([read(all[4] ?? {}), read(all[4] ?? {})]);
      once.data.fill(0);
      check.equal('the fifth, read twice at once', twice, vector(26, 26));
    },
  },
  {
    name: 'a result that is the state itself is a copy of it',
    async run(subject, check) {
      const executable = await subject.compile(register());
      await executable.writeState({ w: vector(1, 2) });
      const { w } = await executable.run('read', {});
      const before = await w?.data();
      before?.data.fill(9);
      await executable.run('step', { x: vector(1, 1) });
      await executable.run('step', { x: vector(1, 1) });
      check.equal('read before two steps', await w?.data(), vector(1, 2));
      check.equal('state', (await executable.readState())['w'], vector(7, 11));
    },
  },
  {
    name: 'a result knows its type, and says so before it is read',
    async run(subject, check) {
      const model = modelOf(data);
      const program = buildProgram(model, {
        batch: 4,
        training: parseTraining({ loss: 'mse', optimizer: 'sgd', metrics: ['mae'] }),
        entries: ['predict', 'evaluate'],
      });
      const executable = await subject.compile(program);
      const [x, targets] = [noise([4, 5, 3], 71), noise([4, 2], 72)];
      for (const [entry, feeds] of [
        ['predict', { x }],
        ['evaluate', { x, targets }],
      ] as const) {
        const found = await executable.run(entry, feeds);
        const outputs = program.entries[entry]?.outputs ?? [];
        const names = Object.keys(found).sort().join();
        check.that(
          `${entry}: results are ${outputs.map(({ name }) => name).join(', ')}`,
          names ===
            outputs
              .map(({ name }) => name)
              .sort()
              .join(),
          names,
        );
        for (const { name, type } of outputs) {
          const said = found[name]?.type;
          const right = said?.dtype === type.dtype && `${said.shape.join()}` === type.shape.join();
          check.that(`${entry}, ${name}: the type of the program`, right, JSON.stringify(said));
        }
      }
    },
  },
  {
    name: 'runs without inputs, of which nothing is read',
    async run(subject, check) {
      const executable = await subject.compile(register());
      await executable.writeState({ w: vector(1, 2) });
      for (let i = 0; i < 50; i++) await executable.run('read', {});
      check.all('read', await outputsOf(executable, 'read', {}), { w: vector(1, 2) }, 'exact');
      check.all('a step', await outputsOf(executable, 'step', { x: vector(3, 3) }), {
        was: vector(1, 2),
      });
    },
  },
];

/** Cases of runs and results. */
export const runCases: readonly ConformanceCase[] = [
  ...codedCases({ group: 'lifecycle', subject: 'order of calls' }, order),
  ...codedCases({ group: 'lifecycle', subject: 'runSteps' }, several),
  ...codedCases({ group: 'lifecycle', subject: 'results' }, results),
];
