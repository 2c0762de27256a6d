/** Runs one entry: its kernels in one submission for each step. */
import type { Feeds, HostTensor, Results } from '@chronograd/backend';
import { sizeOf } from '@chronograd/graph';
import type { Plan } from '../plan/plan.ts';
import { runError, type DeviceState } from './device.ts';
import type { Pipelines } from './pipelines.ts';
import { RunResults } from './results.ts';
import type { StateStore } from './state.ts';
import { putWords } from './words.ts';

/** Most steps of a submission: GPUs are to be had by others in between. */
const MOST_STEPS = 16;

/** Most bytes of the feeds of a submission, which lie in one buffer. */
const MOST_FEED_BYTES = 2 ** 26;

/** A kernel that can be dispatched. */
export interface LoadedKernel {
  /** For messages. */
  readonly name: string;
  readonly pipeline: GPUComputePipeline;
  readonly workgroups: readonly [number, number];
}

/** An entry with its memory on the device. */
export class EntryRunner {
  #memory: GPUBuffer | undefined;
  #group: { readonly group: GPUBindGroup; readonly state: GPUBuffer } | undefined;
  #isTried = false;
  readonly #feedWords: number;
  readonly #outputs: readonly (Plan['outputs'][number] & { readonly offset: number })[];
  readonly #resultWords: number;

