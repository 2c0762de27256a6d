/** What users call. */
import type { CompileReport } from '@chronograd/backend';
import { sizeOf, statefulName, type Program, type Shape } from '@chronograd/graph';
import {
  isRecurrent,
  statesOf,
  summary,
  type ModelSpec,
  type TrainingSpec,
} from '@chronograd/spec';
import { batchesFrom, batchesOf, isBatchSource, whole, type TrainingData } from './data/batches.ts';
import type { Tensors } from './data/by-name.ts';
import { fitDataset, inputDataset } from './data/dataset.ts';
import type { Core } from './engine/core.ts';
import type { EntryName } from './engine/programs.ts';
import type { HostTensors } from './engine/state.ts';
import { checkWeights } from './engine/weights.ts';
import { ModelError } from './errors.ts';
import { evaluateBatches } from './inference/evaluate.ts';
import { checkSingleOutput } from './inference/outputs.ts';
import { generateSteps, type GenerateOptions } from './inference/generate.ts';
import { predictBatches } from './inference/predict.ts';
import { Stream, type StreamOptions } from './inference/stream.ts';
import { checkInteger } from './options.ts';
import { Tensor, type TensorLike } from './tensors/tensor.ts';
import type { FitOptions } from './training/fit-options.ts';
import { fit } from './training/fit.ts';
import { TrainingError, type History, type TrainingPosition } from './training/history.ts';

/** Options of `evaluate` and `predict`. */
export interface BatchOptions {
  /** Samples that go through the engine together; no result depends on it. Default 32. */
  readonly batchSize?: number;
}

/** The loss and the metrics of a model over data. */
export type Evaluation = { readonly loss: number } & Readonly<Record<string, number>>;

/** For which sizes a program is made. */
export interface ProgramShapes {
  /** Default 1. */
  readonly batch?: number;
  /** By name of input layer, without the batch; needed where the document leaves a size open. */
  readonly inputs?: Readonly<Record<string, Shape>>;
}

/** A compiled model with its weights. {@link compile} and {@link load} make one. */
export class Model {
  readonly #core: Core;
  readonly #streams = new Set<Stream>();
  #streamCount = 0;
  #fitting = false;
  /** The sequence that is being made: the next waits, for they share their states. */
  #generating: Promise<unknown> = Promise.resolve();
  #disposed = false;

  /** Made by {@link compile} and {@link load}. */
  constructor(core: Core) {
    this.#core = core;
  }

  /** The document with all defaults filled in. */
  get spec(): ModelSpec {
    return this.#core.model.spec;
  }

  /** The training document with all defaults filled in, where there is one. */
  get training(): TrainingSpec | undefined {
    return this.#core.training;
  }

  /** The seed of initial weights, order of samples and dropout. */
  get seed(): number {
    return this.#core.seed;
  }

