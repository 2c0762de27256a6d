/** One entry in the engine: its session, made when the entry is first run. */
import { BackendError, type Feeds, type HostTensor, type Results } from '@chronograd/backend';
import type { Entry, TensorType } from '@chronograd/graph';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import type { EntryGraph } from '../codegen/entry.ts';
import { encodeModel } from '../onnx/proto.ts';
import { BACKEND_ID, checks, messageOf, type Engine } from './engine.ts';
import type { StateStore } from './state.ts';
import { copyOf, engineTensor, hostTensor } from './tensors.ts';

/** Feeds that were checked and copied. */
export type PreparedFeeds = Readonly<Record<string, Tensor>>;

/** Runs one entry on a state. */
export class EntrySession {
  private session: Promise<InferenceSession> | undefined;
  private loadMilliseconds = 0;
  private readonly kind: string;
  private readonly inputs: ReadonlyMap<string, TensorType>;

  constructor(
    private readonly engine: Engine,
    private readonly name: string,
    private readonly entry: Entry,
    private readonly generated: EntryGraph,
    private readonly options: InferenceSession.SessionOptions,
  ) {
    this.kind = `feed of '${name}'`;
    this.inputs = new Map(entry.inputs.map((input) => [input.name, input.type]));
  }

  /** Milliseconds that the engine took to load the graph; 0 until the entry is first run. */
  get milliseconds(): number {
    return this.loadMilliseconds;
  }

  /**
   * Checks feeds and copies them, so that the caller may write to the arrays again.
   * @throws {@link BackendError} `bad-input`
   */
  prepare(feeds: Feeds): PreparedFeeds {
    checks.allTensors(this.kind, feeds, this.inputs);
    const prepared: Record<string, Tensor> = {};
    for (const [name, type] of this.inputs)
      prepared[this.generated.inputs.get(name) ?? name] = engineTensor(
        this.engine,
        type,
        copyOf((feeds[name] as HostTensor).data),
      );
    return prepared;
  }

  /** Runs the entry once; the state takes the new values only when all has gone well. */
  async run(prepared: PreparedFeeds, state: StateStore): Promise<Results> {
    const session = await this.load();
    const { reads, writes, outputs } = this.generated;
    const feeds: Record<string, Tensor> = { ...prepared };
    for (const [name, input] of reads) feeds[input] = state.current(name);
    const fetches: Record<string, Tensor | null> = {};
    for (const output of outputs.values()) fetches[output] = null;
    for (const [name, output] of writes) fetches[output] = state.spare(name);
    let results: InferenceSession.OnnxValueMapType;
    try {
      results = await session.run(feeds, fetches);
    } catch (cause) {
      throw this.failure('run-failed', 'a run without an error', cause);
    }
    state.commit(writes.keys());
    return Object.fromEntries(
      this.entry.outputs.map(({ name, type }) => {
        const tensor = results[outputs.get(name) ?? name] as Tensor;
        return [name, { type, data: () => Promise.resolve(hostTensor(type, tensor)) }];
      }),
    );
  }

  /** Frees the session. */
  async release(): Promise<void> {
    const session = this.session;
    this.session = undefined;
    if (session) await (await session).release();
  }

  private load(): Promise<InferenceSession> {
    this.session ??= this.create();
    return this.session;
  }

  private async create(): Promise<InferenceSession> {
    const start = performance.now();
    const bytes = encodeModel(this.generated.graph);
    try {
      const session = await this.engine.InferenceSession.create(bytes, this.options);
      this.loadMilliseconds = performance.now() - start;
      return session;
    } catch (cause) {
      throw this.failure('compile-failed', 'a graph that the engine takes', cause);
    }
  }

  private failure(code: 'compile-failed' | 'run-failed', expected: string, cause: unknown): Error {
    return new BackendError(
      code,
      {
        backend: BACKEND_ID,
        subject: `entry '${this.name}'`,
        expected,
        found: messageOf(cause),
      },
      { cause },
    );
  }
}
