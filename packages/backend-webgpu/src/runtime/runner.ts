/** Runs one entry: its kernels in one submission for each step. */
import type { Feeds, HostTensor, Results } from '@chronograd/backend';
import { sizeOf } from '@chronograd/graph';
import type { Location, Plan } from '../plan/plan.ts';
import { runError, type DeviceState } from './device.ts';
import type { Pipelines } from './pipelines.ts';
import { RunResults } from './results.ts';
import type { StateStore } from './state.ts';
import { putWords } from './words.ts';

/** A kernel that can be dispatched. */
export interface LoadedKernel {
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
    const results = packed.map((words) => this.#step(words));
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

  #step(words: Uint32Array<ArrayBuffer>): Results {
    const { device } = this.on;
    const memory = this.#ready();
    const state = this.state.buffer;
    if (words.length > 0) device.queue.writeBuffer(memory, 0, words);
    const encoder = device.createCommandEncoder({ label: this.subject });
    if (this.kernels.length > 0) {
      const pass = encoder.beginComputePass({ label: this.subject });
      pass.setBindGroup(0, this.#bound(memory, state));
      let current: GPUComputePipeline | undefined;
      for (const { pipeline, workgroups } of this.kernels) {
        if (pipeline !== current) pass.setPipeline(pipeline);
        current = pipeline;
        pass.dispatchWorkgroups(workgroups[0], workgroups[1]);
      }
      pass.end();
    }
    const bufferOf = ({ buffer }: Location): GPUBuffer => (buffer === 'state' ? state : memory);
    const results = this.#copyResults(encoder, bufferOf);
    this.#copyState(encoder, memory, state);
    device.queue.submit([encoder.finish()]);
    return results;
  }

  #copyResults(encoder: GPUCommandEncoder, bufferOf: (at: Location) => GPUBuffer): Results {
    if (this.#outputs.length === 0) return {};
    const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST;
    const size = 4 * Math.max(1, this.#resultWords);
    const buffer = this.on.device.createBuffer({
      label: `results of ${this.subject}`,
      size,
      usage,
    });
    for (const { from, offset, type } of this.#outputs) {
      const bytes = 4 * sizeOf(type.shape);
      if (bytes > 0)
        encoder.copyBufferToBuffer(bufferOf(from), 4 * from.offset, buffer, 4 * offset, bytes);
    }
    return new RunResults(this.on, buffer).tensors(this.#outputs);
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
