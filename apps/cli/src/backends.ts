/** The backends that the command knows, and whether each is here. */
import { BackendError, type Backend } from '@chronograd/backend';
import { Builder, type Program } from '@chronograd/graph';

/** A backend by its id. */
export interface KnownBackend {
  readonly id: string;
  /** What it is, in a few words. */
  readonly about: string;
  /** How to get what it needs. */
  readonly needs: string;
  make(): Promise<Backend>;
}

/** All backends, the one that is taken without `--backend` first. */
export const knownBackends: readonly KnownBackend[] = [
  {
    id: 'onnx-cuda',
    about: 'ONNX Runtime',
    needs:
      'nothing on a CPU; for CUDA the provider that the install script of onnxruntime-node fetches',
    make: async () => (await import('@chronograd/backend-onnx-cuda')).onnxBackend(),
  },
  {
    id: 'tfjs-cuda',
    about: 'TensorFlow through tfjs-node, a step as one graph',
    needs:
      'npm install @tensorflow/tfjs-node (or @tensorflow/tfjs-node-gpu); in a clone, npm run setup:tensorflow',
    make: async () => (await import('@chronograd/backend-tfjs-cuda')).tfjsCuda(),
  },
  {
    id: 'webgpu',
    about: 'WebGPU: here the GPU of this machine, else a page in a browser',
    needs: 'npm install webgpu, and a driver for Vulkan, Metal or D3D12',
    make: async () => (await import('@chronograd/backend-webgpu')).webgpuBackend(),
  },
  {
    id: 'reference',
    about: 'interpreter in float64, slow',
    needs: 'nothing',
    make: async () => (await import('@chronograd/backend-reference')).referenceBackend(),
  },
];

/** A backend as this machine has it. */
export interface BackendState {
  readonly id: string;
  readonly about: string;
  readonly available: boolean;
  readonly engine?: string;
  readonly device?: string;
  /** Why this device, or why the backend is not there. */
  readonly reason: string;
  readonly needs: string;
}

/** Tries every backend with a program of one addition. */
export async function probeBackends(): Promise<BackendState[]> {
  const states: BackendState[] = [];
  for (const { id, about, needs, make } of knownBackends) {
    const backend = await make();
    try {
      const { report } = await backend.compile(addition());
      const { engine, device, deviceReason } = report;
      states.push({ id, about, available: true, engine, device, reason: deviceReason, needs });
    } catch (error) {
      if (!(error instanceof BackendError)) throw error;
      states.push({ id, about, available: false, reason: error.message, needs });
    } finally {
      await backend.dispose();
    }
  }
  return states;
}

function addition(): Program {
  const b = new Builder();
  const type = { dtype: 'float32', shape: [2] } as const;
  const x = b.input(type);
  const func = b.finish([b.add(x, x)]);
  const entry = {
    inputs: [{ name: 'x', type }],
    reads: [],
    outputs: [{ name: 'y', type }],
    writes: [],
    func,
  };
  return { state: {}, entries: { double: entry } };
}
