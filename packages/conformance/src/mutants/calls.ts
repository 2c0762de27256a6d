/** Mutants of calls and of what they give: order, several steps at once, results, disposal. */
import { hostZeros, type Executable, type Results } from '@chronograd/backend';
import type { Program } from '@chronograd/graph';
import { copied, executablesAs, mapped } from './executables.ts';
import type { Change, Mutant } from './mutant.ts';

/** Changes what `run` gives, and what each step of `runSteps` gives. */
function givesAs(
  make: (
    inner: Executable,
    program: Program,
  ) => {
    readonly change: (results: Results, entry: string) => Results;
    readonly dispose?: () => Promise<void>;
  },
): Change {
  return executablesAs((inner, program) => {
    const { change, dispose = () => inner.dispose() } = make(inner, program);
    return {
      run: async (entry, feeds) => change(await inner.run(entry, feeds), entry),
      runSteps: async (entry, feeds) =>
        (await inner.runSteps(entry, feeds)).map((results) => change(results, entry)),
      dispose,
    };
  });
}

/** Executes calls that were made at once in another order. */
function queuedAs(reorder: (calls: (() => void)[]) => (() => void)[]): Change {
  return executablesAs((inner) => {
    let waiting: (() => void)[] = [];
    const queue = <T>(call: () => Promise<T>): Promise<T> => {
      if (waiting.length === 0)
        queueMicrotask(() => {
          const calls = reorder(waiting);
          waiting = [];
          calls.forEach((each) => each());
        });
      return new Promise((resolve, reject) => {
        waiting.push(() => void call().then(resolve, reject));
      });
    };
    return {
      run(entry, feeds) {
        const own = copied(feeds);
        return queue(() => inner.run(entry, own));
      },
      runSteps(entry, feeds) {
        const own = feeds.map(copied);
        return queue(() => inner.runSteps(entry, own));
      },
      readState: (names) => queue(() => inner.readState(names)),
      writeState(values) {
        const own = copied(values);
        return queue(() => inner.writeState(own));
      },
    };
  });
}

