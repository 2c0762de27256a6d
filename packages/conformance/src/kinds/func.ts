/** Runs a function on the backend under test and holds its outputs to the float64 interpreter's. */
import type { HostTensor, Results } from '@chronograd/backend';
import { fromHost, interpret } from '@chronograd/backend-reference';
import type { Entry, Func, Program, TensorType } from '@chronograd/graph';
import type { Measurement, Subject } from '../case.ts';
import { expectClose } from '../compare.ts';
import { ConformanceFailure } from '../failure.ts';
import type { ToleranceClass } from '../tolerances.ts';

/** A program of one entry `f` without state; its inputs are `x0`, `x1`, …, its outputs `y0`, … */
export function programOf(func: Func): Program {
  const typeOf = (id: number): TensorType => func.types[id] as TensorType;
  const entry: Entry = {
    inputs: func.inputs.map((id, i) => ({ name: `x${i}`, type: typeOf(id) })),
    reads: [],
    outputs: func.outputs.map((id, i) => ({ name: `y${i}`, type: typeOf(id) })),
    writes: [],
    func,
  };
  return { state: {}, entries: { f: entry } };
}

/**
 * Runs a function on the backend and compares every output with {@link interpret}'s.
 * @param outputNames what the outputs are called in messages; default `output 0`, …
 */
export async function checkFunc(
  subject: Subject,
  func: Func,
  inputs: readonly HostTensor[],
  tolerance: ToleranceClass,
  outputNames: readonly string[] = [],
): Promise<Measurement[]> {
  const expected = interpret(func, inputs.map(fromHost));
  const executable = await subject.compile(programOf(func));
  const feeds = Object.fromEntries(inputs.map((tensor, i) => [`x${i}`, tensor]));
  const results = await executable.run('f', feeds);
  const measurements: Measurement[] = [];
  for (const [i, reference] of expected.entries()) {
    const found = await resultOf(results, `y${i}`);
    measurements.push(expectClose(outputNames[i] ?? `output ${i}`, found, reference, tolerance));
  }
  return measurements;
}

/**
 * The value of a result by its name.
 * @throws {@link ConformanceFailure} where the backend returned none of that name.
 */
export async function resultOf(results: Results, name: string): Promise<HostTensor> {
  const result = results[name];
  if (result) return result.data();
  throw new ConformanceFailure(
    `results: expected "${name}", found ${Object.keys(results).join(', ') || 'none'}`,
  );
}
