/** chronograd on any of its backends, and how it is called. */
import {
  BackendError,
  type Backend,
  type Executable,
  type Feeds,
  type HostTensor,
  type Results,
} from '@chronograd/backend';
import { buildProgram, initialState, type Program } from '@chronograd/graph';
import { parseModel, parseTraining, type ResolvedModel, resolveModel } from '@chronograd/spec';
import type { Ready, Setup } from '../protocol.ts';
import type { Workload } from '../workload.ts';
import { hostTensor, modelDocument, trainingDocument } from './chronograd-documents.ts';
import { buildFit } from './chronograd-fit.ts';
import { describeReport } from './chronograd-report.ts';
import { type Trainer, Unsupported } from './serve.ts';

/** How a variant computes, and is called. */
export interface Way {
  readonly make: () => Backend | Promise<Backend>;
  readonly call: 'run' | 'runSteps' | 'fit';
}

/**
 * A trainer for one of the variants.
 * @throws {@link Unsupported} where there is no such variant, or its engine is not there
 */
export async function buildVariant(
  setup: Setup,
  variants: Readonly<Record<string, Way>>,
): Promise<Trainer> {
  const way = variants[setup.variant];
  if (!way) throw new Unsupported(`the chronograd peer has no variant ${setup.variant}`);
  try {
    const backend = await way.make();
    return await (way.call === 'fit'
      ? buildFit(setup, backend)
      : buildCalls(setup, backend, way.call));
  } catch (error) {
    if (!(error instanceof BackendError) || error.code !== 'engine-missing') throw error;
    throw new Unsupported(error.details.advice ?? error.message);
  }
}

async function buildCalls(
  setup: Setup,
  backend: Backend,
  call: 'run' | 'runSteps',
): Promise<Trainer> {
  const { workload } = setup;
  if (call === 'runSteps' && !backend.capabilities().severalStepsPerCall) {
    throw new Unsupported(`the backend ${backend.id} takes one step a call`);
  }
  const { executable, program, model, compile } = await compileWorkload(workload, backend);
  const weights = Object.entries(setup.weights).map(([name, tensor]) => [name, hostTensor(tensor)]);
  await executable.writeState({
    ...initialState(program, model, 0),
    ...Object.fromEntries(weights),
  });
  const learningRate: HostTensor<'float32'> = {
    dtype: 'float32',
    shape: [],
    data: Float32Array.of(workload.optimizer.learningRate),
  };
  const feeds = setup.batches.map(({ inputs, targets }): Feeds => ({
    input: hostTensor(inputs),
    targets: hostTensor(targets),
    learningRate,
  }));
  const feedsOf = (batch: number): Feeds => feeds[batch] ?? {};
  const common = {
    ...describeReport(executable.report, 'trainStep'),
    compile,
  };
  if (call === 'run') {
    return {
      ...common,
      step: async (batch) => lossOf(await executable.run('trainStep', feedsOf(batch))),
    };
  }
  return {
    ...common,
    block: async (batches) => {
      const results = await executable.runSteps('trainStep', batches.map(feedsOf));
      return Promise.all(results.map(lossOf));
    },
  };
}

interface Compiled {
  readonly model: ResolvedModel;
  readonly program: Program;
  readonly executable: Executable;
  readonly compile: NonNullable<Ready['compile']>;
}

async function compileWorkload(workload: Workload, backend: Backend): Promise<Compiled> {
  const began = performance.now();
  const model = resolveModel(parseModel(modelDocument(workload)));
  const training = parseTraining(trainingDocument(workload));
  const program = buildProgram(model, { batch: workload.batch, training, entries: ['trainStep'] });
  const built = performance.now();
  const executable = await backend.compile(program);
  const compiled = performance.now();
  return {
    model,
    program,
    executable,
    compile: {
      buildMilliseconds: built - began,
      compileMilliseconds: compiled - built,
      nodes: executable.report.entries['trainStep']?.nodes ?? 0,
    },
  };
}

async function lossOf(results: Results | undefined): Promise<number> {
  const loss = await results?.['loss']?.data();
  return Number(loss?.data[0] ?? Number.NaN);
}
