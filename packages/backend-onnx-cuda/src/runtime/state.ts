/**
 * The state of one or more executables: engine tensors by name, replaced and never changed. Each
 * has a spare for the next value to be written to, so that a step allocates nothing and a step
 * that fails leaves the old value. Several state tensors may lie in one engine tensor, a vector.
 */
import { hostZeros, type Feeds, type HostTensor } from '@chronograd/backend';
import { sizeOf, type Program, type TensorType } from '@chronograd/graph';
import type { Tensor } from 'onnxruntime-node';
import { packingOf, type Piece, type Vector } from '../passes/pack-state.ts';
import { checks, type Engine } from './engine.ts';
import { engineTensor, hostTensor } from './tensors.ts';

interface Slot {
  readonly type: TensorType;
  current: Tensor;
  spare?: Tensor | undefined;
}

/** State tensors by name, and the order of everything that touches them. */
export class StateStore {
  /** Tensors of the engine: vectors, and state tensors that lie in none. */
  private readonly slots = new Map<string, Slot>();
  /** Where each packed state tensor lies. */
  private readonly places = new Map<string, { readonly vector: string; readonly piece: Piece }>();
  private packing: readonly Vector[] = [];
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly engine: Engine) {}

  /** The vectors that state lies in. */
  get vectors(): readonly Vector[] {
    return this.packing;
  }

  /**
   * Adds the state that is new, as zeros.
   * @throws {@link BackendError} `bad-input` where a known name has another type
   */
  declare(program: Program): void {
    const { state } = program;
    const known = new Map<string, TensorType>();
    for (const name of Object.keys(state)) {
      const type = this.typeOf(name);
      if (type) known.set(name, type);
    }
    checks.sharedState(known, state);
    this.packing = packingOf(program, this.packing, (name) => this.typeOf(name) !== undefined);
    for (const { name: vector, pieces, type } of this.packing) {
      if (this.slots.has(vector)) continue;
      this.add(vector, type);
      for (const piece of pieces) this.places.set(piece.name, { vector, piece });
    }
    for (const [name, type] of Object.entries(state))
      if (this.typeOf(name) === undefined) this.add(name, type);
  }

  /** Runs a task after all earlier ones, whether those failed or not. */
  inOrder<T>(task: () => Promise<T>): Promise<T> {
    const result = this.last.then(task);
    this.last = result.catch(() => undefined);
    return result;
  }

  /** The engine's tensor of a vector, or of a state tensor that lies in none. */
  current(name: string): Tensor {
    return this.slot(name).current;
  }

  /** A tensor to write the next value to. */
  spare(name: string): Tensor {
    const slot = this.slot(name);
    slot.spare ??= engineTensor(this.engine, slot.type, hostZeros(slot.type).data);
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
    const place = this.places.get(name);
    if (!place) {
      const { type, current } = this.slot(name);
      return hostTensor(type, current);
    }
    const { type, start } = place.piece;
    const all = this.slot(place.vector).current.data as Float32Array;
    return {
      dtype: type.dtype,
      shape: type.shape,
      data: all.slice(start, start + sizeOf(type.shape)),
    };
  }

  /** Replaces values, which are taken as they are. */
  replace(values: Feeds): void {
    const vectors = new Map<string, Float32Array>();
    for (const [name, { data }] of Object.entries(values)) {
      const place = this.places.get(name);
      if (!place) {
        const slot = this.slot(name);
        slot.current = engineTensor(this.engine, slot.type, data);
        continue;
      }
      const { vector, piece } = place;
      const all = vectors.get(vector) ?? (this.slot(vector).current.data as Float32Array).slice();
      all.set(data, piece.start);
      vectors.set(vector, all);
    }
    for (const [vector, all] of vectors) {
      const slot = this.slot(vector);
      slot.current = engineTensor(this.engine, slot.type, all);
    }
  }

  private add(name: string, type: TensorType): void {
    this.slots.set(name, { type, current: engineTensor(this.engine, type, hostZeros(type).data) });
  }

  /** The type of a state tensor, packed or not. */
  private typeOf(name: string): TensorType | undefined {
    const type = this.places.get(name)?.piece.type;
    return type ?? (this.isVector(name) ? undefined : this.slots.get(name)?.type);
  }

  private isVector(name: string): boolean {
    return this.packing.some((vector) => vector.name === name);
  }

  private slot(name: string): Slot {
    const slot = this.slots.get(name);
    if (slot) return slot;
    throw new TypeError(`onnx: state ${name} was not declared`);
  }
}
