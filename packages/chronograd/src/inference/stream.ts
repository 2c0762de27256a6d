/** Prediction one time step at a time. */
import type { Executable, Feeds, HostTensor } from '@chronograd/backend';
import { buildProgram, sizeOf, type Entry, type Program, type TensorType } from '@chronograd/graph';
import { byName, type Tensors } from '../data/by-name.ts';
import type { Core } from '../engine/core.ts';
import { bindExample } from '../engine/example-lengths.ts';
import { checkSingleOutput } from './outputs.ts';
import { DataError, ModelError, formatShape } from '../errors.ts';
import { Tensor, checkFinite, toTensorData, type TensorLike } from '../tensors/tensor.ts';

/** Options of {@link Model.stream}. */
export interface StreamOptions {
  /** How many sequences go side by side. Default 1. */
  readonly batch?: number;
}

/** The states of a stream by name, e.g. `lstm/h` `[batch, units]`. */
export type StreamState = Readonly<Record<string, Tensor>>;

const PREFIX = 'stream/';

/**
 * Sequences that are predicted step by step, with the states of the recurrent layers kept in the
 * engine. It uses the model's weights as they are at each step.
 */
export class Stream {
  readonly #core: Core;
  readonly #executable: Executable;
  readonly #entry: Entry;
  readonly #stateTypes: ReadonlyMap<string, TensorType>;
  readonly #onDispose: (stream: Stream) => void;
  readonly #batch: number;
  /** What tells this stream's state from that of the model's other streams. */
  readonly #id: string;
  #disposed = false;

