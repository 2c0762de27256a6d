/**
 * Many small state tensors as a few vectors. Every tensor that crosses between JavaScript and the
 * engine costs some microseconds each way, so the parameters of a small model lie one after the
 * other in one vector, and each of the optimizer's slots in another, in the same order. What the
 * pieces are called outside does not change.
 */
import {
  Builder,
  float32,
  sizeOf,
  type Entry,
  type Program,
  type TensorType,
  type Value,
} from '@chronograd/graph';

/** A state tensor's place in a vector. */
export interface Piece {
  readonly name: string;
  readonly type: TensorType;
  /** Place of its first element. */
  readonly start: number;
}

/** State tensors that lie in one vector. */
export interface Vector {
  /** Not the name of any state tensor. */
  readonly name: string;
  readonly pieces: readonly Piece[];
  readonly type: TensorType;
}

/**
 * More elements are not packed: cutting the vector into weights copies it, which pays where it is
 * small.
 */
const LARGEST_VECTOR = 65_536;

const PARAMETERS = '*';
const SLOT = /^optimizer\/([^/]+)\/(.+)$/;

/**
 * The vectors for the state of a program, given those that a store has already; these come first.
 * State that is packed, or was there before, stays where it is.
 * @param program whose state to pack
 * @param known vectors of the store
 * @param isKnown whether the store has a state tensor
 */
export function packingOf(
  program: Program,
  known: readonly Vector[],
  isKnown: (name: string) => boolean,
): readonly Vector[] {
  const { state, entries } = program;
  const slots = new Map<string, Set<string>>();
  for (const [name, { dtype }] of Object.entries(state)) {
    const [, slot, parameter] = SLOT.exec(name) ?? [];
    if (slot === undefined || parameter === undefined || dtype !== 'float32') continue;
    slots.set(slot, (slots.get(slot) ?? new Set()).add(parameter));
  }
  const written = new Set(Object.values(entries).flatMap(({ writes }) => writes));
  const [updated] = slots.values();
  const free = Object.keys(state).filter((name) =>
    updated ? updated.has(name) : !name.startsWith('optimizer/') && !written.has(name),
  );
  const own = known.length === 0 ? vectorOf(PARAMETERS, free, state, isKnown) : undefined;
  const vectors = own ? [own] : [...known];
  const [parameters] = vectors;
  if (!parameters) return [];
  for (const [slot, names] of slots) {
    const prefix = `optimizer/${slot}/`;
    const order = parameters.pieces.map(({ name }) => name);
    const isAll = order.length === names.size && order.every((name) => names.has(name));
    const vector = vectorOf(
      `${prefix}*`,
      order.map((name) => prefix + name),
      state,
      isKnown,
    );
    if (isAll && vector && !vectors.some(({ name }) => name === vector.name)) vectors.push(vector);
  }
  return vectors;
}

function vectorOf(
  name: string,
  names: readonly string[],
  state: Program['state'],
  isKnown: (name: string) => boolean,
): Vector | undefined {
  let size = 0;
  const pieces = names.map((piece) => {
    const type = state[piece] ?? float32();
    const start = size;
    size += sizeOf(type.shape);
    return { name: piece, type, start };
  });
  const isNew = names.every((piece) => state[piece]?.dtype === 'float32' && !isKnown(piece));
  return isNew && names.length > 1 && size <= LARGEST_VECTOR
    ? { name, pieces, type: float32(size) }
    : undefined;
}

/** An entry that reads and writes vectors, and the types of all state that it names. */
export function packEntry(
  entry: Entry,
  state: Program['state'],
  vectors: readonly Vector[],
): { readonly entry: Entry; readonly state: Program['state'] } {
  const touched = new Set([...entry.reads, ...entry.writes]);
  const used = vectors.filter(({ pieces }) => pieces.some(({ name }) => touched.has(name)));
  if (used.length === 0) return { entry, state };
  const packed = new Map(
    used.flatMap((vector) => vector.pieces.map((piece) => [piece.name, { vector, piece }])),
  );
  const b = new Builder();
  const inputs = entry.inputs.map(({ type }) => b.input(type));
  const whole = new Map(used.map((vector) => [vector, b.input(vector.type)]));
  const singles = entry.reads.filter((name) => !packed.has(name));
  const singleInputs = singles.map((name) => b.input(state[name] as TensorType));
  const pieceOf = (vector: Vector, { start, type }: Piece): Value => {
    const limit = start + sizeOf(type.shape);
    return b.reshape(b.sliceAxis(whole.get(vector) as Value, 0, start, limit), type.shape);
  };
  const reads = entry.reads.map((name) => {
    const place = packed.get(name);
    return place
      ? pieceOf(place.vector, place.piece)
      : (singleInputs[singles.indexOf(name)] as Value);
  });
  const results = b.inline(entry.func, [...inputs, ...reads]);
  const outputs = results.slice(0, entry.outputs.length);
  const next = new Map(
    entry.writes.map((name, i) => [name, results[entry.outputs.length + i] as Value]),
  );
  const written = used.filter(({ pieces }) => pieces.some(({ name }) => next.has(name)));
  const vectorWrites = written.map((vector) =>
    b.concat(
      vector.pieces.map((piece) => {
        const value = next.get(piece.name) ?? pieceOf(vector, piece);
        return b.reshape(value, [sizeOf(piece.type.shape)]);
      }),
      0,
    ),
  );
  const singleWrites = entry.writes.filter((name) => !packed.has(name));
  return {
    entry: {
      ...entry,
      reads: [...used.map(({ name }) => name), ...singles],
      writes: [...written.map(({ name }) => name), ...singleWrites],
      func: b.finish([
        ...outputs,
        ...vectorWrites,
        ...singleWrites.map((name) => next.get(name) as Value),
      ]),
    },
    state: { ...state, ...Object.fromEntries(used.map(({ name, type }) => [name, type])) },
  };
}
