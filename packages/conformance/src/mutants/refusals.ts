/** Mutants that take what is to be refused, or refuse it in another way. */
import { hostZeros, type Executable, type HostTensor } from '@chronograd/backend';
import { sizeOf, type TensorType } from '@chronograd/graph';
import { executablesAs, feedsAs, mapped, only } from './executables.ts';
import type { Change, Mutant } from './mutant.ts';

/** Changes every feed, given the type that the entry wants; what it does not know stays. */
function eachFeedAs(change: (tensor: HostTensor, type: TensorType) => HostTensor): Change {
  return feedsAs((program) => (feeds, entry) => {
    const types = new Map(program.entries[entry]?.inputs.map(({ name, type }) => [name, type]));
    return mapped(feeds, (tensor, name) => {
      const type = types.get(name);
      return type ? change(tensor, type) : tensor;
    });
  });
}

/** Changes how calls fail. */
function failuresAs(change: (error: unknown) => unknown): Change {
  const call = async <T>(made: Promise<T>): Promise<T> => {
    try {
      return await made;
    } catch (error) {
      throw change(error);
    }
  };
  return executablesAs((inner) => ({
    run: (entry, feeds) => call(inner.run(entry, feeds)),
    runSteps: (entry, feeds) => call(inner.runSteps(entry, feeds)),
    readState: (names) => call(inner.readState(names)),
    writeState: (values) => call(inner.writeState(values)),
  }));
}

const inputsOf = (program: Parameters<Parameters<typeof feedsAs>[0]>[0], entry: string) =>
  program.entries[entry]?.inputs ?? [];

/** Mutants of errors. */
export const refusalMutants: readonly Mutant[] = [
  {
    name: 'feeds that nobody asked for',
    breaks: 'a feed that the entry does not have is passed over',
    change: feedsAs((program) => (feeds, entry) => {
      const names = inputsOf(program, entry).map(({ name }) => name);
      return only(feeds, (name) => names.includes(name));
    }),
    killedBy: ['errors/bad input/a feed too many', 'errors/bad input/a feed named like the state'],
    spares: ['errors/bad input/a missing feed', 'errors/bad input/too short a feed'],
  },
  {
    name: 'missing feeds are zero',
    breaks: 'an input that is not fed is zeros',
    change: feedsAs((program) => (feeds, entry) => ({
      ...Object.fromEntries(
        inputsOf(program, entry).map(({ name, type }) => [name, hostZeros(type)]),
      ),
      ...feeds,
    })),
    killedBy: [
      'errors/bad input/a missing feed',
      'errors/bad input/a training step that is refused changes no parameter, slot or counter',
    ],
    spares: ['errors/bad input/a feed too many', 'errors/bad input/too short a feed'],
  },
  {
    name: 'feeds cut and filled to fit',
    breaks: 'a feed of another shape is cut, or filled with zeros',
    change: eachFeedAs((tensor, type) => {
      if (tensor.dtype !== 'float32' || !(tensor.data instanceof Float32Array)) return tensor;
      const size = sizeOf(type.shape);
      const data = new Float32Array(size);
      data.set(tensor.data.subarray(0, size));
      return { dtype: 'float32', shape: type.shape, data };
    }),
    killedBy: [
      'errors/bad input/too short a feed',
      'errors/bad input/too long a feed',
      'errors/bad input/a scalar for a vector',
      'errors/bad input/a feed of another rank',
      'errors/bad input/fewer elements than the shape says',
      'errors/bad input/more elements than the shape says',
    ],
    spares: ['errors/bad input/a missing feed', 'errors/bad input/double precision'],
  },
  {
    name: 'element types converted',
    breaks: 'a feed of another element type or array is converted',
    change: eachFeedAs((tensor, type) =>
      type.dtype === 'float32'
        ? { dtype: 'float32', shape: tensor.shape, data: Float32Array.from(tensor.data) }
        : tensor,
    ),
    killedBy: [
      'errors/bad input/a feed of another element type',
      'errors/bad input/an array of another type than it says',
      'errors/bad input/double precision',
    ],
    spares: ['errors/bad input/too short a feed'],
  },
  {
    name: 'errors without a code',
    breaks: 'what is refused is refused with an error of JavaScript',
    change: failuresAs((error) => new Error(String(error))),
    killedBy: [
      'errors/bad input/a missing feed',
      'errors/bad input/reading a state that the program does not have',
      'errors/disposed/an executable that never ran',
    ],
    spares: ['errors/disposed/dispose twice, and at once'],
  },
  {
    name: 'errors that say nothing',
    breaks: 'errors tell their code, and not what was expected and found',
    change: failuresAs((error) =>
      Object.assign(new Error('no'), {
        name: 'BackendError',
        code: (error as { code?: unknown }).code,
      }),
    ),
    killedBy: [
      'errors/bad input/a missing feed',
      'errors/bad input/writing a state of another shape',
    ],
    spares: ['errors/disposed/dispose twice, and at once'],
  },
  {
    name: 'exceptions in the place of rejections',
    breaks: 'an entry that the program does not have makes run throw before it returns a promise',
    change: executablesAs((inner, { entries }) => ({
      run(entry, feeds) {
        if (!Object.hasOwn(entries, entry)) throw new Error(`no entry ${entry}`);
        return inner.run(entry, feeds);
      },
    })),
    killedBy: ['errors/bad input/an entry that the program does not have'],
    spares: ['errors/bad input/a missing feed'],
  },
  {
    name: 'names looked up in prototypes',
    breaks: 'an entry that is named like a method of objects is found, and gives nothing',
    change: executablesAs((inner, { entries }) => ({
      run: async (entry, feeds) =>
        entry in entries && !Object.hasOwn(entries, entry) ? {} : inner.run(entry, feeds),
    })),
    killedBy: ['errors/bad input/an entry named like a method of objects'],
    spares: ['errors/bad input/an entry that the program does not have'],
  },
  {
    name: 'a refused step is taken',
    breaks: 'a feed that does not fit is noticed after the step was taken with zeros',
    change: executablesAs((inner, program) => ({
      async run(entry, feeds) {
        try {
          return await inner.run(entry, feeds);
        } catch (error) {
          await takeZeros(inner, program, entry);
          throw error;
        }
      },
    })),
    killedBy: [
      'errors/bad input/a missing feed',
      'errors/bad input/too short a feed',
      'errors/bad input/a training step that is refused changes no parameter, slot or counter',
    ],
    spares: ['errors/bad input/an entry that the program does not have'],
  },
  {
    name: 'unknown states passed over',
    breaks: 'names of states that the program does not have are left out',
    change: executablesAs((inner, { state }) => {
      const isKnown = (name: string): boolean => Object.hasOwn(state, name);
      return {
        readState: (names) => inner.readState(names?.filter(isKnown)),
        writeState: (values) => inner.writeState(only(values, isKnown)),
      };
    }),
    killedBy: [
      'errors/bad input/reading a known state and another',
      'errors/bad input/writing a state that the program does not have',
      'errors/bad input/reading a state named like a method of objects',
    ],
    spares: ['errors/bad input/writing a state of another shape'],
  },
];

/** Runs an entry with zeros for all that it is fed, if the program has it. */
async function takeZeros(
  inner: Executable,
  program: Parameters<typeof inputsOf>[0],
  entry: string,
): Promise<void> {
  if (!Object.hasOwn(program.entries, entry)) return;
  const zeros = inputsOf(program, entry).map(({ name, type }) => [name, hostZeros(type)]);
  await inner.run(entry, Object.fromEntries(zeros));
}