  /** Steps and epochs that the model was trained. */
  get position(): TrainingPosition {
    return { ...this.#core.position };
  }

  /**
   * Trains. Calling it again goes on: the optimizer keeps its state, and epochs are counted on.
   *
   * Every number in the data must be finite. Should the loss, the norm of the gradients or a
   * weight become NaN or infinite, training stops with an error that names the step, and the model
   * has the weights and optimizer state from before that step, all of which are finite. Should the
   * engine fail in a step, the model likewise is as it was before.
   *
   * @param data samples in memory, or batches as they come
   * @returns what was measured in each epoch
   * @throws {@link DataError}, {@link TrainingError}; {@link ModelError} `bad-option`, `busy`,
   * `stateful-batch` (a stateful model needs batches of one size)
   * @example
   * const history = await model.fit(
   *   { inputs, targets }, // [samples, 60, 4] and [samples, 60, 1]
   *   { epochs: 20, validationSplit: 0.2, callbacks: [earlyStopping({ patience: 3 })] },
   * );
   * console.log(history.epochs.at(-1)?.valLoss, history.stoppedBy);
   */
  async fit(data: TrainingData, options: FitOptions = {}): Promise<History> {
    this.#checkAlive('fit');
    if (this.#fitting)
      throw new ModelError({
        code: 'busy',
        subject: 'fit',
        expected: 'one training of a model at a time',
        found: 'one that is running',
        advice: 'Await it first',
      });
    this.#fitting = true;
    try {
      return await fit(this.#core, this, data, options);
    } finally {
      this.#fitting = false;
    }
  }

  /**
   * The loss and the metrics over data: means over all samples, whatever the sizes of the batches.
   * @throws {@link DataError}; {@link TrainingError} `no-training`
   * @example
   * const { loss, mae } = await model.evaluate({ inputs, targets });
   */
  async evaluate(data: TrainingData, options: BatchOptions = {}): Promise<Evaluation> {
    this.#checkAlive('evaluate');
    if (!this.#core.training)
      throw new TrainingError({
        code: 'no-training',
        subject: 'evaluate',
        expected: 'a model with a training document, which names the loss',
        found: 'none',
        advice: "Give it to compile: compile(document, { backend, training: { loss: 'mse' } })",
      });
    const { batchSize = 32 } = options;
    checkInteger('batchSize', batchSize, 1);
    const batches = isBatchSource(data)
      ? batchesFrom(this.#core, data, 0)
      : batchesOf(whole(fitDataset(this.#core, data)), batchSize);
    const means = await evaluateBatches(this.#core, batches);
    return { ...means, loss: means.loss ?? Number.NaN };
  }

  /**
   * Predicts any number of samples.
   * @param inputs `[samples, …input shape]`, for several inputs by the name of the input layer
   * @returns `[samples, …output shape]`
   * @throws {@link DataError}; {@link ModelError} `several-outputs`: see {@link predictAll}
   * @example
   * const forecast = await model.predict([[[0.1], [0.2], [0.3]]]); // one sequence of 3 steps
   * console.log(forecast.shape, forecast.toArray());
   */
  async predict(inputs: Tensors, options: BatchOptions = {}): Promise<Tensor<'float32'>> {
    checkSingleOutput(this.#core.model, 'predict', 'predictAll');
    const [only] = Object.values(await this.predictAll(inputs, options));
    return only as Tensor<'float32'>;
  }

  /** As {@link predict}, for a model with any number of outputs: tensors by their references. */
  async predictAll(
    inputs: Tensors,
    options: BatchOptions = {},
  ): Promise<Readonly<Record<string, Tensor<'float32'>>>> {
    this.#checkAlive('predict');
    const { batchSize = 32 } = options;
    checkInteger('batchSize', batchSize, 1);
    return predictBatches(this.#core, inputDataset(this.#core.model, inputs), batchSize);
  }

  /**
   * Predicts one time step at a time, keeping the recurrent states in the engine: the same as one
   * prediction of all the steps.
   * @throws {@link GraphError} for a model that looks ahead (`goBackwards`) or at the whole
   *   sequence at once (`flatten`)
   * @example
   * const stream = await model.stream();
   * for (const step of steps) console.log((await stream.step(step)).toArray()); // step: [features]
   * await stream.reset(); // a new sequence
   */
  async stream(options: StreamOptions = {}): Promise<Stream> {
    this.#checkAlive('stream');
    const { batch = 1 } = options;
    checkInteger('batch', batch, 1);
    const id = `${this.#streamCount++}`;
    const stream = await Stream.open(this.#core, id, batch, (closed) => {
      this.#streams.delete(closed);
    });
    this.#streams.add(stream);
    return stream;
  }

  /**
   * Makes a sequence, each step of which is drawn from what the model says of it and is the input of
   * the next: what a {@link stream} would give, several steps in one call to the engine. The model
   * reads its first input at every step and says what the next one is.
   * @returns `[batch, steps, features]`; of classes `[batch, steps]`, their numbers
   * @throws {@link DataError}, {@link ModelError} `bad-option`, `several-outputs`;
   *   {@link GraphError} for a model that cannot stream, or whose output is of another size
   * @example
   * const melody = await model.generate({ steps: 8000, prime: opening, temperature: 0.9, seed: 7 });
   */
  async generate(options: GenerateOptions): Promise<Tensor> {
    this.#checkAlive('generate');
    const made = this.#generating.then(() => {
      this.#checkAlive('generate');
      return generateSteps(this.#core, options);
    });
    // Whoever asked hears of a failure; the next one does not.
    this.#generating = made.catch(() => undefined);
    return made;
  }

  /** Copies of all weights, e.g. `lstm/kernel` `[features, 4 · units]`, in Keras's layout. */
  async getWeights(): Promise<Readonly<Record<string, Tensor<'float32'>>>> {
    this.#checkAlive('getWeights');
    const names = this.#core.model.parameters.map(({ name }) => name);
    const values = await this.#core.state.read(names);
    const weights: Record<string, Tensor<'float32'>> = {};
    for (const name of names) {
      const value = values[name];
      if (value?.data instanceof Float32Array)
        weights[name] = new Tensor('float32', value.shape, value.data);
    }
    return weights;
  }

  /**
   * Replaces all weights. The optimizer's state stays.
   * @throws {@link ModelError} `unknown-weight`, `missing-weight`, `bad-weight`; then all stay
   */
  async setWeights(weights: Readonly<Record<string, TensorLike>>): Promise<void> {
    this.#checkAlive('setWeights');
    await this.#core.state.write(checkWeights(this.#core.model, weights));
  }

  /** Sets the states that stateful layers keep from batch to batch to zero. */
  async resetStates(): Promise<void> {
    this.#checkAlive('resetStates');
    const { model, state } = this.#core;
    const names = model.layers
      .map(({ spec }) => spec)
      .filter(isRecurrent)
      .flatMap((spec) => statesOf(spec).map((each) => statefulName(spec.name, each.name)));
    state.forget(names);
    const zeros: Record<string, HostTensors[string]> = {};
    for (const name of names) {
      const type = state.typeOf(name);
      if (type)
        zeros[name] = {
          dtype: 'float32',
          shape: type.shape,
          data: new Float32Array(sizeOf(type.shape)),
        };
    }
    await state.write(zeros);
  }

  /**
   * Saves to a folder, which is made where there is none: documents, weights, optimizer state,
   * seed and position, so that a model that is loaded goes on as this one would. Whatever
   * interrupts it, the folder holds what it held before, or all of the new.
   * @throws {@link SaveError} `write-failed`, `cleanup-failed`; `wrong-weights` rather than save
   * weights that are not finite in place of good ones; {@link ModelError} `bad-option` for what is
   * no path
   */
  async save(folder: string): Promise<void> {
    this.#checkAlive('save');
    const { model, training, seed, state } = this.#core;
    const position = this.position;
    const values: HostTensors = { ...state.pending, ...(await state.read()) };
    const parameters = new Set(model.parameters.map(({ name }) => name));
    const entries = Object.entries(values);
    // Loaded when needed: a page that saves nothing need not fetch it.
    const { writeFolder } = await import('./saving/folder.ts');
    await writeFolder(folder, {
      document: { model: model.spec, training: training ?? null, seed, position },
      weights: Object.fromEntries(entries.filter(([name]) => parameters.has(name))),
      training: Object.fromEntries(entries.filter(([name]) => !parameters.has(name))),
    });
  }

  /**
   * What the model was compiled to so far: engine, device and why, and for each program (e.g.
   * `trainStep input [32, 60, 4]`) its nodes, time of compilation and kernels.
   */
  report(): CompileReport {
    this.#checkAlive('report');
    const entries: Record<string, CompileReport['entries'][string]> = {};
    for (const [key, report] of this.#core.programs.reports())
      for (const entry of Object.values(report.entries)) entries[key] = entry;
    return { ...this.#core.state.root.report, entries };
  }

  /** A table of the layers, their output shapes and numbers of parameters. */
  summary(): string {
    return summary(this.#core.model);
  }

  /**
   * The program of an entry as data, e.g. for a backend's export.
   * @throws {@link SpecError} where a size is open that `shapes.inputs` does not give;
   * {@link GraphError} where there is no such entry, e.g. `trainStep` without a training document
   * @example
   * import { exportOnnx } from '@chronograd/backend-onnx-cuda';
   *
   * const program = model.program('predict', { batch: 1, inputs: { input: [60, 4] } });
   * const bytes = exportOnnx(program, 'predict', { state: await model.getWeights() });
   */
  program(entry: EntryName | 'stream', shapes: ProgramShapes = {}): Program {
    const { batch = 1, inputs = {} } = shapes;
    checkInteger('batch', batch, 1);
    return this.#core.programs.build(entry, { batch, inputs, weightAxes: 0 });
  }

  /** Frees what the engine holds for the model, not the backend. It may be called twice. */
  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    await Promise.all([...this.#streams].map((stream) => stream.dispose()));
    await this.#core.programs.dispose();
    await this.#core.state.dispose();
  }

  #checkAlive(method: string): void {
    if (!this.#disposed) return;
    throw new ModelError({
      code: 'disposed',
      subject: `${method} of "${this.#core.model.spec.name}"`,
      expected: 'a model in use',
      found: 'one that was disposed of',
      advice: 'Save a model before it is disposed of, and load it again',
    });
  }
}
