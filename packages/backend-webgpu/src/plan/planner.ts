/** From a function to steps: chooses what is stored, and what is computed where it is read. */
import {
  isRepeated,
  sizeOf,
  type ConstantArray,
  type Func,
  type Node,
  type Shape,
  type TensorType,
  type ValueId,
} from '@chronograd/graph';
import { elementCost } from '../codegen/expressions.ts';
import { argMaxKernel, reduceKernel, scatterAddKernel } from '../codegen/kernels.ts';
import { matmulKernels } from '../codegen/matmul.ts';
import {
  costOf,
  type Computed,
  type Primitive,
  type Region,
  type Source,
  type Stored,
} from '../codegen/source.ts';
import { KernelWriter, type Kernel } from '../codegen/writer.ts';
import type { Constant, Step } from './steps.ts';

/** What a kernel computes for an element at most, by and by, before it is stored. */
const MOST_COST = 200;
/** Up to here an element is computed anew for each place that it is repeated to. */
const REPEATED_COST = 8;

/** Costs of operations that are computed where they are read, beyond those of one element. */
const costs: Readonly<Partial<Record<Primitive['op'], number>>> = {
  constant: 0,
  iota: 0,
  reshape: 0,
  transpose: 0,
  broadcastTo: 0,
  slice: 0,
  reverse: 0,
  pad: 1,
  concat: 1,
  gather: 2,
  randomBits: 60,
};

/** Where an element goes. */
export interface Store {
  readonly source: Source;
  readonly to: Region;
  /** Into the row that a loop has come to, if into one. */
  readonly row?: Region;
}

/** Regions, constants and steps of one entry. */
export class Plans {
  /** @param isSoftware whether the processor does the GPU's work */
  constructor(readonly isSoftware: boolean) {}

  readonly constants: Constant[] = [];
  private readonly known = new Map<ConstantArray, Stored>();
  /** Words of each region, by its number. */
  readonly sizes = new Map<number, number>();

  /** A new region that holds a type. */
  region({ shape }: TensorType): Region {
    const region = { id: this.sizes.size, size: Math.max(1, sizeOf(shape)) };
    this.sizes.set(region.id, region.size);
    return region;
  }

  /** A stored constant. */
  constant(type: TensorType, value: ConstantArray): Stored {
    const known = this.known.get(value);
    if (known) return { ...known, type };
    const region = this.region(type);
    const words =
      type.dtype === 'float32'
        ? new Uint32Array(Float32Array.from(value).buffer)
        : Uint32Array.from(value);
    this.constants.push({ region, type, words });
    const stored: Stored = { kind: 'stored', type, place: region };
    this.known.set(value, stored);
    return stored;
  }
}

/** Lowers a scan; given by whoever makes a planner, as the body is planned by another. */
export type LowerScan = (
  planner: FuncPlanner,
  node: Node & { op: 'scan' },
  types: readonly TensorType[],
  inputs: readonly Source[],
) => Source[];

/** Plans one function, or the body of a scan. */
export class FuncPlanner {
  readonly steps: Step[] = [];

  constructor(
    readonly plans: Plans,
    private readonly lowerScan: LowerScan,
  ) {}

  /** Writes steps for all nodes; returns the function's outputs, not all of which are stored. */
  run(func: Func, inputs: readonly Source[]): Source[] {
    const uses = new Array<number>(func.types.length).fill(0);
    for (const node of func.nodes) for (const id of node.inputs) (uses[id] as number)++;
    const values = new Map<ValueId, Source>();
    func.inputs.forEach((id, i) => values.set(id, inputs[i] as Source));
    for (const node of func.nodes) {
      const operands = node.inputs.map((id) => values.get(id) as Source);
      const types = node.outputs.map((id) => func.types[id] as TensorType);
      this.lower(node as Primitive, operands, types, func).forEach((source, i) => {
        const id = node.outputs[i] as ValueId;
        const isKept = (uses[id] as number) > 1 && costOf(source) > 0;
        values.set(id, isKept ? this.stored(source) : source);
      });
    }
    return func.outputs.map((id) => values.get(id) as Source);
  }

