/** Changes of what an executable gives. */
import type { Executable, HostTensor, Results } from '@chronograd/backend';
import type { Change } from './mutant.ts';

/** Changes every result; state stays what it is. */
export function resultsAs(change: (tensor: HostTensor) => HostTensor): Change {
  const changed = (results: Results): Results =>
    Object.fromEntries(
      Object.entries(results).map(([name, { type, data }]) => [
        name,
        { type, data: async () => change(await data()) },
      ]),
    );
  return {
    executable: (inner) => ({
      ...through(inner),
      run: async (entry, feeds) => changed(await inner.run(entry, feeds)),
      runSteps: async (entry, feeds) => (await inner.runSteps(entry, feeds)).map(changed),
    }),
  };
}

/** An executable that does what another does, to be changed in part. */
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
