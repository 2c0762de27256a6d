/** Cases of training: optimizer steps from given parameters and batches, and what `evaluate` says. */
import type { HostTensor } from '@chronograd/backend';
import { fromHost, type Tensors64 } from '@chronograd/backend-reference';
import { buildProgram, initialState, type Entry, type ProgramOptions } from '@chronograd/graph';
import { parseTraining, type TrainingDocument } from '@chronograd/spec';
import type { ConformanceCase, Row } from '../case.ts';
import { makeTensor, scalar, seedOf, tensorOf, type TensorData } from '../data/draw.ts';
import type { ToleranceClass } from '../tolerances.ts';
import { drawParameters, feedOf, modelOf, type ModelData } from './document.ts';
import { checkScript, dtypesOf, entryOf, observe, type Script } from './script.ts';

/** A model, its training, and what is fed. */
export interface TrainingCase extends ModelData {
  /** What is special of it; the last part of the case's name. */
  readonly name: string;
  readonly training: Omit<TrainingDocument, 'formatVersion'>;
  readonly sampleWeights?: ProgramOptions['sampleWeights'];
  /** Number of steps; parameters and slots are compared after steps 1, 5 and the last. Default 5. */
  readonly steps?: number;
  /** Of step `i`, from 0. Default 0.02 / (1 + i / 10). */
  readonly learningRate?: (step: number) => number;
  /** How targets are drawn, by the name of the feed. Default: see {@link targetOf}. */
  readonly targets?: Readonly<Record<string, Omit<TensorData & object, 'shape' | 'dtype'>>>;
  /** Default true. */
  readonly quick?: boolean;
}

/** Different batches; more steps feed them once more. */
const BATCHES = 4;

/**
 * One case of each description. Before the first step and after the last, `evaluate` is compared;
 * after every step its outputs are; after steps 1, 5 and the last the parameters, after the first two
 * of these also the optimizer's slots.
 */
export function trainingCases(row: Row, cases: readonly TrainingCase[]): ConformanceCase[] {
  return cases.map((each) => {
    const name = `${row.group}/${row.subject}/${each.name}`;
    return {
      name,
      row,
      quick: each.quick ?? true,
      needs: {
        get dtypes() {
          return dtypesOf(trainingScript(name, each).program);
        },
      },
      async run(subject) {
        const script = trainingScript(name, each);
        const class_ = trajectoryOf(each);
        const steps = script.calls.length - 2;
        const compared = new Set([1, 5, steps]);
        const expected = observe(script).map(({ outputs, state }, call) => ({
          call,
          outputs,
          state: compared.has(call) ? comparable(state, call) : {},
          // Until the first update nothing has added up.
          tolerance: {
            outputs: call <= 1 ? 'forward' : class_,
            state: call <= 1 && class_ === 'sgdTrajectory' ? 'gradient' : class_,
          } as const,
        }));
        return { measurements: await checkScript(subject, script, expected) };
      },
    };
  });
}

/** Steps after which slots are compared as well as parameters. */
const EARLY = 5;

/**
 * The state that is compared after a step. Late in a training, moments near an optimum are small
 * differences of what adds up: only what they do to parameters is held to a bound.
 */
function comparable(state: Tensors64, step: number): Tensors64 {
  const isSlot = (name: string): boolean => /^optimizer\/[^/]+\//.test(name);
  return Object.fromEntries(
    Object.entries(state).filter(([name]) => step <= EARLY || !isSlot(name)),
  );
}

/** Which bound fits the optimizer. */
export function trajectoryOf({ training }: TrainingCase): ToleranceClass {
  const { optimizer } = parseTraining(training);
  return optimizer.type === 'sgd' ? 'sgdTrajectory' : 'adamTrajectory';
}

/**
 * `evaluate`, the steps, `evaluate` again, on batches of which the first come back after a while.
 * @param name seeds the numbers
 */
export function trainingScript(name: string, each: TrainingCase): Script {
  const { batch = 3, steps = 5, sampleWeights = false } = each;
  const { learningRate = (step: number) => 0.02 / (1 + step / 10) } = each;
  const model = modelOf(each);
  const program = buildProgram(model, {
    batch,
    training: parseTraining(each.training),
    entries: ['evaluate', 'trainStep'],
    sampleWeights,
  });
  const initial = initialState(program, model, 0);
  const { inputs } = entryOf(program, 'trainStep');
  const own = new Set(model.inputs.map(({ reference }) => reference));
  const feed = (input: Entry['inputs'][number], step: number): HostTensor => {
    if (input.name === 'learningRate') return scalar(learningRate(step));
    if (input.name === 'seed') return tensorOf('uint32', [2], [step + 7, 2 ** 32 - 99]);
    const seed = seedOf(`${name}, ${input.name}, batch ${step % BATCHES}`);
    if (own.has(input.name)) return feedOf(each, input, seed);
    return targetOf(each, input, seed);
  };
  const feedsOf = (step: number): Tensors64 =>
    Object.fromEntries(inputs.map((input) => [input.name, fromHost(feed(input, step))]));
  const evaluated = new Set(entryOf(program, 'evaluate').inputs.map((input) => input.name));
  const evaluate = (step: number) => ({
    entry: 'evaluate',
    feeds: Object.fromEntries(
      Object.entries(feedsOf(step)).filter(([input]) => evaluated.has(input)),
    ),
  });
  return {
    program,
    state: {
      ...Object.fromEntries(
        Object.entries(initial).map(([state, tensor]) => [state, fromHost(tensor)]),
      ),
      ...drawParameters(model, each, name),
    },
    calls: [
      evaluate(0),
      ...Array.from({ length: steps }, (_, step) => ({ entry: 'trainStep', feeds: feedsOf(step) })),
      evaluate(steps),
    ],
  };
}

/**
 * A target: floats from ±1.5, classes 0 to 2. Sample weights are from 0.2 to 2, so that none is
 * what it would be without.
 */
function targetOf(
  { targets = {} }: TrainingCase,
  { name, type }: Entry['inputs'][number],
  seed: number,
): HostTensor {
  if (name === 'sampleWeights') return makeTensor({ ...type, range: [0.2, 2] }, seed);
  const range = type.dtype === 'int32' ? ([0, 2] as const) : ([-1.5, 1.5] as const);
  return makeTensor({ range, ...targets[name], ...type } as TensorData, seed);
}
