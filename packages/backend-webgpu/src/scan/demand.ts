/**
 * Writes the code of one element of a value, on demand: the element asks for those it is made from,
 * down to the inputs of the body and to what lies in workgroup memory. Operations that only move
 * elements leave no code behind, only other indices.
 */
import {
  isElementwise,
  sizeOf,
  type PrimitiveAttributes,
  type PrimitiveName,
  type PrimitiveNode,
  type TensorType,
  type ValueId,
} from '@chronograd/graph';
import type { Block, Term } from './block.ts';
import type { Body } from './body.ts';
import { widen } from './buffers.ts';
import { expression, literal, wgslType } from '../wgsl/elementwise.ts';
import {
  fixed,
  flatten,
  indexText,
  mirror,
  rangeOf,
  shift,
  unflatten,
  variable,
  type Index,
} from './index-term.ts';
import type { Levels } from './levels.ts';
import { ScanRefusal } from './refusal.ts';

type Indices = readonly Index[];

/** What of the surroundings the code of an element depends on. */
export interface Surroundings {
  readonly block: Block;
  readonly body: Body;
  readonly levels: Levels;
  /** Rows that a thread computes at once. */
  readonly lanes: number;
  /** Whether the first axis of what is carried is that of independent rows. */
  readonly byRow: boolean;
  /** Code that reads an input of the body or a stored value. */
  read(id: ValueId, at: Indices): Term;
  /** Of which elements a product is asked for in a level, in all; the same list at each run. */
  readonly products: Map<string, Indices[]>;
}

/** Products over fewer terms are written out, longer ones are loops of so many terms a round. */
const UNROLLED = 4;

/** Writes elements in one level. */
export class Demand {
  level = 0;
  readonly #in: Surroundings;
  readonly #top: number;

  constructor(surroundings: Surroundings, top: number) {
    this.#in = surroundings;
    this.#top = top;
  }

  /** The element of a value at these indices, one for each axis. */
  element(id: ValueId, at: Indices): Term {
    const { block, body, levels } = this.#in;
    const key = keyOf(id, at);
    const known = block.recall(key);
    if (known) return known;
    const isRead =
      body.inputs.has(id) || (levels.stored.has(id) && (levels.levelOf.get(id) ?? 0) < this.level);
    if (isRead) return block.remember(key, this.#in.read(id, at));
    const node = body.nodeOf.get(id);
    if (!node) throw new Error(`no node writes %${id}`);
    return block.remember(key, this.#write(id, node, at));
  }

  #write(id: ValueId, node: PrimitiveNode, at: Indices): Term {
    if (isElementwise(node.op)) return this.#elementwise(node, at);
    switch (node.op) {
      case 'constant':
        return this.#constant(attributes(node, 'constant'), at);
      case 'iota': {
        const { dtype, axis } = attributes(node, 'iota');
        const text = `${wgslType(dtype, 1)}(${indexText(at[axis] as Index)})`;
        this.#refuseRow(at[axis] as Index);
        return { text, lanes: false };
      }
      case 'matmul':
        return this.#product(id, node, at);
      case 'reduceSum':
      case 'reduceMax':
        return this.#reduce(node, at);
      case 'concat':
        return this.#concat(id, node, at);
      case 'pad':
        return this.#pad(id, node, at);
      default:
        return this.element(node.inputs[0] as ValueId, this.#moved(node, at));
    }
  }

  #type(id: ValueId): TensorType {
    return this.#in.body.func.types[id] as TensorType;
  }

  #elementwise(node: PrimitiveNode, at: Indices): Term {
    const { lanes, block } = this.#in;
    const terms = node.inputs.map((input) => this.element(input, at));
    const operands = terms.map((term, i) =>
      widen(term, this.#type(node.inputs[i] as ValueId).dtype, lanes),
    );
    const [first] = node.inputs as [ValueId];
    const text = expression(node, operands, this.#type(first).dtype, lanes);
    if (text === undefined) throw new ScanRefusal(`${node.op} in the body`);
    return block.name(text, true);
  }

  #constant({ dtype, value, shape }: PrimitiveAttributes['constant'], at: Indices): Term {
    if (value.length === 1) return { text: literal(value[0] as number, dtype), lanes: false };
    const place = flatten(at, shape);
    this.#refuseRow(place);
    if (place.variable === '')
      return { text: literal(value[place.offset] as number, dtype), lanes: false };
    if (value.length > 256) throw new ScanRefusal('a large constant in the body');
    const items = [...value].map((item) => literal(item, dtype)).join(', ');
    const type = `array<${wgslType(dtype, 1)}, ${value.length}>`;
    const name = this.#in.block.fresh('k');
    this.#in.block.say(`var ${name} = ${type}(${items});`);
    return { text: `${name}[${indexText(place)}]`, lanes: false };
  }

  /** A computed place that is another one in each lane cannot be read as one. */
  #refuseRow(index: Index): void {
    if (index.ofRow && this.#in.lanes > 1) throw new ScanRefusal('a place computed from the row');
  }

  #moved(node: PrimitiveNode, at: Indices): Indices {
    const [input] = node.inputs as [ValueId];
    const { shape } = this.#type(input);
    switch (node.op) {
      case 'reshape': {
        const { shape: to } = attributes(node, 'reshape');
        const [row, ...rest] = at;
        const isByRow = this.#in.byRow && row?.ofRow && shape[0] === to[0];
        if (isByRow && row) return [row, ...unflatten(flatten(rest, to.slice(1)), shape.slice(1))];
        return unflatten(flatten(at, to), shape);
      }
      case 'transpose': {
        const { permutation } = attributes(node, 'transpose');
        const indices = [...at];
        permutation.forEach((axis, i) => (indices[axis] = at[i] as Index));
        return indices;
      }
      case 'broadcastTo':
        return at
          .slice(at.length - shape.length)
          .map((index, axis) => (shape[axis] === 1 ? fixed(0) : index));
      case 'slice':
        return at.map((index, axis) =>
          shift(index, attributes(node, 'slice').starts[axis] as number),
        );
      case 'reverse': {
        const { axes } = attributes(node, 'reverse');
        return at.map((index, axis) =>
          axes.includes(axis) ? mirror(index, shape[axis] as number) : index,
        );
      }
      default:
        throw new ScanRefusal(`${node.op} in the body`);
    }
  }

