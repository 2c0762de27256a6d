/** Changes of executables: of what they are fed, of what they give, of how they are called. */
import type { Executable, Feeds, HostTensor, Results } from '@chronograd/backend';
import type { Program } from '@chronograd/graph';
import type { Change } from './mutant.ts';

/** Tensors by name. */
export type Tensors = Readonly<Record<string, HostTensor>>;

/** An executable that does what another does. */
export function through(inner: Executable): Executable {
  return {
    report: inner.report,
    run: (entry, feeds) => inner.run(entry, feeds),
    runSteps: (entry, feeds) => inner.runSteps(entry, feeds),
    readState: (names) => inner.readState(names),
    writeState: (values) => inner.writeState(values),
    dispose: () => inner.dispose(),
  };
}

/** Changes executables in part; `program` is what was compiled. */
export function executablesAs(
  change: (inner: Executable, program: Program) => Partial<Executable>,
): Change {
  return {
    executable: (inner, program) => ({ ...through(inner), ...change(inner, program) }),
  };
}

/** Feeds an executable something else than it is given; `make` is called for each executable. */
export function feedsAs(
  make: (program: Program) => (feeds: Feeds, entry: string) => Feeds,
): Change {
  return executablesAs((inner, program) => {
    const change = make(program);
    return {
      run: (entry, feeds) => inner.run(entry, change(feeds, entry)),
      runSteps: (entry, steps) =>
        inner.runSteps(
          entry,
          steps.map((feeds) => change(feeds, entry)),
        ),
    };
  });
}

/** Changes every result; state stays what it is. */
export function resultsAs(change: (tensor: HostTensor) => HostTensor): Change {
  const changed = (results: Results): Results =>
    mapped(results, ({ type, data }) => ({ type, data: async () => change(await data()) }));
  return executablesAs((inner) => ({
    run: async (entry, feeds) => changed(await inner.run(entry, feeds)),
    runSteps: async (entry, feeds) => (await inner.runSteps(entry, feeds)).map(changed),
  }));
}

/** A record of the same names. */
export function mapped<A, B>(
  record: Readonly<Record<string, A>>,
  change: (value: A, name: string) => B,
): Record<string, B> {
  return Object.fromEntries(
    Object.entries(record).map(([name, value]) => [name, change(value, name)]),
  );
}

/** What bears names that pass. */
export function only<A>(
  record: Readonly<Record<string, A>>,
  passes: (name: string) => boolean,
): Record<string, A> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => passes(name)));
}

/** A copy that its owner does not overwrite. */
export function copied(tensors: Tensors): Tensors {
  return mapped(tensors, (tensor) => ({ ...tensor, data: tensor.data.slice() }) as HostTensor);
}
