/**
 * The WebGPU adapter that all contenders on WebGPU share: that of Dawn in Node, on a machine
 * without a GPU the software adapter of the tests. Dispatches are counted at the encoder, the same
 * way for every library.
 */
import { softwareGpu } from '@chronograd/backend-webgpu/testing';
import type { Ready } from '../protocol.ts';

/** An adapter that libraries find where a browser has it. */
export interface SharedAdapter {
  /** Its name, for the notes. */
  readonly notes: Ready['notes'];
  /** Dispatches of all devices since the start. */
  readonly dispatches: () => number;
}

/** Has WebGPU where libraries for browsers look for it, and counts. */
export async function sharedAdapter(): Promise<SharedAdapter> {
  const gpu = await softwareGpu();
  // Newer than the types that tfjs brings.
  const adapter = (await gpu.requestAdapter()) as { readonly info?: GPUAdapterInfo } | null;
  const info = adapter?.info;
  const name = [info?.vendor, info?.architecture, info?.description].filter(Boolean).join(' ');
  return { notes: [`adapter: ${name}`], dispatches: countDispatches() };
}

function countDispatches(): () => number {
  let count = 0;
  const encoder = GPUComputePassEncoder.prototype;
  for (const name of ['dispatchWorkgroups', 'dispatchWorkgroupsIndirect'] as const) {
    const original = encoder[name] as (...args: number[]) => undefined;
    Object.assign(encoder, {
      [name](this: GPUComputePassEncoder, ...args: number[]) {
        count += 1;
        return original.apply(this, args);
      },
    });
  }
  return () => count;
}
