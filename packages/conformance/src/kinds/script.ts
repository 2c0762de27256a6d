/** Calls of a program's entries and what they must give: the form of every case of whole programs. */
import type { HostTensor } from '@chronograd/backend';
import { interpret, toHost, type Tensor64, type Tensors64 } from '@chronograd/backend-reference';
import {
  expandComposites,
  type DType,
  type Entry,
  type Func,
  type Program,
} from '@chronograd/graph';
import type { Measurement, Subject } from '../case.ts';
import { expectClose, type Expected } from '../compare.ts';
import type { ToleranceClass } from '../tolerances.ts';
import { resultOf } from './func.ts';

/** A call of an entry. */
export interface ScriptCall {
  readonly entry: string;
  readonly feeds: Tensors64;
}

/** A program, its state before the first call, and calls one after the other. */
export interface Script {
  readonly program: Program;
  /** What is not named is zero. */
  readonly state: Tensors64;
  readonly calls: readonly ScriptCall[];
}

/** What is compared after a call: the outputs and the state that are named. */
export interface Expectation {
  /** Place of the call, from 0. */
  readonly call: number;
  readonly outputs: Readonly<Record<string, Expected>>;
  readonly state: Readonly<Record<string, Expected>>;
  readonly tolerance: { readonly outputs: ToleranceClass; readonly state: ToleranceClass };
}

/** What tensors are called in messages, by their names in the program; default the names. */
export type Labels = Readonly<Record<string, string>>;

/** What a call gave in float64: its outputs, and the state after it. */
export interface Observation {
  readonly outputs: Tensors64;
  readonly state: Tensors64;
}

/**
 * What the calls give by {@link interpret}: node by node as the program was written, so that the
 * passes which backends share are under test as well.
 */
export function observe(script: Script): Observation[] {
  const { program, calls } = script;
  let state = startState(script);
  const expanded = new Map<string, Func>();
  return calls.map(({ entry: name, feeds }) => {
    const entry = entryOf(program, name);
    const func = expanded.get(name) ?? expandComposites(entry.func);
    expanded.set(name, func);
    const found = interpret(func, [
      ...entry.inputs.map((input) => feeds[input.name] as Tensor64),
      ...entry.reads.map((read) => state[read] as Tensor64),
    ]);
    const at = (i: number): Tensor64 => found[i] as Tensor64;
    const written = entry.writes.map((write, i) => [write, at(entry.outputs.length + i)]);
    state = { ...state, ...(Object.fromEntries(written) as Tensors64) };
    const outputs = entry.outputs.map((output, i) => [output.name, at(i)]);
    return { outputs: Object.fromEntries(outputs) as Tensors64, state };
  });
}

/**
 * Runs the calls on the backend under test, and compares after each what is expected of it.
 * @param script its tensors are rounded to float32
 */
export async function checkScript(
  subject: Subject,
  script: Script,
  expectations: readonly Expectation[],
  labels: Labels = {},
): Promise<Measurement[]> {
  const executable = await subject.compile(script.program);
  await executable.writeState(toHosts(startState(script)));
  const measurements: Measurement[] = [];
  for (const [place, { entry, feeds }] of script.calls.entries()) {
    const results = await executable.run(entry, toHosts(feeds));
    const call = script.calls.length > 1 ? `call ${place + 1}, ${entry}: ` : '';
    const compare = (name: string, found: HostTensor, wanted: Expected, by: ToleranceClass) =>
      measurements.push(expectClose(call + (labels[name] ?? name), found, wanted, by));
    for (const expected of expectations) {
      if (expected.call !== place) continue;
      for (const [name, wanted] of Object.entries(expected.outputs))
        compare(name, await resultOf(results, name), wanted, expected.tolerance.outputs);
      const names = Object.keys(expected.state);
      if (names.length === 0) continue;
      const state = await executable.readState(names);
      for (const [name, wanted] of Object.entries(expected.state))
        compare(name, state[name] as HostTensor, wanted, expected.tolerance.state);
    }
  }
  return measurements;
}

/** The element types that a program computes with. */
export function dtypesOf(program: Program): DType[] {
  const all = new Set<DType>();
  const visit = (func: Func): void => {
    func.types.forEach(({ dtype }) => all.add(dtype));
    for (const node of func.nodes) {
      if (node.op === 'scan') visit(node.attributes.body);
      else if (node.op === 'composite') visit(node.attributes.decomposition);
    }
  };
  Object.values(program.entries).forEach(({ func }) => visit(func));
  return [...all];
}

/** The entry of this name. @throws TypeError for a name that the program does not have */
export function entryOf(program: Program, name: string): Entry {
  const entry = program.entries[name];
  if (!entry) throw new TypeError(`the program has no entry ${name}`);
  return entry;
}

/** A record of the same keys. */
export function mapValues<A, B>(
  record: Readonly<Record<string, A>>,
  change: (value: A, key: string) => B,
): Record<string, B> {
  return Object.fromEntries(
    Object.entries(record).map(([key, value]) => [key, change(value, key)]),
  );
}

/** Tensors as backends take them. */
export function toHosts(tensors: Tensors64): Record<string, HostTensor> {
  return mapValues(tensors, toHost);
}

/** The state given, and zeros for the rest. */
export function startState({ program, state }: Script): Tensors64 {
  return mapValues(program.state, ({ dtype, shape }, name) => {
    const given = state[name];
    if (given) return given;
    if (dtype !== 'float32') throw new TypeError(`state ${name}: ${dtype} must be given`);
    return { dtype, shape, data: new Float64Array(shape.reduce((size, d) => size * d, 1)) };
  });
}
