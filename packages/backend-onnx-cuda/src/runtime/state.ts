/**
 * The state of one or more executables: engine tensors by name, replaced and never changed. Each
 * has a spare for the next value to be written to, so that a step allocates nothing and a step
 * that fails leaves the old value.
 */
import { BackendError, type Feeds, type HostTensor } from '@chronograd/backend';
import { formatType, sameType, type TensorType } from '@chronograd/graph';
import type { Tensor } from 'onnxruntime-node';
import { BACKEND_ID, type Engine } from './engine.ts';
import { checkTensor, copyOf, engineTensor, hostTensor, zeros } from './tensors.ts';

interface Slot {
  readonly type: TensorType;
  current: Tensor;
  spare?: Tensor | undefined;
}

/** State tensors by name, and the order of everything that touches them. */
export class StateStore {
  private readonly slots = new Map<string, Slot>();
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly engine: Engine) {}

  /**
   * Adds the names that are new, as zeros.
   * @throws {@link BackendError} `bad-input` where a known name has another type
   */
  declare(state: Readonly<Record<string, TensorType>>): void {
    for (const [name, type] of Object.entries(state)) {
      const known = this.slots.get(name);
      if (known && !sameType(known.type, type))
        throw new BackendError('bad-input', {
          backend: BACKEND_ID,
          subject: `shared state '${name}'`,
          expected: formatType(known.type),
          found: formatType(type),
        });
    }
    for (const [name, type] of Object.entries(state))
      if (!this.slots.has(name))
        this.slots.set(name, { type, current: engineTensor(this.engine, type, zeros(type)) });
  }

  /** Runs a task after all earlier ones, whether those failed or not. */
  inOrder<T>(task: () => Promise<T>): Promise<T> {
    const result = this.last.then(task);
    this.last = result.catch(() => undefined);
    return result;
  }

  /** The tensor that holds a value now. */
  current(name: string): Tensor {
    return this.slot(name).current;
  }

  /** A tensor to write the next value to. */
  spare(name: string): Tensor {
    const slot = this.slot(name);
    slot.spare ??= engineTensor(this.engine, slot.type, zeros(slot.type));
    return slot.spare;
  }

  /** Makes the spares of these names their values. */
  commit(names: Iterable<string>): void {
    for (const name of names) {
      const slot = this.slot(name);
      if (slot.spare) [slot.current, slot.spare] = [slot.spare, slot.current];
    }
  }

  /** A copy of a value. */
  read(name: string): HostTensor {
    const { type, current } = this.slot(name);
    return hostTensor(type, current);
  }

  /** Copies of new values, checked, ready for {@link replace}. */
  prepare(values: Feeds): ReadonlyMap<string, Tensor> {
    return new Map(
      Object.entries(values).map(([name, value]) => {
        const { type } = this.slot(name);
        checkTensor(`state '${name}'`, type, value);
        return [name, engineTensor(this.engine, type, copyOf(value.data))];
      }),
    );
  }

  /** Replaces values. */
  replace(values: ReadonlyMap<string, Tensor>): void {
    for (const [name, tensor] of values) this.slot(name).current = tensor;
  }

  private slot(name: string): Slot {
    const slot = this.slots.get(name);
    if (slot) return slot;
    throw new BackendError('bad-input', {
      backend: BACKEND_ID,
      subject: 'state',
      expected: [...this.slots.keys()].join(', ') || 'a program with state',
      found: `'${name}'`,
    });
  }
}
