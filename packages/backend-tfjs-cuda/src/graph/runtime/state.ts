/**
 * The state of one or more programs. Every program has a session of its own, and the variables of
 * one are not to be seen from another: so it is known which sessions hold the newest value of each
 * tensor, and a session that is to read one that it does not hold is given it first. A program that
 * runs again and again finds all it needs in its session.
 */
import { hostZeros, type Feeds, type HostTensor } from '@chronograd/backend';
import type { TensorType } from '@chronograd/graph';
import type { TfBinding } from './binding.ts';
import { checks } from './engine.ts';
import type { GraphSession } from './session.ts';
import { createTensor, hostTensor } from './tensors.ts';

interface Slot {
  readonly type: TensorType;
  /** The sessions whose variable has the newest value. */
  readonly holders: Set<GraphSession>;
  /** An engine tensor with the newest value, while no session holds it; zeros if neither does. */
  saved: number | undefined;
}

/** State tensors by name, and where they are. */
export class SharedState {
  private readonly slots = new Map<string, Slot>();
  private readonly sessions = new Set<GraphSession>();

  constructor(private readonly binding: TfBinding) {}

  /**
   * Adds the names that are new, as zeros.
   * @throws {@link BackendError} `bad-input` where a known name has another type
   */
  declare(state: Readonly<Record<string, TensorType>>): void {
    checks.sharedState(new Map([...this.slots].map(([name, { type }]) => [name, type])), state);
    for (const [name, type] of Object.entries(state))
      if (!this.slots.has(name))
        this.slots.set(name, { type, holders: new Set(), saved: undefined });
  }

  /** Lets a session take part. */
  join(session: GraphSession): void {
    this.sessions.add(session);
  }

  /** Takes what only this session holds out of it, if others are left that may need it. */
  leave(session: GraphSession): void {
    this.sessions.delete(session);
    if (this.sessions.size > 0) {
      const only = [...this.slots].filter(
        ([, { holders }]) => holders.has(session) && holders.size === 1,
      );
      const ids = session.read(only.map(([name]) => name));
      only.forEach(([, slot], i) => (slot.saved = ids[i]));
    }
    for (const slot of this.slots.values()) {
      slot.holders.delete(session);
      if (this.sessions.size === 0) this.forget(slot);
    }
  }

  /** Sees to it that a session holds the newest values of these names. */
  bring(session: GraphSession, names: readonly string[]): void {
    const missing = names.filter((name) => !this.slot(name).holders.has(session));
    if (missing.length === 0) return;
    const values = this.tensors(missing);
    try {
      session.write(values);
    } finally {
      for (const [name, id] of values)
        if (id !== this.slot(name).saved) this.binding.deleteTensor(id);
    }
    for (const name of missing) {
      const slot = this.slot(name);
      slot.holders.add(session);
      this.forget(slot);
    }
  }

  /** Notes that a session has given these names new values. */
  changed(session: GraphSession, names: readonly string[]): void {
    for (const name of names) {
      const { holders } = this.slot(name);
      if (holders.size === 1 && holders.has(session)) continue;
      holders.clear();
      holders.add(session);
      this.forget(this.slot(name));
    }
  }

  /** Copies of values. */
  read(names: readonly string[]): Readonly<Record<string, HostTensor>> {
    const values = this.tensors(names);
    return Object.fromEntries(
      names.map((name) => {
        const { type, saved } = this.slot(name);
        const id = values.get(name) as number;
        const value = hostTensor(this.binding, type, id);
        if (id !== saved) this.binding.deleteTensor(id);
        return [name, value];
      }),
    );
  }

  /** Replaces values, which were checked. */
  write(values: Feeds): void {
    for (const [name, value] of Object.entries(values)) {
      const slot = this.slot(name);
      this.forget(slot);
      slot.holders.clear();
      slot.saved = createTensor(this.binding, slot.type, value.data);
    }
  }

  /** Engine tensors with the newest values; those that are not a slot's `saved` are new. */
  private tensors(names: readonly string[]): Map<string, number> {
    const values = new Map<string, number>();
    const bySession = new Map<GraphSession, string[]>();
    for (const name of new Set(names)) {
      const { holders, saved, type } = this.slot(name);
      const [holder] = holders;
      if (holder) bySession.set(holder, [...(bySession.get(holder) ?? []), name]);
      else values.set(name, saved ?? createTensor(this.binding, type, hostZeros(type).data));
    }
    for (const [session, held] of bySession)
      session.read(held).forEach((id, i) => values.set(held[i] as string, id));
    return values;
  }

  private forget(slot: Slot): void {
    if (slot.saved !== undefined) this.binding.deleteTensor(slot.saved);
    slot.saved = undefined;
  }

  private slot(name: string): Slot {
    const slot = this.slots.get(name);
    if (!slot) throw new TypeError(`tensorflow: no state '${name}'`);
    return slot;
  }
}