/** Mutants of calls. */
export const callMutants: readonly Mutant[] = [
  {
    name: 'feeds read late',
    breaks: 'feeds are read after run has returned its promise',
    change: executablesAs((inner) => ({
      async run(entry, feeds) {
        await Promise.resolve();
        return inner.run(entry, feeds);
      },
      async runSteps(entry, feeds) {
        await Promise.resolve();
        return inner.runSteps(entry, feeds);
      },
    })),
    killedBy: ['lifecycle/order of calls/a feed may be overwritten as soon as the call was made'],
    spares: [
      'lifecycle/order of calls/a call that fails does not hold up those after it',
      'lifecycle/runSteps/runSteps gives what that many runs give',
    ],
  },
  {
    name: 'calls executed last first',
    breaks: 'of calls that are not waited for the last is executed first',
    change: queuedAs((calls) => calls.reverse()),
    killedBy: [
      'lifecycle/order of calls/calls that are not waited for are executed in the order in which they were made',
      'state/shared state/calls on two that share are executed in the order in which they were made',
      'lifecycle/concurrency/one model twice, step by step, each with its own state',
    ],
    spares: ['lifecycle/runSteps/runSteps gives what that many runs give', 'training/sgd/momentum'],
  },
  {
    name: 'state read before runs are done',
    breaks: 'readState does not wait for runs that were asked for before it',
    change: executablesAs((inner) => ({
      async run(entry, feeds) {
        const own = copied(feeds);
        await Promise.resolve();
        return inner.run(entry, own);
      },
    })),
    killedBy: [
      'lifecycle/order of calls/calls that are not waited for are executed in the order in which they were made',
    ],
    spares: [
      'lifecycle/order of calls/a call that fails does not hold up those after it',
      'training/sgd/momentum',
    ],
  },
  {
    name: 'runSteps runs the last',
    breaks: 'of several steps only the last is taken, and its results are those of all',
    change: executablesAs((inner) => ({
      async runSteps(entry, feeds) {
        const last = feeds[feeds.length - 1];
        if (!last) return [];
        const results = await inner.run(entry, last);
        return feeds.map(() => results);
      },
    })),
    killedBy: [
      'lifecycle/runSteps/runSteps gives what that many runs give',
      'lifecycle/runSteps/runSteps of training steps, with dropout and kept states, equals single runs',
    ],
    spares: ['lifecycle/runSteps/runSteps of no steps changes nothing, of one is a run'],
  },
  {
    name: 'runSteps from one state',
    breaks: 'each of several steps begins where the first began',
    change: executablesAs((inner) => ({
      async runSteps(entry, feeds) {
        const before = await inner.readState();
        const all: Results[] = [];
        for (const step of feeds) {
          await inner.writeState(before);
          all.push(await inner.run(entry, step));
        }
        return all;
      },
    })),
    killedBy: [
      'lifecycle/runSteps/runSteps gives what that many runs give',
      'lifecycle/runSteps/runSteps of training steps, with dropout and kept states, equals single runs',
    ],
    spares: ['lifecycle/runSteps/runSteps of no steps changes nothing, of one is a run'],
  },
  {
    name: 'runSteps with one seed',
    breaks: 'all of several steps draw by the seed of the first',
    change: executablesAs((inner) => ({
      runSteps(entry, feeds) {
        const seed = feeds[0]?.['seed'];
        return inner.runSteps(
          entry,
          feeds.map((step) => (seed ? { ...step, seed } : step)),
        );
      },
    })),
    killedBy: [
      'lifecycle/runSteps/runSteps of training steps, with dropout and kept states, equals single runs',
    ],
    spares: ['lifecycle/runSteps/runSteps gives what that many runs give'],
  },
  {
    name: 'runSteps: results last first',
    breaks: 'the results of several steps come in the order from the last to the first',
    change: executablesAs((inner) => ({
      runSteps: async (entry, feeds) => [...(await inner.runSteps(entry, feeds))].reverse(),
    })),
    killedBy: ['lifecycle/runSteps/runSteps gives what that many runs give'],
    spares: ['lifecycle/runSteps/runSteps of no steps changes nothing, of one is a run'],
  },
  {
    name: 'results of the latest run',
    breaks: 'a result that is read late is that of the latest run of its entry',
    change: givesAs(() => {
      const latest = new Map<string, Results>();
      return {
        change(results, entry) {
          latest.set(entry, results);
          return mapped(results, ({ type }, name) => ({
            type,
            data: () => (latest.get(entry) ?? results)[name]?.data() ?? Promise.reject(),
          }));
        },
      };
    }),
    killedBy: ['lifecycle/results/a result is read late, more than once, and not at all'],
    spares: ['training/sgd/momentum', 'layers/lstm/stateful'],
  },
  {
    name: 'one copy of a result',
    breaks: 'who overwrites what a result gave overwrites what it gives next',
    change: givesAs(() => ({
      change: (results) =>
        mapped(results, ({ type, data }) => {
          const copy = data();
          return { type, data: () => copy };
        }),
    })),
    killedBy: ['lifecycle/results/a result is read late, more than once, and not at all'],
    spares: ['lifecycle/results/a result knows its type, and says so before it is read'],
  },
  {
    name: 'a result that is the state',
    breaks: 'an output that is a state is read from the state when the result is read',
    change: givesAs((inner, { entries }) => ({
      change(results, name) {
        const { func, inputs, outputs, reads } = entries[name] as Program['entries'][string];
        const live = new Map(
          outputs.map((output, i) => {
            const place = func.inputs.indexOf(func.outputs[i] ?? -1) - inputs.length;
            return [output.name, reads[place]] as const;
          }),
        );
        return mapped(results, ({ type, data }, output) => {
          const state = live.get(output);
          if (state === undefined) return { type, data };
          return {
            type,
            data: async () => (await inner.readState([state]))[state] ?? data(),
          };
        });
      },
    })),
    killedBy: ['lifecycle/results/a result that is the state itself is a copy of it'],
    spares: ['lifecycle/results/a result knows its type, and says so before it is read'],
  },
  {
    name: 'types of results without batch',
    breaks: 'the type of a result lacks its first axis',
    change: givesAs(() => ({
      change: (results) =>
        mapped(results, ({ type, data }) => ({
          type: { ...type, shape: type.shape.slice(1) },
          data,
        })),
    })),
    killedBy: ['lifecycle/results/a result knows its type, and says so before it is read'],
    spares: ['lifecycle/results/a result is read late, more than once, and not at all'],
  },
  {
    name: 'results freed with the executable',
    breaks: 'a result that is read after dispose is zeros',
    change: givesAs((inner) => {
      let disposed = false;
      return {
        change: (results) =>
          mapped(results, ({ type, data }) => ({
            type,
            data: async () => (disposed ? hostZeros(type) : data()),
          })),
        dispose() {
          disposed = true;
          return inner.dispose();
        },
      };
    }),
    killedBy: ['errors/disposed/a result outlives its executable'],
    spares: ['errors/disposed/dispose twice, and at once'],
  },
  {
    name: 'dispose does nothing',
    breaks: 'an executable that was disposed of can still be used',
    change: executablesAs(() => ({ dispose: () => Promise.resolve() })),
    killedBy: [
      'errors/disposed/an executable that never ran',
      'errors/disposed/an executable that ran; others of the backend go on',
    ],
    spares: ['errors/disposed/a result outlives its executable'],
  },
  {
    name: 'dispose of a backend does nothing',
    breaks: 'a backend that was disposed of compiles, and its executables run',
    change: { backend: () => ({ dispose: () => Promise.resolve() }) },
    killedBy: [
      'errors/disposed/a backend: it compiles no more, and its executables are done',
      'errors/disposed/a backend that never compiled',
    ],
    spares: ['errors/disposed/another instance of the backend goes on'],
  },
  {
    name: 'one state for all executables',
    breaks: 'state is shared by executables that did not ask for it',
    change: {
      backend(inner) {
        let last: Promise<Executable> | undefined;
        return {
          compile(program, options = {}) {
            const before = last;
            last = (async () => {
              const shareStateWith = options.shareStateWith ?? (await before);
              return inner.compile(program, shareStateWith ? { shareStateWith } : {});
            })();
            return last;
          },
        };
      },
    },
    killedBy: [
      'state/shared state/without it each has its own',
      'lifecycle/concurrency/one model twice, step by step, each with its own state',
    ],
    spares: ['state/shared state/what one writes or runs the other sees, both ways'],
  },
  {
    name: 'a leak',
    breaks: 'what was compiled is kept for ever, with 64 kB each',
    change: {
      backend(inner) {
        const kept: unknown[] = [];
        return {
          async compile(program, options) {
            const compiled = await inner.compile(program, options);
            kept.push(compiled, new Float64Array(8192).fill(1));
            return compiled;
          },
        };
      },
    },
    killedBy: ['lifecycle/memory/100 compiles, runs and disposals'],
    spares: ['errors/disposed/dispose twice, and at once'],
  },
  {
    name: 'composites not reported',
    breaks: 'the compile report tells nothing of composites',
    change: reportsAs((parts) => parts.filter(({ name }) => name === 'scan')),
    killedBy: ['lifecycle/reports/says of every composite what became of it'],
    spares: [
      'lifecycle/reports/names backend, engine, device with its reason, precision, and every entry',
    ],
  },
  {
    name: 'fused without a claim',
    breaks: 'the compile report calls fused what capabilities do not list',
    change: reportsAs((parts) => parts.map((part) => ({ ...part, realisation: 'fused' }))),
    killedBy: ['lifecycle/reports/claims only what reports bear out'],
    spares: ['lifecycle/reports/says of every composite what became of it'],
  },
];

type Parts = Executable['report']['entries'][string]['parts'];

/** Changes the parts of compile reports. */
function reportsAs(change: (parts: Parts) => Parts): Change {
  return executablesAs(({ report }) => ({
    report: {
      ...report,
      entries: mapped(report.entries, (entry) => ({ ...entry, parts: change(entry.parts) })),
    },
  }));
}
