/** Mutants of state: what is kept, what is written, what is shared, what is handed out. */
import { hostZeros, type Executable, type Feeds } from '@chronograd/backend';
import { rewrite, type Entry, type Program, type TensorType, type Value } from '@chronograd/graph';
import type { Change, Mutant } from './mutant.ts';
import { inHalfPrecision } from './precision.ts';
import { operandsOf, repeated, typesOf } from './programs.ts';
import { executablesAs, mapped, only, through, type Tensors } from './executables.ts';

/** Does something before every run. */
function beforeRunsAs(prepare: (inner: Executable, program: Program) => Promise<void>): Change {
  return executablesAs((inner, program) => ({
    async run(entry, feeds) {
      await prepare(inner, program);
      return inner.run(entry, feeds);
    },
  }));
}

/** Writes only state whose names pass. */
function writesOnly(passes: (name: string) => boolean): Change {
  return executablesAs((inner) => ({
    writeState: (values) => inner.writeState(only(values, passes)),
  }));
}

const isKept = (name: string): boolean => name.includes('/state/');

/** Mutants of state. */
export const stateMutants: readonly Mutant[] = [
  {
    name: 'kept states lost',
    breaks: 'layers with stateful begin every call at zero',
    change: beforeRunsAs((inner, { state }) =>
      inner.writeState(mapped(only(state, isKept), hostZeros)),
    ),
    killedBy: [
      'layers/gru/stateful',
      'models/stateful/1, 5 and 20 steps of SGD',
      'state/stateful calls/lstm, calls of 2, 3 and 1 steps equal one of 6',
      'state/stateful calls/predict, evaluate and trainStep go on where the other stopped',
    ],
    spares: ['layers/gru/the sequence', 'state/streaming/lstm, equals one long call'],
  },
  {
    name: 'kept states cannot be overwritten',
    breaks: 'what is written to states of stateful layers is ignored once an entry has been run',
    change: executablesAs((inner) => {
      let hasRun = false;
      return {
        run(entry, feeds) {
          hasRun = true;
          return inner.run(entry, feeds);
        },
        writeState: (values) => inner.writeState(only(values, (name) => !hasRun || !isKept(name))),
      };
    }),
    killedBy: [
      'state/stateful calls/gru, begins anew when the states are overwritten',
      'state/stateful calls/stacked, begins anew when the states are overwritten',
    ],
    spares: [
      'layers/gru/stateful',
      'state/stateful calls/gru, calls of 2, 3 and 1 steps equal one of 6',
    ],
  },
  {
    name: 'states of streaming cannot be overwritten',
    breaks: 'a stream goes on where it was, whatever is written',
    change: executablesAs((inner) => {
      let hasRun = false;
      return {
        run(entry, feeds) {
          hasRun ||= entry === 'stream';
          return inner.run(entry, feeds);
        },
        writeState: (values) =>
          inner.writeState(only(values, (name) => !hasRun || !name.startsWith('stream/'))),
      };
    }),
    killedBy: ['state/streaming/begins anew when the states are overwritten, and goes on from any'],
    spares: ['state/streaming/lstm, equals one long call'],
  },
  {
    name: 'predictions disturb streams',
    breaks: 'a call of predict sets the states of streaming to zero',
    change: executablesAs((inner, { state }) => ({
      async run(entry, feeds) {
        const results = await inner.run(entry, feeds);
        const isStream = (name: string): boolean => name.startsWith('stream/');
        if (entry === 'predict') await inner.writeState(mapped(only(state, isStream), hostZeros));
        return results;
      },
    })),
    killedBy: ['state/streaming/is not disturbed by other entries, and sees what they train'],
    spares: ['state/streaming/lstm, equals one long call', 'layers/lstm/stateful'],
  },
  {
    name: 'states leak between calls',
    breaks: 'layers without stateful begin where the call before stopped',
    change: {
      program: leaking,
      executable: (inner, program) => ({
        ...through(inner),
        readState: (names) => inner.readState(names ?? Object.keys(program.state)),
      }),
    },
    killedBy: [
      'models/lstm/1, 5 and 20 steps of SGD',
      'models/gru/1, 5 and 20 steps of Adam',
      'state/read and write/every entry sees new weights at once',
    ],
    spares: ['layers/lstm/the sequence', 'models/lstm/predict', 'layers/lstm/stateful'],
  },
  {
    name: 'stale weights',
    breaks: 'entries go on with the state that they were first run with, though it was overwritten',
    change: executablesAs((inner) => {
      let hasRun = false;
      let shown: Tensors = {};
      return {
        run(entry, feeds) {
          hasRun = true;
          return inner.run(entry, feeds);
        },
        async readState(names) {
          const held = await inner.readState(names);
          return { ...held, ...only(shown, (name) => Object.hasOwn(held, name)) };
        },
        async writeState(values) {
          if (hasRun) shown = { ...shown, ...values };
          else await inner.writeState(values);
        },
      };
    }),
    killedBy: [
      'state/read and write/every entry sees new weights at once',
      'state/stateful calls/lstm, begins anew when the states are overwritten',
    ],
    spares: [
      'state/read and write/gives back what was written, of every element type',
      'layers/dense/of vectors',
    ],
  },
  {
    name: 'writeState half done',
    breaks: 'tensors are written one after the other, up to the one that does not fit',
    change: executablesAs((inner) => ({
      async writeState(values) {
        for (const [name, tensor] of Object.entries(values))
          await inner.writeState({ [name]: tensor });
      },
    })),
    killedBy: [
      'state/read and write/a name that is not known among others: nothing is written',
      'state/read and write/another shape among others: nothing is written',
      'state/read and write/another element type among others: nothing is written',
      'state/read and write/too few elements among others: nothing is written',
    ],
    spares: ['state/read and write/reads and writes only what is named'],
  },
  {
    name: 'readState gives live memory',
    breaks: 'what was read changes when an entry is run',
    change: executablesAs((inner) => {
      const handed: Tensors[] = [];
      const refresh = async (): Promise<void> => {
        const now = await inner.readState();
        for (const tensors of handed)
          for (const [name, { data }] of Object.entries(tensors)) data.set(now[name]?.data ?? []);
      };
      return {
        async readState(names) {
          const tensors = await inner.readState(names);
          handed.push(tensors);
          return tensors;
        },
        async run(entry, feeds) {
          const results = await inner.run(entry, feeds);
          await refresh();
          return results;
        },
      };
    }),
    killedBy: ['state/read and write/what was read may be overwritten, and stays what it was'],
    spares: ['state/read and write/reads and writes only what is named'],
  },
  {
    name: 'readState gives one copy to all',
    breaks: 'who overwrites what was read overwrites what others have read',
    change: executablesAs((inner) => {
      let copy: Promise<Tensors> | undefined;
      const forget = (): void => (copy = undefined);
      return {
        async readState(names) {
          copy ??= inner.readState();
          const all = await copy;
          return only(all, (name) => names?.includes(name) ?? true);
        },
        run(entry, feeds) {
          forget();
          return inner.run(entry, feeds);
        },
        writeState(values) {
          forget();
          return inner.writeState(values);
        },
      };
    }),
    killedBy: ['state/read and write/what was read may be overwritten, and stays what it was'],
    spares: ['state/read and write/reads and writes only what is named'],
  },
  {
    name: 'writeState reads late',
    breaks: 'tensors are read after writeState has returned its promise',
    change: executablesAs((inner) => ({
      async writeState(values) {
        await Promise.resolve();
        return inner.writeState(values);
      },
    })),
    killedBy: ['state/read and write/what was written may be overwritten by its owner'],
    spares: ['state/read and write/gives back what was written, of every element type'],
  },
  {
    name: 'writeState keeps what it is given',
    breaks: "the caller's array becomes the state until an entry writes it",
    change: executablesAs((inner) => {
      let given: Feeds = {};
      return {
        async writeState(values) {
          await inner.writeState(values);
          given = { ...given, ...values };
        },
        async readState(names) {
          const held = await inner.readState(names);
          return { ...held, ...only(given, (name) => Object.hasOwn(held, name)) };
        },
        async run(entry, feeds) {
          await inner.writeState(given);
          given = {};
          return inner.run(entry, feeds);
        },
      };
    }),
    killedBy: ['state/read and write/what was written may be overwritten by its owner'],
    spares: ['state/read and write/reads and writes only what is named'],
  },
  {
    name: 'names of readState ignored',
    breaks: 'all state is read whatever is named',
    change: executablesAs((inner) => ({ readState: () => inner.readState() })),
    killedBy: ['state/read and write/reads and writes only what is named'],
    spares: ['state/read and write/gives back what was written, of every element type'],
  },
  {
    name: 'slots of the optimizer not restored',
    breaks: 'what is written to slots is ignored',
    change: writesOnly((name) => !/^optimizer\/.+\//.test(name)),
    killedBy: [
      'state/across backends/three steps of Adam here and three there, both ways',
      'state/across backends/three steps of SGD with momentum here and three there, both ways',
    ],
    spares: ['training/sgd/plain', 'training/adam/defaults'],
  },
  {
    name: 'count of steps not restored',
    breaks: 'what is written to the count of steps is ignored',
    change: writesOnly((name) => name !== 'optimizer/step'),
    killedBy: [
      'state/across backends/three steps of Adam here and three there, both ways',
      'state/across backends/three steps of Nadam here and three there, both ways',
    ],
    spares: ['training/sgd/plain', 'training/adam/defaults'],
  },
  {
    name: 'state in half precision',
    breaks: 'state is rounded to 11 significant binary digits when it is written',
    change: executablesAs((inner) => ({
      writeState: (values) =>
        inner.writeState(
          mapped(values, (tensor) =>
            tensor.dtype === 'float32'
              ? { ...tensor, data: tensor.data.map(inHalfPrecision) }
              : tensor,
          ),
        ),
    })),
    killedBy: [
      'layers/dense/of vectors',
      'state/read and write/every entry sees new weights at once',
    ],
    spares: ['state/read and write/reads and writes only what is named', 'layers/activation/tanh'],
  },
  {
    name: 'integers of the state through float32',
    breaks: 'int32 and uint32 are kept as float32, which has 24 digits',
    change: executablesAs((inner) => ({
      writeState: (values) =>
        inner.writeState(
          mapped(values, (tensor) =>
            tensor.dtype === 'int32' || tensor.dtype === 'uint32'
              ? { ...tensor, data: tensor.data.map((x) => Math.fround(x)) }
              : tensor,
          ),
        ),
    })),
    killedBy: ['state/read and write/gives back what was written, of every element type'],
    spares: ['state/read and write/starts at zero, of every element type'],
  },
  {
    name: 'state not shared',
    breaks: 'an executable that should share state has its own',
    change: { backend: (inner) => ({ compile: (program) => inner.compile(program) }) },
    killedBy: [
      'state/shared state/what one writes or runs the other sees, both ways',
      'state/shared state/new names start at zero, and the others stay',
      'state/stateful calls/lstm, calls of 2, 3 and 1 steps equal one of 6',
    ],
    spares: ['state/shared state/without it each has its own', 'layers/lstm/stateful'],
  },
  {
    name: 'shared state ends with the first',
    breaks: 'state is cleared when one of those that share it is disposed of',
    change: executablesAs((inner, { state }) => {
      let disposed = false;
      return {
        async dispose() {
          if (!disposed) await inner.writeState(mapped(state, hostZeros));
          disposed = true;
          return inner.dispose();
        },
      };
    }),
    killedBy: ['state/shared state/it outlives the executable that it came from'],
    spares: ['state/shared state/what one writes or runs the other sees, both ways'],
  },
];

/** Where the hidden states of {@link leaking} are kept. */
const HIDDEN = 'leak/';

/**
 * The program with a state for every initial state of a recurrent composite that is zero, which is
 * read in its place and written with what the composite leaves.
 */
function leaking(program: Program): Program {
  const state: Record<string, TensorType> = { ...program.state };
  const entries = Object.entries(program.entries).map(([name, entry]) => [
    name,
    leakingEntry(entry, state),
  ]);
  return { state, entries: Object.fromEntries(entries) as Program['entries'] };
}

function leakingEntry(entry: Entry, state: Record<string, TensorType>): Entry {
  const names: string[] = [];
  const left: Value[] = [];
  const func = rewrite(entry.func, (context) => {
    const { b, node, inputs } = context;
    if (node.op !== 'composite' || !['simpleRnn', 'lstm', 'gru'].includes(node.attributes.name))
      return undefined;
    const { inputMask, recurrentMask, timeMask } = node.attributes.options;
    const masks = [inputMask, recurrentMask, timeMask].filter((has) => has === true).length;
    const count = node.outputs.length - 1;
    const first = inputs.length - masks - count;
    const used = inputs.map((value, i) => {
      const isState = i >= first && i < first + count;
      const isZero = operandsOf(context, repeated(context, value), 'constant');
      if (!isState || !isZero) return value;
      const name = `${HIDDEN}${names.length}`;
      state[name] = value.type;
      names.push(name);
      return b.input(value.type);
    });
    const copy = { ...node, inputs: used.map(({ id }) => id) };
    const results = b.append(copy, typesOf(entry.func, node));
    results.slice(1).forEach((value, i) => {
      if (used[first + i] !== inputs[first + i]) left.push(value);
    });
    return results;
  });
  return {
    ...entry,
    reads: [...entry.reads, ...names],
    writes: [...entry.writes, ...names],
    func: { ...func, outputs: [...func.outputs, ...left.map(({ id }) => id)] },
  };
}
