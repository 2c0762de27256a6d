/** The state of one or more executables: tensors of tfjs by name, replaced and never changed. */
import type { Tensor } from '@tensorflow/tfjs-core';
import { hostZeros, type Checks, type Feeds, type HostTensor } from '@chronograd/backend';
import type { TensorType } from '@chronograd/graph';
import { on, type Engine } from './engine.ts';
import { download, prepareUpload, upload, type Prepared } from './tensors.ts';

interface Slot extends TensorType {
  tensor: Tensor;
}

/** State tensors by name, and the order of everything that touches them. */
export class StateStore {
  private readonly slots = new Map<string, Slot>();
  private users = 0;
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly engine: Engine,
    private readonly checks: Checks,
  ) {}

  /**
   * Adds the names that are new, as zeros, for one more executable.
   * @throws {@link BackendError} `bad-input` where a known name has another type
   */
  async join(state: Readonly<Record<string, TensorType>>): Promise<void> {
    // Before anything is waited for: the last of the others may leave meanwhile.
    this.users++;
    await on(this.engine, () => {
      this.checks.sharedState(this.slots, state);
      for (const [name, { dtype, shape }] of Object.entries(state)) {
        if (this.slots.has(name)) continue;
        const tensor = upload(prepareUpload(hostZeros({ dtype, shape })));
        this.slots.set(name, { dtype, shape, tensor });
      }
    }).catch((error: unknown) => {
      this.leave();
      throw error;
    });
  }

  /** Frees the tensors when the last executable has left. */
  leave(): void {
    this.users--;
    if (this.users > 0) return;
    for (const { tensor } of this.slots.values()) tensor.dispose();
    this.slots.clear();
  }

  /** Runs a task after all earlier ones, whether those failed or not. */
  inOrder<T>(task: () => Promise<T>): Promise<T> {
    const result = this.last.then(task);
    this.last = result.catch(() => undefined);
    return result;
  }

  /** The tensor that holds a value now; it stays the state's. */
  tensor(name: string): Tensor {
    return this.slot(name).tensor;
  }

  /** Makes tensors the new values, which are the state's from now on. */
  replace(values: Iterable<readonly [string, Tensor]>): void {
    for (const [name, tensor] of values) {
      const slot = this.slot(name);
      slot.tensor.dispose();
      slot.tensor = tensor;
    }
  }

  /** Copies of values. */
  async read(names: readonly string[]): Promise<Record<string, HostTensor>> {
    const values: Record<string, HostTensor> = {};
    for (const name of names) {
      const { dtype, shape, tensor } = this.slot(name);
      values[name] = await download({ dtype, shape }, tensor);
    }
    return values;
  }

  /** Copies of what {@link write} shall upload, of tensors that were checked. */
  prepare(values: Feeds): ReadonlyMap<string, Prepared> {
    return new Map(
      Object.entries(values).map(([name, value]) => [name, prepareUpload(value)] as const),
    );
  }

  /** Replaces values. */
  write(values: ReadonlyMap<string, Prepared>): Promise<void> {
    return on(this.engine, () =>
      this.replace([...values].map(([name, value]) => [name, upload(value)] as const)),
    );
  }

  private slot(name: string): Slot {
    return this.checks.lookUp('state', name, this.slots);
  }
}