  #concat(id: ValueId, node: PrimitiveNode, at: Indices): Term {
    const { axis } = attributes(node, 'concat');
    const index = at[axis] as Index;
    const [first, last] = rangeOf(index);
    let end = 0;
    const pieces = node.inputs.flatMap((input) => {
      const start = end;
      end += this.#type(input).shape[axis] as number;
      if (start > last || end <= first) return [];
      const inside = at.map((other, i) => (i === axis ? shift(other, -start) : other));
      return [{ input, end, inside }];
    });
    const [only] = pieces;
    if (only && pieces.length === 1) return this.element(only.input, only.inside);
    return this.#choose(
      id,
      pieces.map((piece, i) => ({
        when: i === pieces.length - 1 ? '' : `${indexText(index)} < ${piece.end}u`,
        write: () => this.element(piece.input, piece.inside),
      })),
    );
  }

  #pad(id: ValueId, node: PrimitiveNode, at: Indices): Term {
    const { low, value } = attributes(node, 'pad');
    const [input] = node.inputs as [ValueId];
    const { dtype, shape } = this.#type(input);
    const filling: Term = { text: literal(value, dtype), lanes: false };
    const conditions: string[] = [];
    for (const [axis, index] of at.entries()) {
      const start = low[axis] as number;
      const end = start + (shape[axis] as number);
      const [first, last] = rangeOf(index);
      if (last < start || first >= end) return filling;
      if (first < start) conditions.push(`${indexText(index)} >= ${start}u`);
      if (last >= end) conditions.push(`${indexText(index)} < ${end}u`);
      if (first < start || last >= end) this.#refuseRow(index);
    }
    const inside = at.map((index, axis) => shift(index, -(low[axis] as number)));
    if (conditions.length === 0) return this.element(input, inside);
    return this.#choose(id, [
      { when: conditions.join(' && '), write: () => this.element(input, inside) },
      { when: '', write: () => filling },
    ]);
  }

  /** A value by the first condition that holds; the last holds always. */
  #choose(
    id: ValueId,
    choices: readonly { readonly when: string; readonly write: () => Term }[],
  ): Term {
    const { block, lanes } = this.#in;
    const { dtype } = this.#type(id);
    const text = block.fresh('v');
    block.say(`var ${text}: ${wgslType(dtype, lanes)};`);
    for (const [i, { when, write }] of choices.entries())
      block.scope(`${i > 0 ? 'else ' : ''}${when === '' ? '' : `if (${when})`}`, () => {
        block.say(`${text} = ${widen(write(), dtype, lanes)};`);
      });
    return { text, lanes: true };
  }

  #product(id: ValueId, node: PrimitiveNode, at: Indices): Term {
    const { block, products } = this.#in;
    if (block.depth !== this.#top) return this.#sumProducts(node, [at])[0] as Term;
    // Elements of one product that the level asks for share a loop, and what they read in it.
    const key = `${this.level}:${id}`;
    const asked = products.get(key) ?? [];
    products.set(key, asked);
    const places = asked.map((other) => keyOf(id, other));
    const here = places.indexOf(keyOf(id, at));
    if (here < 0) {
      asked.push(at);
      return this.#sumProducts(node, [at])[0] as Term;
    }
    const terms = this.#sumProducts(node, asked);
    terms.forEach((term, i) => block.remember(places[i] as string, term));
    return terms[here] as Term;
  }

  #sumProducts(node: PrimitiveNode, places: readonly Indices[]): Term[] {
    const { block, lanes } = this.#in;
    const { transposeA, transposeB } = attributes(node, 'matmul');
    const [a, b] = node.inputs as [ValueId, ValueId];
    const { dtype, shape } = this.#type(a);
    const length = shape.at(transposeA ? -2 : -1) as number;
    const names = places.map(() => block.fresh('s'));
    const type = wgslType(dtype, lanes);
    for (const name of names) block.say(`var ${name} = ${type}(${literal(0, dtype)});`);
    const term = (k: Index): void => {
      for (const [i, at] of places.entries()) {
        const [m, n] = at.slice(-2) as [Index, Index];
        const outer = at.slice(0, -2);
        const left = this.element(a, [...outer, ...(transposeA ? [k, m] : [m, k])]);
        const right = this.element(b, [...outer, ...(transposeB ? [n, k] : [k, n])]);
        block.say(`${names[i]} += ${left.text} * ${right.text};`);
      }
    };
    this.#loop(length, term);
    return names.map((text) => ({ text, lanes: true }));
  }

  #reduce(node: PrimitiveNode, at: Indices): Term {
    const { block } = this.#in;
    const { axes, keepDims } = attributes(node, node.op as 'reduceSum');
    const [input] = node.inputs as [ValueId];
    const { dtype, shape } = this.#type(input);
    const isSum = node.op === 'reduceSum';
    const lanes = this.#in.lanes;
    const kept = [...at];
    const indices: Index[] = shape.map((_, axis) => {
      if (!axes.includes(axis)) return kept.shift() as Index;
      if (keepDims) kept.shift();
      return fixed(0);
    });
    const text = block.fresh('s');
    const first = isSum ? { text: literal(0, dtype), lanes: false } : this.element(input, indices);
    block.say(`var ${text} = ${widen(first, dtype, lanes)};`);
    const over = shape.filter((_, axis) => axes.includes(axis));
    this.#loop(sizeOf(over), (k) => {
      const parts = [...unflatten(k, over)];
      const place = indices.map((index, axis) =>
        axes.includes(axis) ? (parts.shift() as Index) : index,
      );
      const term = widen(this.element(input, place), dtype, lanes);
      if (isSum) block.say(`${text} += ${term};`);
      else block.say(`${text} = ${dtype === 'float32' ? 'greater' : 'max'}(${text}, ${term});`);
    });
    return { text, lanes: true };
  }

  /** Statements for each of `0…length - 1`, a few in each round. */
  #loop(length: number, term: (k: Index) => void): void {
    const { block } = this.#in;
    const rounds = Math.floor(length / UNROLLED);
    if (rounds > 1) {
      const k = block.fresh('k');
      const limit = rounds * UNROLLED;
      block.scope(`for (var ${k} = 0u; ${k} < ${limit}u; ${k} += ${UNROLLED}u)`, () => {
        for (let i = 0; i < UNROLLED; i++) term(variable(k, limit - UNROLLED + 1, i));
      });
      for (let i = limit; i < length; i++) term(fixed(i));
    } else for (let i = 0; i < length; i++) term(fixed(i));
  }
}

/** A name for an element, the same for the same place. */
function keyOf(id: ValueId, at: Indices): string {
  return `${id}@${at.map(indexText).join()}`;
}

function attributes<P extends PrimitiveName>(node: PrimitiveNode, op: P): PrimitiveAttributes[P] {
  if (node.op !== op) throw new Error(`expected ${op}, found ${node.op}`);
  return (node as PrimitiveNode<P>).attributes;
}
