/** What the conformance command takes as `webgpu` in this workspace; elsewhere it is the package. */
import type { Backend } from '@chronograd/backend';
import { webgpuBackend as onAnyAdapter } from '../src/index.ts';
import { softwareGpu } from './software-gpu.ts';

/** The backend on the adapter of the tests. */
export async function webgpuBackend(): Promise<Backend> {
  return onAnyAdapter({ gpu: await softwareGpu() });
}
