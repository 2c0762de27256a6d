/** Writes the code of one kernel: the elements that it reads, with all that computes them. */
import { sizeOf, type DType, type PrimitiveAttributes, type TensorType } from '@chronograd/graph';
import { Block } from '../scan/block.ts';
import { literal, wgslType } from '../wgsl/elementwise.ts';
import { elementExpression } from './expressions.ts';
import { declareFunctions } from './functions.ts';
import { regionText, type Computed, type Region, type Row, type Source } from './source.ts';
import { coordinate, strided, stridesOf } from './strides.ts';

/** Threads of a workgroup, where a kernel has no other number. */
export const THREADS = 64;
/** Most workgroups along one axis of a dispatch. */
const MAX_GROUPS = 65_535;

/** A kernel; its code speaks of regions by `$id$`. */
export interface Kernel {
  /** For messages. */
  readonly name: string;
  readonly code: string;
  readonly workgroups: readonly [number, number];
  /** Threads of a workgroup. */
  readonly threads: number;
  /** Declarations of its own, without the functions that it calls. */
  readonly head: string;
  /** Statements that speak of `id`, `group` and `local`. */
  readonly body: string;
}

/** The module of a kernel. */
export function moduleText(head: string, threads: number, body: string): string {
  return `@group(0) @binding(0) var<storage, read_write> memory: array<u32>;
@group(0) @binding(1) var<storage, read_write> state: array<u32>;
${declareFunctions(`${head}\n${body}`)}
${head}
@compute @workgroup_size(${threads})
fn main(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_id) local: vec3u,
) {
${body}
}
`;
}

/** So many workgroups, in two dimensions where one does not hold them. */
export function spread(groups: number): readonly [number, number] {
  if (groups <= MAX_GROUPS) return [groups, 1];
  const rows = Math.ceil(groups / MAX_GROUPS);
  return [Math.ceil(groups / rows), rows];
}

/** Code of a kernel that is being written. */
export class KernelWriter {
  readonly block = new Block();
  /** Declarations outside of the function. */
  readonly head: string[] = [];
  private readonly numbers = new Map<Source, number>();

  /** The kernel of one thread for each of `size` elements; `i` is the thread's. */
  finishThreads(name: string, size: number): Kernel {
    const workgroups = spread(Math.ceil(size / THREADS));
    const width = workgroups[0] * THREADS;
    return this.finish(name, workgroups, THREADS, [`let i = id.x + id.y * ${width}u;`]);
  }

  /** The kernel, after statements at its start that give names to the thread. */
  finish(
    name: string,
    workgroups: readonly [number, number],
    threads: number,
    start: readonly string[],
  ): Kernel {
    const body = [...start.map((line) => `  ${line}`), ...this.block.lines].join('\n');
    const head = this.head.join('\n');
    return { name, code: moduleText(head, threads, body), workgroups, threads, head, body };
  }

  /** Names an expression, once in a scope. */
  name(expression: string): string {
    if (/^\w+$/.test(expression)) return expression;
    const known = this.block.recall(expression);
    if (known) return known.text;
    return this.block.remember(expression, this.block.name(expression, false)).text;
  }

  /** A name for the element of a source at a place. */
  load(source: Source, place: string): string {
    let number = this.numbers.get(source);
    if (number === undefined) this.numbers.set(source, (number = this.numbers.size));
    const key = `${number}[${place}]`;
    const known = this.block.recall(key);
    if (known) return known.text;
    return this.block.remember(key, { text: this.element(source, place), lanes: false }).text;
  }

  /** Stores an element of a type. */
  store(region: Region, place: string, dtype: DType, value: string): void {
    this.block.say(`memory[${regionText(region)} + ${place}] = ${toWord(value, dtype)};`);
  }

  private element(source: Source, place: string): string {
    switch (source.kind) {
      case 'stored': {
        const at =
          typeof source.place === 'number'
            ? `state[${source.place}u + ${place}]`
            : `memory[${regionText(source.place)} + ${place}]`;
        return this.name(fromWord(at, source.type.dtype));
      }
      case 'row':
        return this.row(source, place);
      case 'computed':
        return this.computed(source, place);
    }
  }

  private row({ of, type, counter }: Row, place: string): string {
    return this.load(of, this.name(this.rowPlace(counter, type, place)));
  }

  /** The place of an element of the row that a loop has come to. */
  rowPlace(counter: Region, { shape }: TensorType, place: string): string {
    return `memory[${regionText(counter)}] * ${sizeOf(shape)}u + ${place}`;
  }

  private computed(source: Computed, place: string): string {
    const { node, inputs, type } = source;
    const [first] = inputs;
    switch (node.op) {
      case 'constant':
        return this.constant(node.attributes.value[0] ?? 0, type.dtype);
      case 'iota': {
        const at = this.name(coordinate(type.shape, node.attributes.axis, place));
        return this.name(`${wgslType(type.dtype, 1)}(${at})`);
      }
      case 'pad':
        return this.pad(source, node.attributes, place);
      case 'concat':
        return this.concat(source, node.attributes.axis, place);
      case 'gather':
        return this.gather(source, place);
      case 'randomBits':
        return this.randomBits(source, node.attributes.stream, place);
      case 'reshape':
      case 'stopGradient':
        return this.load(first as Source, place);
      case 'broadcastTo':
      case 'transpose':
      case 'slice':
      case 'reverse':
        return this.load(first as Source, this.name(movedPlace(source, place)));
      default: {
        const operands = inputs.map((input) => this.load(input, place));
        const dtype = first?.type.dtype ?? type.dtype;
        return this.name(elementExpression(node.op, operands, dtype, node.attributes));
      }
    }
  }

