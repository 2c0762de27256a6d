/** How the generated code reads and writes the scan's operands: for each row of a thread its own. */
import { sizeOf, type TensorType } from '@chronograd/graph';
import type { Block, Term } from './block.ts';
import { widen, type Buffers, type Place } from './buffers.ts';
import { wgslType } from '../wgsl/elementwise.ts';
import { fixed, flatten, indexText, unflatten, variable, type Index } from './index-term.ts';
import { ScanRefusal } from './refusal.ts';

/** How the work of a scan is divided. */
export interface Division {
  /** Rows of the batch that are independent of each other; 1 where the value is taken whole. */
  readonly rows: number;
  /** Rows that a thread computes at once. */
  readonly lanes: 1 | 2 | 4;
  readonly threads: number;
  /** Two copies of what workgroups share spare half of the barriers. */
  readonly copies: 1 | 2;
}

/** Elements of one value that a thread may own: what is unrolled in the code. */
const MAX_CHUNKS = 32;

/** Whether a scan's rows are divided among workgroups. */
export function isByRow({ rows }: Division): boolean {
  return rows > 1;
}

/** Elements of a value that belong to one row. */
export function featuresOf({ rows }: Division, { shape }: TensorType): number {
  return sizeOf(shape) / rows;
}

/** The place of an element within its row. @throws {@link ScanRefusal} for one of another row */
export function featureAt(division: Division, { shape }: TensorType, at: readonly Index[]): Index {
  if (!isByRow(division)) return flatten(at, shape);
  const [row, ...rest] = at;
  if (row?.variable !== 'row0' || row.offset !== 0 || rest.some(({ ofRow }) => ofRow))
    throw new ScanRefusal('rows of the batch depend on each other');
  return flatten(rest, shape.slice(1));
}

/** The indices of a thread's element of a value. */
export function indicesOf(division: Division, { shape }: TensorType, feature: Index): Index[] {
  if (!isByRow(division)) return [...unflatten(feature, shape)];
  const row: Index = { variable: 'row0', extent: division.rows, offset: 0, ofRow: true };
  return [row, ...unflatten(feature, shape.slice(1))];
}

/**
 * Calls `write` with each of the thread's elements of a value of `size` features, guarded where not
 * every thread has one.
 * @throws {@link ScanRefusal} where they are too many to be unrolled
 */
export function forChunks(
  block: Block,
  { threads }: Division,
  size: number,
  write: (feature: Index, chunk: number) => void,
): void {
  const chunks = Math.ceil(size / threads);
  if (chunks > MAX_CHUNKS) throw new ScanRefusal(`${chunks} elements of a value in one thread`);
  for (let chunk = 0; chunk < chunks; chunk++) {
    const left = Math.min(threads, size - chunk * threads);
    const feature = left === 1 ? fixed(chunk * threads) : variable('j', left, chunk * threads);
    if (left === threads) write(feature, chunk);
    else block.scope(`if (j < ${left}u)`, () => write(feature, chunk));
  }
}

/** Writes the code that reads and writes operands. */
export class Storage {
  readonly #block: Block;
  readonly #buffers: Buffers;
  readonly #division: Division;

  constructor(block: Block, buffers: Buffers, division: Division) {
    this.#block = block;
    this.#buffers = buffers;
    this.#division = division;
  }

  /** Names the thread's rows, `row0` and on. One beyond the last is computed as the last. */
  declareRows(): void {
    const { rows, lanes } = this.#division;
    if (!isByRow(this.#division)) return;
    for (let lane = 0; lane < lanes; lane++) {
      const row = lanes === 1 ? 'group.x' : `group.x * ${lanes}u + ${lane}u`;
      const last = `min(${row}, ${rows - 1}u)`;
      this.#block.say(`let row${lane} = ${rows % lanes === 0 ? row : last};`);
    }
  }

  /** An element of a constant, or of a step's slice; `step` is text that precedes the place in it. */
  read(place: Place, step: string, { dtype, shape }: TensorType, at: readonly Index[]): Term {
    const { lanes } = this.#division;
    const load = (flat: string): string => this.#buffers.load(place, `${step}${flat}`, dtype);
    if (lanes === 1 || !at.some(({ ofRow }) => ofRow))
      return this.#block.name(load(indexText(flatten(at, shape))), lanes === 1);
    const type = { dtype, shape };
    return this.#block.name(
      this.#join(place, step, type, featureAt(this.#division, type, at)),
      true,
    );
  }

  /** The expression of an element of each of the thread's rows. */
  row(place: Place, type: TensorType, feature: Index): string {
    if (isByRow(this.#division)) return this.#join(place, '', type, feature);
    return this.#buffers.load(place, indexText(feature), type.dtype);
  }

  #join(place: Place, step: string, { dtype, shape }: TensorType, feature: Index): string {
    const { lanes } = this.#division;
    const stride = sizeOf(shape.slice(1));
    const parts = Array.from({ length: lanes }, (_, lane) => {
      const flat = `${step}row${lane} * ${stride}u + ${indexText(feature)}`;
      return this.#buffers.load(place, flat, dtype);
    });
    return lanes === 1 ? (parts[0] as string) : `${wgslType(dtype, lanes)}(${parts.join(', ')})`;
  }

  /** Writes the statement that stores an element of each of the thread's rows. */
  store(place: Place, step: string, type: TensorType, feature: Index, term: Term): void {
    const { lanes, rows } = this.#division;
    const { dtype, shape } = type;
    const wide = widen(term, dtype, lanes);
    if (!isByRow(this.#division)) {
      this.#block.say(this.#buffers.store(place, `${step}${indexText(feature)}`, dtype, wide));
      return;
    }
    const stride = sizeOf(shape.slice(1));
    for (let lane = 0; lane < lanes; lane++) {
      const at = `${step}row${lane} * ${stride}u + ${indexText(feature)}`;
      const value = lanes === 1 ? wide : `${wide}.${'xyzw'[lane]}`;
      const statement = this.#buffers.store(place, at, dtype, value);
      const isReal = lane === 0 || rows % lanes === 0;
      const when = `if (group.x * ${lanes}u + ${lane}u < ${rows}u)`;
      this.#block.say(isReal ? statement : `${when} { ${statement} }`);
    }
  }
}
