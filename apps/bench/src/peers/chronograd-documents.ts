/** A workload in chronograd's own words. */
import type { HostTensor } from '@chronograd/backend';
import type { PlainTensor } from '../draw.ts';
import type { Workload } from '../workload.ts';

/** The workload's layers as a model document; its input layer is `input`. */
export function modelDocument({ name, time, features, layers }: Workload) {
  return {
    formatVersion: 1,
    name,
    layers: [{ type: 'input', name: 'input', shape: [time, features] }, ...layers],
  };
}

/** The workload's loss and optimizer as a training document. */
export function trainingDocument({ optimizer }: Workload) {
  return { formatVersion: 1, loss: 'mse', optimizer: { type: 'adam', ...optimizer } };
}

/** A plain tensor in a typed array. */
export function hostTensor({ shape, data }: PlainTensor): HostTensor<'float32'> {
  return { dtype: 'float32', shape, data: Float32Array.from(data) };
}