  /** A name for a number; never part of a constant expression, which might overflow. */
  private constant(value: number, dtype: DType): string {
    return this.name(literal(value, dtype));
  }

  private variable(dtype: DType, initial: string): string {
    // No prefix of a type: `u` and a number could be `u32`.
    const name = this.block.fresh('held');
    this.block.say(`var ${name}: ${wgslType(dtype, 1)} = ${initial};`);
    return name;
  }

  private pad(source: Computed, attributes: PrimitiveAttributes['pad'], place: string): string {
    const { shape, dtype } = source.type;
    const input = source.inputs[0] as Source;
    const { low, value } = attributes;
    const result = this.variable(dtype, literal(value, dtype));
    const conditions = shape.flatMap((size, axis) => {
      const before = low[axis] as number;
      const own = input.type.shape[axis] as number;
      if (own === size) return [];
      const at = this.name(coordinate(shape, axis, place));
      return [`${at} >= ${before}u`, `${at} < ${before + own}u`];
    });
    if (sizeOf(input.type.shape) === 0) return result;
    const strides = stridesOf(input.type.shape);
    const start = low.reduce((sum, before, axis) => sum + before * (strides[axis] as number), 0);
    this.block.scope(`if (${conditions.join(' && ') || 'true'})`, () => {
      const at = this.name(`${strided(shape, strides, 0, place)} - ${start}u`);
      this.block.say(`${result} = ${this.load(input, at)};`);
    });
    return result;
  }

  private concat({ inputs, type }: Computed, axis: number, place: string): string {
    const result = this.variable(type.dtype, literal(0, type.dtype));
    const at = this.name(coordinate(type.shape, axis, place));
    let start = 0;
    for (const input of inputs) {
      const size = input.type.shape[axis] as number;
      if (size === 0) continue;
      const from = start;
      const strides = stridesOf(input.type.shape);
      start += size;
      this.block.scope(`if (${at} >= ${from}u && ${at} < ${start}u)`, () => {
        const shift = from * (strides[axis] as number);
        const moved = `${strided(type.shape, strides, 0, place)} - ${shift}u`;
        this.block.say(`${result} = ${this.load(input, this.name(moved))};`);
      });
    }
    return result;
  }

  private gather({ inputs }: Computed, place: string): string {
    const [table, indices] = inputs as [Source, Source];
    const [rows = 0] = table.type.shape;
    const inner = sizeOf(table.type.shape.slice(1));
    const index = this.load(indices, this.name(`${place} / ${inner}u`));
    // Rows that are not there are not read: engines differ in what comes of them.
    const row = this.name(`min(u32(max(${index}, 0i)), ${Math.max(rows - 1, 0)}u)`);
    return this.load(table, this.name(`${row} * ${inner}u + ${place} % ${inner}u`));
  }

  private randomBits({ inputs, type }: Computed, stream: number, place: string): string {
    const key = inputs[0] as Source;
    const half = Math.ceil(sizeOf(type.shape) / 2);
    const [first, second] = [this.load(key, '0u'), this.load(key, '1u')];
    return this.name(
      `randomWord(vec2u(${first}, ${second}), ${stream}u, ${place} % ${half}u, ${place} >= ${half}u)`,
    );
  }
}

function movedPlace({ node, type, inputs }: Computed, place: string): string {
  const input = (inputs[0] as Source).type.shape;
  const { shape } = type;
  const own = stridesOf(input);
  switch (node.op) {
    case 'broadcastTo': {
      const lead = shape.length - input.length;
      const strides = shape.map((_, axis) =>
        axis < lead || input[axis - lead] === 1 ? 0 : (own[axis - lead] as number),
      );
      return strided(shape, strides, 0, place);
    }
    case 'transpose':
      return strided(
        shape,
        node.attributes.permutation.map((axis) => own[axis] as number),
        0,
        place,
      );
    case 'slice': {
      const { starts } = node.attributes;
      const start = starts.reduce((sum, each, axis) => sum + each * (own[axis] as number), 0);
      return strided(shape, own, start, place);
    }
    case 'reverse': {
      const { axes } = node.attributes;
      const strides = own.map((stride, axis) => (axes.includes(axis) ? -stride : stride));
      const start = own.reduce(
        (sum, stride, axis) =>
          axes.includes(axis) ? sum + stride * ((shape[axis] as number) - 1) : sum,
        0,
      );
      return strided(shape, strides, start, place);
    }
    default:
      throw new TypeError(`${node.op} moves no elements`);
  }
}

/** A word of a buffer as an element. */
function fromWord(word: string, dtype: DType): string {
  if (dtype === 'bool') return `${word} != 0u`;
  return dtype === 'uint32' ? word : `bitcast<${wgslType(dtype, 1)}>(${word})`;
}

/** An element as a word of a buffer. */
function toWord(value: string, dtype: DType): string {
  if (dtype === 'bool') return `select(0u, 1u, ${value})`;
  return dtype === 'uint32' ? value : `bitcast<u32>(${value})`;
}