  private constructor(
    core: Core,
    executable: Executable,
    program: Program,
    own: {
      readonly id: string;
      readonly batch: number;
      readonly onDispose: (stream: Stream) => void;
    },
  ) {
    this.#core = core;
    this.#executable = executable;
    this.#entry = program.entries.stream as Entry;
    this.#stateTypes = new Map(
      Object.entries(program.state).filter(([name]) => name.startsWith(PREFIX)),
    );
    this.#id = own.id;
    this.#batch = own.batch;
    this.#onDispose = own.onDispose;
  }

  /** Compiles a stream; see {@link Model.stream}. */
  static async open(
    core: Core,
    id: string,
    batch: number,
    onDispose: (stream: Stream) => void,
  ): Promise<Stream> {
    const program = streamProgram(core, id, batch);
    const executable = await core.backend.compile(program, { shareStateWith: core.state.root });
    return new Stream(core, executable, program, { id, batch, onDispose });
  }

  /**
   * Takes one time step and predicts it: the same as the last step of a prediction of all steps
   * since {@link reset}. Steps are taken in the order of the calls.
   * @param inputs `[batch, features]` for each input that is a sequence; a stream of one sequence
   *   also takes `[features]`
   * @returns `[batch, …]`, without the batch's axis where the inputs had none
   * @throws {@link DataError}; {@link ModelError} `several-outputs`: see {@link stepAll}
   */
  async step(inputs: Tensors): Promise<Tensor> {
    checkSingleOutput(this.#core.model, 'stream.step', 'stepAll');
    const [only] = Object.values(await this.stepAll(inputs));
    return only as Tensor;
  }

  /** As {@link step}, for a model with any number of outputs: tensors by their references. */
  async stepAll(inputs: Tensors): Promise<Readonly<Record<string, Tensor>>> {
    this.#checkAlive();
    const { feeds, bare } = this.#feeds(inputs);
    const results = await this.#executable.run('stream', feeds);
    const outputs: Record<string, Tensor> = {};
    for (const [reference, result] of Object.entries(results)) {
      const { dtype, shape, data } = await result.data();
      outputs[reference] = new Tensor(dtype, bare ? shape.slice(1) : shape, data);
    }
    return outputs;
  }

  /** Begins new sequences: all states are zero. */
  async reset(): Promise<void> {
    this.#checkAlive();
    const zeros: Record<string, HostTensor> = {};
    for (const [name, { shape }] of this.#stateTypes)
      zeros[name] = { dtype: 'float32', shape, data: new Float32Array(sizeOf(shape)) };
    await this.#executable.writeState(zeros);
  }

  /** A copy of the states as they are now. */
  async state(): Promise<StreamState> {
    this.#checkAlive();
    const values = await this.#executable.readState([...this.#stateTypes.keys()]);
    const state: Record<string, Tensor> = {};
    for (const [name, { dtype, shape, data }] of Object.entries(values))
      state[this.#publicName(name)] = new Tensor(dtype, shape, data);
    return state;
  }

  /**
   * Goes on from states that {@link state} has given, of this stream or of another one.
   * @throws {@link DataError} unless all are there in the right shape; then nothing changes
   */
  async restore(state: Readonly<Record<string, TensorLike>>): Promise<void> {
    this.#checkAlive();
    const names = [...this.#stateTypes.keys()].map((name) => this.#publicName(name));
    const values: Record<string, HostTensor> = {};
    for (const [name, value] of byName('state', names, state)) {
      const own = `${PREFIX}${this.#id}/${name}`;
      const source = toTensorData(`state.${name}`, value);
      const shape = this.#stateTypes.get(own)?.shape ?? [];
      checkShape(`state.${name}`, shape, source.shape);
      checkFinite(`state.${name}`, source);
      values[own] = { dtype: 'float32', shape, data: Float32Array.from(source.data) };
    }
    await this.#executable.writeState(values);
  }

  /** Frees what the engine holds for the stream. It may be called more than once. */
  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#onDispose(this);
    await this.#executable.dispose();
  }

  #publicName(name: string): string {
    return name.slice(PREFIX.length + this.#id.length + 1);
  }

  #feeds(inputs: Tensors): { readonly feeds: Feeds; readonly bare: boolean } {
    const feeds: Record<string, HostTensor> = {};
    let bare = true;
    const names = this.#entry.inputs.map(({ name }) => name);
    for (const [name, value] of byName('inputs', names, inputs)) {
      const subject = names.length === 1 ? 'inputs' : `inputs.${name}`;
      const type = this.#entry.inputs.find((input) => input.name === name)?.type;
      if (!type) continue;
      const source = toTensorData(subject, value);
      const isBare = this.#batch === 1 && source.shape.length === type.shape.length - 1;
      checkShape(subject, isBare ? type.shape.slice(1) : type.shape, source.shape);
      checkFinite(subject, source);
      bare &&= isBare;
      feeds[name] =
        type.dtype === 'int32'
          ? { dtype: 'int32', shape: type.shape, data: Int32Array.from(source.data) }
          : { dtype: 'float32', shape: type.shape, data: Float32Array.from(source.data) };
    }
    return { feeds, bare };
  }

  #checkAlive(): void {
    if (!this.#disposed) return;
    throw new ModelError({
      code: 'disposed',
      subject: `stream of "${this.#core.model.spec.name}"`,
      expected: 'one in use',
      found: 'one that was disposed of',
      advice: 'Open another with model.stream()',
    });
  }
}

function checkShape(subject: string, wanted: readonly number[], found: readonly number[]): void {
  if (wanted.length === found.length && wanted.every((size, axis) => size === found[axis])) return;
  throw new DataError({
    code: 'bad-shape',
    subject,
    expected: formatShape(wanted),
    found: formatShape(found),
  });
}

/** The program with the stream's own names for its states, so that streams keep apart. */
function streamProgram({ model }: Core, id: string, batch: number): Program {
  const program = buildProgram(bindExample(model), { batch, entries: ['stream'] });
  const renamed = (name: string): string =>
    name.startsWith(PREFIX) ? `${PREFIX}${id}/${name.slice(PREFIX.length)}` : name;
  const entry = program.entries.stream as Entry;
  const reads = entry.reads.map(renamed);
  const writes = entry.writes.map(renamed);
  const state: Record<string, TensorType> = {};
  for (const [name, type] of Object.entries(program.state)) {
    const own = renamed(name);
    // A stateful layer's state between calls is of another batch, and streams do not use it.
    if (reads.includes(own) || writes.includes(own)) state[own] = type;
  }
  return { state, entries: { stream: { ...entry, reads, writes } } };
}
