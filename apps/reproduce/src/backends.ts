/** The backends that the command line knows. */
import type { Backend } from '@chronograd/backend';

/** Makers of backends by id; a package is loaded when its backend is asked for. */
export const backends = {
  'onnx-cuda': async (): Promise<Backend> =>
    (await import('@chronograd/backend-onnx-cuda')).onnxBackend(),
  'tfjs-cuda': async (): Promise<Backend> =>
    (await import('@chronograd/backend-tfjs-cuda')).tfjsCuda(),
  // On a machine without a GPU, on the software adapter of the conformance suite.
  webgpu: async (): Promise<Backend> =>
    (await import('@chronograd/backend-webgpu/conformance')).webgpuBackend(),
  reference: async (): Promise<Backend> =>
    (await import('@chronograd/backend-reference')).referenceBackend(),
} as const;

/** Id of a backend of {@link backends}. */
export type BackendId = keyof typeof backends;
