/** Cases of one primitive each: forward, gradient, and the same inside a scan, from one description. */
import type { HostTensor } from '@chronograd/backend';
import { Builder, scan, type Func, type PrimitiveName, type Value } from '@chronograd/graph';
import type { ConformanceCase } from '../case.ts';
import { makeTensor, noise, seedOf, type TensorData } from '../data/draw.ts';
import type { ToleranceClass } from '../tolerances.ts';
import { differentiate } from './differentiate.ts';
import { checkFunc, programOf } from './func.ts';
import { dtypesOf } from './script.ts';

/** Writes the function of a case from its inputs; more than three are in `rest`. */
export type Write = (
  b: Builder,
  x: Value,
  y: Value,
  z: Value,
  ...rest: Value[]
) => Value | readonly Value[];

/** A function to run on inputs. */
export interface PrimitiveCase {
  /** What is special of it, in a few words; the last part of the case's name. */
  readonly name: string;
  readonly inputs: readonly TensorData[];
  readonly write: Write;
  readonly tolerance: ToleranceClass;
  /** Whether gradients of the float32 inputs are compared as well. Default false. */
  readonly gradient?: boolean;
  /** Whether the function is also run as the body of a scan, on three draws. Default false. */
  readonly inScan?: boolean;
  /** Default true. */
  readonly quick?: boolean;
}

/** The cases of every primitive: one without does not compile. */
export type PrimitiveTable<P extends PrimitiveName = PrimitiveName> = {
  readonly [Q in P]: readonly PrimitiveCase[];
};

/** The cases that a table describes. */
export function primitiveCases(table: Partial<PrimitiveTable>): ConformanceCase[] {
  return Object.entries(table).flatMap(([op, list]) =>
    list.flatMap((each) => expand(op as PrimitiveName, each)),
  );
}

function expand(op: PrimitiveName, each: PrimitiveCase): ConformanceCase[] {
  const { tolerance, gradient = false, inScan = false, quick = true } = each;
  const name = `primitives/${op}/${each.name}`;
  const base = {
    row: { group: 'primitives', subject: op } as const,
    quick,
    needs: {
      get dtypes() {
        return dtypesOf(programOf(forward(each)));
      },
    },
  };
  const cases: ConformanceCase[] = [
    {
      ...base,
      name,
      run: async (subject) => ({
        measurements: await checkFunc(subject, forward(each), draw(each, name), tolerance),
      }),
    },
  ];
  if (gradient)
    cases.push({
      ...base,
      name: `${name}, gradient`,
      needs: {
        get dtypes() {
          return dtypesOf(programOf(differentiate(forward(each)).func));
        },
      },
      async run(subject) {
        const { func, cotangents, wrt } = differentiate(forward(each));
        const weights = cotangents.map(({ shape }, i) =>
          noise(shape, seedOf(`${name}, cotangent ${i}`)),
        );
        // The outputs are compared by themselves: here only what flows back.
        const gradients = { ...func, outputs: func.outputs.slice(-wrt.length) };
        const names = wrt.map((i) => `gradient of input ${i}`);
        const inputs = [...draw(each, name), ...weights];
        return { measurements: await checkFunc(subject, gradients, inputs, 'gradient', names) };
      },
    });
  if (inScan)
    cases.push({
      ...base,
      name: `${name}, in a scan`,
      // What becomes of loops is a matter of the row `scan`.
      parts: [],
      async run(subject) {
        const { func, inputs } = scanned(each, name);
        return { measurements: await checkFunc(subject, func, inputs, tolerance) };
      },
    });
  return cases;
}

function forward({ inputs, write }: PrimitiveCase): Func {
  const b = new Builder();
  const values = inputs.map(({ dtype = 'float32', shape }) => b.input({ dtype, shape }));
  return b.finish([write(b, ...(values as [Value, Value, Value]))].flat());
}

function draw({ inputs }: PrimitiveCase, name: string, step = 0): HostTensor[] {
  return inputs.map((data, i) => makeTensor(data, seedOf(`${name}, input ${i}, step ${step}`)));
}

const STEPS = 3;

/**
 * The function as the body of a scan that carries its inputs: a step works on what the step before
 * it was given, so that nothing can be hoisted out of the loop.
 */
function scanned(each: PrimitiveCase, name: string): { func: Func; inputs: HostTensor[] } {
  const b = new Builder();
  const types = each.inputs.map(({ dtype = 'float32', shape }) => ({ dtype, shape }));
  const init = types.map((type) => b.input(type));
  const xs = types.map(({ dtype, shape }) => b.input({ dtype, shape: [STEPS, ...shape] }));
  const operands = { consts: [], init, xs, length: STEPS };
  const { carries, ys } = scan(b, operands, (body, step) => ({
    carries: step.xs,
    ys: [each.write(body, ...(step.carries as [Value, Value, Value]))].flat(),
  }));
  const draws = Array.from({ length: STEPS + 1 }, (_, step) => draw(each, name, step));
  const [first = [], ...later] = draws;
  const stacked = first.map((_, i) => stack(later.map((tensors) => tensors[i] as HostTensor)));
  return { func: b.finish([...carries, ...ys]), inputs: [...first, ...stacked] };
}

/** `[…]` of each step as `[steps, …]`. */
function stack(steps: readonly HostTensor[]): HostTensor {
  const [first] = steps;
  if (!first) throw new TypeError('nothing to stack');
  const shape = [steps.length, ...first.shape];
  const values = steps.flatMap(({ data }) => Array.from(data));
  return makeTensor({ dtype: first.dtype, shape, values }, 0);
}