  /** @param subject what errors speak of: `entry "trainStep"` */
  constructor(
    private readonly subject: string,
    private readonly plan: Plan,
    private readonly kernels: readonly LoadedKernel[],
    private readonly on: DeviceState,
    private readonly pipelines: Pipelines,
    private readonly state: StateStore,
  ) {
    this.#feedWords = Math.max(
      0,
      ...plan.feeds.map(({ offset, type }) => offset + sizeOf(type.shape)),
    );
    let words = 0;
    this.#outputs = plan.outputs.map((output) => {
      const offset = words;
      words += sizeOf(output.type.shape);
      return { ...output, offset };
    });
    this.#resultWords = words;
  }

  /** Feeds as they lie at the start of the memory. */
  pack(feeds: Feeds): Uint32Array<ArrayBuffer> {
    const words = new Uint32Array(this.#feedWords);
    for (const { name, offset } of this.plan.feeds)
      putWords(words, offset, feeds[name] as HostTensor);
    return words;
  }

  /**
   * Runs one step for each of the packed feeds, without waiting for their end: what is asked of the
   * device later comes after. Only the first time it is asked whether the device takes the commands.
   * @throws BackendError `run-failed`
   */
  async run(packed: readonly Uint32Array<ArrayBuffer>[]): Promise<readonly Results[]> {
    const { device } = this.on;
    this.on.check(this.subject);
    const isFirst = !this.#isTried;
    this.#isTried = true;
    if (isFirst)
      for (const filter of ['validation', 'out-of-memory', 'internal'] as const)
        device.pushErrorScope(filter);
    const results: Results[] = [];
    const fitting = Math.floor(MOST_FEED_BYTES / Math.max(1, 4 * this.#feedWords));
    const steps = Math.min(MOST_STEPS, Math.max(1, fitting));
    for (let start = 0; start < packed.length; start += steps)
      results.push(...this.#submit(packed.slice(start, start + steps), isFirst));
    if (isFirst) {
      const scopes = [device.popErrorScope(), device.popErrorScope(), device.popErrorScope()];
      const error = (await Promise.all(scopes)).find((each) => each !== null);
      if (error) {
        this.#isTried = false;
        throw runError(this.subject, error.message);
      }
    }
    return results;
  }

  /** Frees the memory; results that were handed out stay. */
  release(): void {
    this.#memory?.destroy();
    this.#memory = undefined;
    this.#group = undefined;
  }

  /** Several steps in one submission; each finds its feeds where the memory begins. */
  #submit(packed: readonly Uint32Array<ArrayBuffer>[], isWatched: boolean): Results[] {
    const { device } = this.on;
    const memory = this.#ready();
    const state = this.state.buffer;
    const bytes = 4 * this.#feedWords;
    const feeds = packed.length > 1 && bytes > 0 ? this.#staged(packed) : undefined;
    const [only] = packed;
    if (!feeds && only && bytes > 0) device.queue.writeBuffer(memory, 0, only);
    const encoder = device.createCommandEncoder({ label: this.subject });
    const results = packed.map((_, i) => {
      if (feeds) encoder.copyBufferToBuffer(feeds, i * bytes, memory, 0, bytes);
      this.#dispatch(encoder, memory, state, isWatched);
      const found = this.#copyResults(encoder, memory, state);
      this.#copyState(encoder, memory, state);
      return found;
    });
    device.queue.submit([encoder.finish()]);
    // What was submitted still has it.
    feeds?.destroy();
    return results;
  }

  /** The feeds of several steps in a buffer, one after the other. */
  #staged(packed: readonly Uint32Array[]): GPUBuffer {
    const size = 4 * this.#feedWords * packed.length;
    const label = `feeds of ${this.subject}`;
    const usage = GPUBufferUsage.COPY_SRC;
    const buffer = this.on.device.createBuffer({ label, size, usage, mappedAtCreation: true });
    const words = new Uint32Array(buffer.getMappedRange());
    packed.forEach((each, i) => words.set(each, i * this.#feedWords));
    buffer.unmap();
    return buffer;
  }

  #dispatch(
    encoder: GPUCommandEncoder,
    memory: GPUBuffer,
    state: GPUBuffer,
    isWatched: boolean,
  ): void {
    if (this.kernels.length === 0) return;
    const pass = encoder.beginComputePass({ label: this.subject });
    pass.setBindGroup(0, this.#bound(memory, state));
    let current: GPUComputePipeline | undefined;
    for (const { name, pipeline, workgroups } of this.kernels) {
      // Errors of the device say in which group a command stands.
      if (isWatched) pass.pushDebugGroup(name);
      if (pipeline !== current) pass.setPipeline(pipeline);
      current = pipeline;
      pass.dispatchWorkgroups(workgroups[0], workgroups[1]);
      if (isWatched) pass.popDebugGroup();
    }
    pass.end();
  }

  #copyResults(encoder: GPUCommandEncoder, memory: GPUBuffer, state: GPUBuffer): Results {
    if (this.#outputs.length === 0) return {};
    const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST;
    const size = 4 * Math.max(1, this.#resultWords);
    const label = `results of ${this.subject}`;
    const buffer = this.on.device.createBuffer({ label, size, usage });
    for (const { from, offset, type } of this.#outputs) {
      const bytes = 4 * sizeOf(type.shape);
      if (bytes > 0)
        encoder.copyBufferToBuffer(
          from.buffer === 'state' ? state : memory,
          4 * from.offset,
          buffer,
          4 * offset,
          bytes,
        );
    }
    return new RunResults(label, this.on, buffer).tensors(this.#outputs);
  }

  /** New state is copied last: until then all kernels read the old one. */
  #copyState(encoder: GPUCommandEncoder, memory: GPUBuffer, state: GPUBuffer): void {
    for (const { from, name, size } of this.plan.writes)
      if (size > 0)
        encoder.copyBufferToBuffer(
          memory,
          4 * from.offset,
          state,
          4 * this.state.offsetOf(name),
          4 * size,
        );
  }

  /** The memory, with the constants in it. */
  #ready(): GPUBuffer {
    if (this.#memory) return this.#memory;
    const { device } = this.on;
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
    const size = 4 * Math.max(1, this.plan.memoryWords);
    const memory = device.createBuffer({ label: `memory of ${this.subject}`, size, usage });
    for (const { offset, words } of this.plan.constants)
      device.queue.writeBuffer(memory, 4 * offset, words);
    this.#memory = memory;
    return memory;
  }

  #bound(memory: GPUBuffer, state: GPUBuffer): GPUBindGroup {
    if (this.#group?.state !== state)
      this.#group = {
        state,
        group: this.on.device.createBindGroup({
          layout: this.pipelines.layout,
          entries: [memory, state].map((buffer, binding) => ({ binding, resource: { buffer } })),
        }),
      };
    return this.#group.group;
  }
}
