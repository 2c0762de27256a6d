/** Runs entries of programs in float64, state by name. */
import { initialState, type Program } from '@chronograd/graph';
import { interpret } from '../interpret.ts';
import { fromHost, type Tensor64 } from '../tensor.ts';

/** State tensors by name. */
export type State = Map<string, Tensor64>;

/** The state that a program starts with; some of its tensors may be given. */
export function startState(
  program: Program,
  model: Parameters<typeof initialState>[1],
  seed: number,
  given: Readonly<Record<string, Tensor64>> = {},
): State {
  const state: State = new Map();
  for (const [name, tensor] of Object.entries(initialState(program, model, seed))) {
    state.set(name, given[name] ?? fromHost(tensor));
  }
  return state;
}

/** Runs an entry: replaces the state that it writes, returns its outputs by name. */
export function runEntry(
  program: Program,
  name: string,
  feeds: Readonly<Record<string, Tensor64>>,
  state: State,
): Readonly<Record<string, Tensor64>> {
  const entry = program.entries[name];
  if (!entry) throw new TypeError(`no entry ${name}`);
  const found = interpret(entry.func, [
    ...entry.inputs.map((input) => feeds[input.name] as Tensor64),
    ...entry.reads.map((read) => state.get(read) as Tensor64),
  ]);
  entry.writes.forEach((write, i) => state.set(write, found[entry.outputs.length + i] as Tensor64));
  return Object.fromEntries(entry.outputs.map((output, i) => [output.name, found[i] as Tensor64]));
}
