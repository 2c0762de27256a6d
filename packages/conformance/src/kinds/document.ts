/** Cases of model documents: what they predict, and the gradient of every input and parameter. */
import type { HostTensor } from '@chronograd/backend';
import { fromHost, toHost, type Tensor64, type Tensors64 } from '@chronograd/backend-reference';
import { buildProgram, type Entry } from '@chronograd/graph';
import { parseModel, resolveModel, type LayerDocument, type ResolvedModel } from '@chronograd/spec';
import type { ConformanceCase, Row } from '../case.ts';
import { makeTensor, noise, seedOf, type Drawn, type Written } from '../data/draw.ts';
import { differentiate } from './differentiate.ts';
import { checkFunc } from './func.ts';
import { checkScript, dtypesOf, entryOf, observe, type Script } from './script.ts';

/** A model document and what it is fed. */
export interface ModelData {
  readonly layers: readonly LayerDocument[];
  /** References of the outputs. Default: the last layer's. */
  readonly outputs?: readonly string[];
  /** Default 3. */
  readonly batch?: number;
  /** How inputs are drawn, by layer name. Default: from ±1.5. */
  readonly feeds?: Readonly<
    Record<string, Pick<Drawn, 'range' | 'specials'> | Pick<Written, 'values'>>
  >;
  /** Parameters are drawn from ± this, biases too. Default 0.8. */
  readonly weights?: number;
}

/** A model whose predictions and gradients are compared. */
export interface ModelCase extends ModelData {
  /** What is special of it; the last part of the case's name. */
  readonly name: string;
  /** Predictions one after the other, on other inputs. Default 1. */
  readonly calls?: number;
  /** Default true. */
  readonly quick?: boolean;
}

/** Two cases of each model: its predictions, and its outputs with all gradients. */
export function modelCases(row: Row, cases: readonly ModelCase[]): ConformanceCase[] {
  return cases.flatMap((each) => {
    const name = `${row.group}/${row.subject}/${each.name}`;
    const { quick = true } = each;
    const needs = {
      get dtypes() {
        return dtypesOf(predictScript(name, each).program);
      },
    };
    return [
      {
        name,
        row,
        quick,
        needs,
        async run(subject) {
          const script = predictScript(name, each);
          const expected = observe(script).map((found, call) => ({
            call,
            ...found,
            tolerance: { outputs: 'forward', state: 'forward' } as const,
          }));
          return { measurements: await checkScript(subject, script, expected) };
        },
      },
      {
        name: `${name}, gradient`,
        row,
        // A layer's gradient is its composites', which the daily run covers, and its model's.
        quick: quick && row.group === 'models',
        needs,
        async run(subject) {
          const script = predictScript(name, each);
          const entry = entryOf(script.program, 'predict');
          const { func, names, inputs } = gradientOf(name, entry, script);
          return { measurements: await checkFunc(subject, func, inputs, 'gradient', names) };
        },
      },
    ] satisfies ConformanceCase[];
  });
}

/** The model of a document. */
export function modelOf({ layers, outputs }: ModelData): ResolvedModel {
  return resolveModel(parseModel({ layers, ...(outputs && { outputs }) }));
}

/** A tensor for an input of an entry, as the document's case describes it. */
export function feedOf(
  { feeds = {} }: ModelData,
  { name, type }: Entry['inputs'][number],
  seed: number,
): HostTensor {
  return makeTensor({ range: [-1.5, 1.5], ...feeds[name], ...type }, seed);
}

/** Parameters that are all different, and not zero. */
export function drawParameters(
  model: ResolvedModel,
  { weights = 0.8 }: ModelData,
  seed: string,
): Tensors64 {
  return Object.fromEntries(
    model.parameters.map(({ name, shape }) => [
      name,
      // A variance is above zero.
      name.endsWith('/movingVariance')
        ? fromHost(noise(shape, seedOf(`${seed}, ${name}`), 0.3, 2))
        : fromHost(noise(shape, seedOf(`${seed}, ${name}`), -weights, weights)),
    ]),
  );
}

/** Predictions of the model, from parameters and states that are not zero. */
function predictScript(name: string, each: ModelCase): Script {
  const { batch = 3, calls = 1 } = each;
  const model = modelOf(each);
  const program = buildProgram(model, { batch, entries: ['predict'] });
  const states = Object.entries(program.state).map(([state, { shape }]) => [
    state,
    fromHost(noise(shape, seedOf(`${name}, ${state}`))),
  ]);
  const { inputs } = entryOf(program, 'predict');
  return {
    program,
    state: {
      ...(Object.fromEntries(states) as Tensors64),
      ...drawParameters(model, each, name),
    },
    calls: Array.from({ length: calls }, (_, call) => ({
      entry: 'predict',
      feeds: Object.fromEntries(
        inputs.map((input) => [
          input.name,
          fromHost(feedOf(each, input, seedOf(`${name}, ${input.name}, call ${call}`))),
        ]),
      ),
    })),
  };
}

function gradientOf(name: string, entry: Entry, { state, calls }: Script) {
  const { func, cotangents, wrt } = differentiate(entry.func);
  const operands = [...entry.inputs.map((input) => input.name), ...entry.reads];
  const feeds = { ...state, ...calls[0]?.feeds };
  const weights = cotangents.map(({ shape }, i) => noise(shape, seedOf(`${name}, cotangent ${i}`)));
  return {
    func,
    inputs: [...operands.map((operand) => toHost(feeds[operand] as Tensor64)), ...weights],
    names: [
      ...entry.outputs.map((output) => output.name),
      ...entry.writes,
      ...wrt.map((i) => `gradient of ${operands[i] ?? ''}`),
    ],
  };
}
