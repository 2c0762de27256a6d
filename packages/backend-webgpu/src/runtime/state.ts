/** The state that executables share: one buffer, to which names are added at its end. */
import type { Feeds, HostTensor } from '@chronograd/backend';
import { sizeOf, type TensorType } from '@chronograd/graph';
import { tooLarge } from '../plan/too-large.ts';
import { checks, type DeviceState } from './device.ts';
import { readBack } from './results.ts';
import { putWords, takeWords } from './words.ts';

/** Words between the places of tensors: 64 bytes, a line of most caches. */
const ALIGNMENT = 16;

interface Placed {
  readonly type: TensorType;
  /** Words from the buffer's start. */
  readonly offset: number;
}

/** State tensors by name, in device memory. Zeros until written. */
export class StateStore {
  readonly #tensors = new Map<string, Placed>();
  #words = 0;
  #buffer: GPUBuffer | undefined;
  #users = 0;

  constructor(readonly on: DeviceState) {}

  /**
   * Adds the names that are new.
   * @throws BackendError `bad-input` where a known name has another type, `compile-failed` where the
   * buffer would be too large; nothing is added
   */
  declare(types: Readonly<Record<string, TensorType>>): void {
    checks.sharedState(this.types(), types);
    const added = Object.entries(types).filter(([name]) => !this.#tensors.has(name));
    const wordsOf = ({ shape }: TensorType): number =>
      Math.ceil(Math.max(1, sizeOf(shape)) / ALIGNMENT) * ALIGNMENT;
    const words = added.reduce((sum, [, type]) => sum + wordsOf(type), this.#words);
    if (words > this.on.mostWords) throw tooLarge('state', words, this.on.mostWords);
    for (const [name, type] of added) {
      this.#tensors.set(name, { type, offset: this.#words });
      this.#words += wordsOf(type);
    }
  }

  /** Types of all tensors. */
  types(): ReadonlyMap<string, TensorType> {
    return new Map([...this.#tensors].map(([name, { type }]) => [name, type]));
  }

  /** Where a tensor lies, in words; a place never changes. */
  offsetOf(name: string): number {
    return this.#placed(name).offset;
  }

  /** The buffer, with room for all that is declared: another one after the state has grown. */
  get buffer(): GPUBuffer {
    const size = 4 * Math.max(ALIGNMENT, this.#words);
    const old = this.#buffer;
    if (old && old.size >= size) return old;
    const { device } = this.on;
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
    const buffer = device.createBuffer({ label: 'state', size, usage });
    if (old) {
      const encoder = device.createCommandEncoder();
      encoder.copyBufferToBuffer(old, 0, buffer, 0, old.size);
      device.queue.submit([encoder.finish()]);
      old.destroy();
    }
    this.#buffer = buffer;
    return buffer;
  }

  /** Copies of tensors, as they are after all that was asked for before. */
  async read(names: readonly string[]): Promise<Readonly<Record<string, HostTensor>>> {
    const placed = names.map((name) => this.#placed(name));
    const ranges = placed.map(({ type, offset }) => ({ offset, size: sizeOf(type.shape) }));
    const found = await readBack('state', this.on, this.buffer, ranges);
    return Object.fromEntries(
      names.map((name, i) => [
        name,
        takeWords(found.words, found.offsets[i] as number, (placed[i] as Placed).type),
      ]),
    );
  }

  /** Replaces tensors, after all that was asked for before. */
  write(values: Feeds): void {
    for (const [name, tensor] of Object.entries(values)) {
      const { offset } = this.#placed(name);
      const words = new Uint32Array(tensor.data.length);
      putWords(words, 0, tensor);
      this.on.device.queue.writeBuffer(this.buffer, 4 * offset, words);
    }
  }

  /** Counts an executable that uses the state. */
  use(): void {
    this.#users++;
  }

  /** Ends an executable's use; the last frees the memory. */
  release(): void {
    this.#users--;
    if (this.#users > 0) return;
    this.#buffer?.destroy();
    this.#buffer = undefined;
  }

  #placed(name: string): Placed {
    const placed = this.#tensors.get(name);
    if (placed) return placed;
    throw new TypeError(`webgpu: state ${name} was not declared`);
  }
}
