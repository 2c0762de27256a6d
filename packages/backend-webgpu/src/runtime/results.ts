/** Results of runs, which stay on the device until they are read. */
import type { HostTensor, ResultTensor, Results } from '@chronograd/backend';
import { sizeOf, type TensorType } from '@chronograd/graph';
import { lostError, runError, type DeviceState } from './device.ts';
import { takeWords } from './words.ts';

/** Elements of a buffer, in words. */
export interface Range {
  readonly offset: number;
  readonly size: number;
}

/** Words that were read, and where each range begins in them. */
export interface ReadWords {
  readonly words: Uint32Array;
  readonly offsets: readonly number[];
}

/**
 * Reads ranges of a buffer, as they are after all that was submitted before.
 * @param subject what errors speak of: `state`
 */
export async function readBack(
  subject: string,
  on: DeviceState,
  buffer: GPUBuffer,
  ranges: readonly Range[],
): Promise<ReadWords> {
  const { device } = on;
  const offsets: number[] = [];
  let words = 0;
  for (const { size } of ranges) {
    offsets.push(words);
    words += size;
  }
  if (words === 0) return { words: new Uint32Array(0), offsets };
  const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST;
  const staging = device.createBuffer({ label: 'read', size: 4 * words, usage });
  const encoder = device.createCommandEncoder();
  ranges.forEach(({ offset, size }, i) => {
    if (size > 0)
      encoder.copyBufferToBuffer(buffer, 4 * offset, staging, 4 * (offsets[i] as number), 4 * size);
  });
  device.queue.submit([encoder.finish()]);
  return { words: await mapped(subject, on, staging), offsets };
}

/** The words of a buffer that can be mapped, which ends with it. */
async function mapped(subject: string, on: DeviceState, staging: GPUBuffer): Promise<Uint32Array> {
  try {
    await staging.mapAsync(GPUMapMode.READ);
  } catch (cause) {
    // Why is said by the device, if it is lost.
    on.check(subject);
    throw cause instanceof Error && cause.name === 'AbortError'
      ? lostError(subject, cause.message)
      : runError(subject, cause instanceof Error ? cause.message : String(cause));
  }
  // What was read may come from a run that failed.
  on.check(subject);
  const words = new Uint32Array(staging.getMappedRange().slice(0));
  staging.destroy();
  return words;
}

/** Frees the copies of results that nobody can read any more. */
const unread = new FinalizationRegistry((buffer: GPUBuffer) => buffer.destroy());

/** The results of one run, in a buffer that can be mapped. */
export class RunResults {
  #buffer: GPUBuffer | undefined;
  #words: Promise<Uint32Array> | undefined;

  /**
   * @param subject what errors speak of: `results of entry "trainStep"`
   * @param buffer what the results are copied to
   */
  constructor(
    private readonly subject: string,
    private readonly on: DeviceState,
    buffer: GPUBuffer,
  ) {
    this.#buffer = buffer;
    unread.register(this, buffer, this);
  }

  /** The tensors, by name; `offset` counts words of the buffer. */
  tensors(
    outputs: readonly {
      readonly name: string;
      readonly type: TensorType;
      readonly offset: number;
    }[],
  ): Results {
    return Object.fromEntries(
      outputs.map(({ name, type, offset }): [string, ResultTensor] => [
        name,
        { type, data: () => this.#read(type, offset) },
      ]),
    );
  }

  async #read(type: TensorType, offset: number): Promise<HostTensor> {
    if (sizeOf(type.shape) === 0) return takeWords(new Uint32Array(0), 0, type);
    this.#words ??= this.#map();
    return takeWords(await this.#words, offset, type);
  }

  #map(): Promise<Uint32Array> {
    const buffer = this.#buffer as GPUBuffer;
    this.#buffer = undefined;
    unread.unregister(this);
    return mapped(this.subject, this.on, buffer);
  }
}