  /** The value in a buffer, put there if it is none yet. */
  stored(source: Source): Stored {
    if (source.kind === 'stored') return source;
    const to = this.plans.region(source.type);
    this.store([{ source, to }]);
    return { kind: 'stored', type: source.type, place: to };
  }

  /** A kernel that stores several values, and says more at the end for the first thread. */
  store(stores: readonly Store[], last?: (writer: KernelWriter) => void): void {
    const bySize = new Map<number, Store[]>();
    for (const each of stores) {
      const size = sizeOf(each.source.type.shape);
      if (size > 0) bySize.set(size, [...(bySize.get(size) ?? []), each]);
    }
    if (bySize.size === 0 && !last) return;
    const writer = new KernelWriter();
    for (const [size, group] of bySize)
      writer.block.scope(`if (i < ${size}u)`, () => {
        // All are read before any is written, so that what is computed for one serves the others.
        const values = group.map(({ source }) => writer.load(source, 'i'));
        group.forEach(({ source: { type }, to, row }, each) => {
          const place = row ? writer.name(writer.rowPlace(row, type, 'i')) : 'i';
          writer.store(to, place, type.dtype, values[each] as string);
        });
      });
    if (last) writer.block.scope('if (i == 0u)', () => last(writer));
    const name = `store of ${[...bySize.keys()].join(', ')} elements`;
    const kernel = writer.finishThreads(name, Math.max(1, ...bySize.keys()));
    this.steps.push({ kind: 'kernel', kernel });
  }

  private lower(
    node: Primitive,
    inputs: readonly Source[],
    types: readonly TensorType[],
    func: Func,
  ): Source[] {
    if (node.op === 'scan') return this.lowerScan(this, node, func.types, inputs);
    const type = types[0] as TensorType;
    if (node.op === 'constant' && !isRepeated(node.attributes.value))
      return [this.plans.constant(type, node.attributes.value)];
    const own = elementCost(node.op) ?? costs[node.op];
    return [
      own === undefined ? this.loop(node, inputs, type) : this.computed(node, inputs, type, own),
    ];
  }

  private computed(
    node: Primitive,
    inputs: readonly Source[],
    type: TensorType,
    own: number,
  ): Source {
    let operands = inputs.map((input) => {
      const isWider =
        (node.op === 'broadcastTo' || node.op === 'gather') &&
        sizeOf(type.shape) > sizeOf(input.type.shape);
      return isWider && costOf(input) > REPEATED_COST ? this.stored(input) : input;
    });
    const total = (): number => operands.reduce((sum, input) => sum + costOf(input), own);
    if (total() > MOST_COST)
      operands = operands.map((input) =>
        costOf(input) > REPEATED_COST ? this.stored(input) : input,
      );
    const source: Computed = { kind: 'computed', type, node, inputs: operands, cost: total() };
    return source;
  }

  private loop(node: Primitive, inputs: readonly Source[], type: TensorType): Stored {
    const to = this.plans.region(type);
    if (sizeOf(type.shape) > 0) {
      const kernels = this.loopKernels(node, inputs, type, to);
      this.steps.push(...kernels.map((kernel): Step => ({ kind: 'kernel', kernel })));
    }
    return { kind: 'stored', type, place: to };
  }

  private loopKernels(
    node: Primitive,
    inputs: readonly Source[],
    type: TensorType,
    to: Region,
  ): Kernel[] {
    const [a, b, c] = inputs as [Source, Source, Source];
    const { isSoftware } = this.plans;
    /** An operand whose elements are read more than once. */
    const again = (source: Source): Source => (costOf(source) > 0 ? this.stored(source) : source);
    switch (node.op) {
      case 'reduceSum':
      case 'reduceMax':
        return [reduceKernel(node.op, node.attributes.axes, a, to, isSoftware)];
      case 'argMax':
        return [argMaxKernel(node.attributes.axis, a, sizeOf(type.shape), to)];
      case 'matmul': {
        const between = (shape: Shape): Region => this.plans.region({ dtype: 'float32', shape });
        return matmulKernels(node.attributes, again(a), again(b), type.shape, {
          to,
          between,
          isSoftware,
        });
      }
      case 'scatterAdd':
        return [scatterAddKernel(a, again(b), c, to)];
      default:
        throw new TypeError(`${node.op} has no kernel`);
    }
  }
}
