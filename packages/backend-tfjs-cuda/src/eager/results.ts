/** Results that stay on the device until somebody reads them. */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { HostTensor, ResultTensor } from '@chronograd/backend';
import type { TensorType } from '@chronograd/graph';
import { copyHost, download } from './tensors.ts';

/** Frees the tensors of results that were never read, some time after nobody can read them. */
const unread = new FinalizationRegistry<Tensor>((tensor) => tensor.dispose());

/**
 * A result. Its tensor is freed when it is first read, after which its elements are in JavaScript
 * memory, or when the result is collected as garbage; it outlives its executable.
 */
export class EagerResult implements ResultTensor {
  private copy: Promise<HostTensor> | undefined;

  constructor(
    readonly type: TensorType,
    private readonly tensor: Tensor,
  ) {
    unread.register(this, tensor, this);
  }

  async data(): Promise<HostTensor> {
    this.copy ??= this.read();
    return copyHost(await this.copy);
  }

  private async read(): Promise<HostTensor> {
    unread.unregister(this);
    try {
      return await download(this.type, this.tensor);
    } finally {
      this.tensor.dispose();
    }
  }
}
