/** Cases of one composite each: native and decomposed, forward and gradient, on the same data. */
import { Builder, expandComposites, type Func, type Value } from '@chronograd/graph';
import type { ConformanceCase } from '../case.ts';
import { makeTensor, noise, seedOf, type TensorData } from '../data/draw.ts';
import type { ToleranceClass } from '../tolerances.ts';
import { differentiate } from './differentiate.ts';
import { checkFunc, programOf } from './func.ts';
import { dtypesOf, mapValues } from './script.ts';

/** The operands of a composite by name. */
export type Operands = Readonly<Record<string, Value>>;

/** A composite on operands. */
export interface CompositeCase {
  /** What is special of it; the last part of the case's name. */
  readonly name: string;
  /** The operands by name. */
  readonly inputs: Readonly<Record<string, TensorData>>;
  readonly write: (b: Builder, operands: Operands) => Readonly<Record<string, Value>>;
  /** Operands that are drawn and not learned, for which no gradient is asked. Default none. */
  readonly constants?: readonly string[];
  /** Of the outputs. Default `forward`. */
  readonly tolerance?: ToleranceClass;
  /** Whether gradients are compared as well. Default true. */
  readonly gradient?: boolean;
  /** Default true. */
  readonly quick?: boolean;
}

/**
 * Four cases of each description: the outputs alone, as a prediction computes them, and with the
 * gradient of every operand, as a training step does; of the composite, and of its decomposition.
 * @param subject name of the composite
 */
export function compositeCases(
  subject: string,
  cases: readonly CompositeCase[],
): ConformanceCase[] {
  return cases.flatMap((each) => [
    makeCase(subject, each, false, false),
    makeCase(subject, each, true, false),
    ...(each.gradient === false
      ? []
      : [makeCase(subject, each, false, true), makeCase(subject, each, true, true)]),
  ]);
}

function makeCase(
  subject: string,
  each: CompositeCase,
  decomposed: boolean,
  withGradient: boolean,
): ConformanceCase {
  const { quick = true, tolerance = 'forward' } = each;
  const base = `composites/${subject}/${each.name}`;
  const name = `${base}${decomposed ? ', decomposed' : ''}${withGradient ? ', gradient' : ''}`;
  const form = (func: Func): Func => (decomposed ? expandComposites(func) : func);
  return {
    name,
    row: { group: 'composites', subject },
    // A decomposition is made of primitives, which the daily run covers by themselves.
    quick: quick && !decomposed,
    parts: decomposed ? [] : [subject],
    needs: {
      get dtypes() {
        return dtypesOf(programOf(writeFunc(each).func));
      },
    },
    async run(backend) {
      const { func, outputs } = writeFunc(each);
      const inputs = Object.values(
        mapValues(each.inputs, (data, operand) => makeTensor(data, seedOf(`${base}, ${operand}`))),
      );
      if (!withGradient)
        return { measurements: await checkFunc(backend, form(func), inputs, tolerance, outputs) };
      const operands = Object.keys(each.inputs);
      const exclude = (each.constants ?? []).map((constant) => operands.indexOf(constant));
      const { func: both, cotangents, wrt } = differentiate(func, exclude);
      const weights = cotangents.map(({ shape }, i) =>
        noise(shape, seedOf(`${base}, cotangent ${i}`)),
      );
      const names = [...outputs, ...wrt.map((i) => `gradient of ${operands[i] ?? ''}`)];
      return {
        measurements: await checkFunc(
          backend,
          form(both),
          [...inputs, ...weights],
          tolerance,
          names,
        ),
      };
    },
  };
}

function writeFunc({ inputs, write }: CompositeCase): { func: Func; outputs: string[] } {
  const b = new Builder();
  const operands = mapValues(inputs, ({ dtype = 'float32', shape }) => b.input({ dtype, shape }));
  const results = write(b, operands);
  return { func: b.finish(Object.values(results)), outputs: Object.keys(results) };
}
