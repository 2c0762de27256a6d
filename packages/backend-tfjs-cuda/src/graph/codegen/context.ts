/**
 * Values during code generation. TensorFlow repeats operands of element-wise operations by itself,
 * so a `broadcastTo` is not carried out: a {@link GraphValue} may be smaller than its type and
 * stands for its repetition. Element-wise results of such values are small again; who needs all
 * elements asks for them with {@link EmitContext.full}.
 */
import { hostArray, type CompiledPart } from '@chronograd/backend';
import {
  sameShape,
  sizeOf,
  type CompositeGradientNode,
  type CompositeNode,
  type DType,
  type Func,
  type PrimitiveName,
  type PrimitiveNode,
  type Shape,
  type TensorType,
} from '@chronograd/graph';
import type { TfAttributes } from '../tensorflow/model.ts';
import { GraphWriter } from '../tensorflow/writer.ts';

/** A value of the graph: `shape` is what the engine holds, and repeats to `type.shape`. */
export interface GraphValue {
  readonly name: string;
  readonly shape: Shape;
  readonly type: TensorType;
}

/** Writes one primitive; returns its results. */
export type Emitter<P extends PrimitiveName> = (
  context: EmitContext,
  node: PrimitiveNode<P>,
  inputs: readonly GraphValue[],
) => readonly GraphValue[];

/** Writes a whole function; returns its outputs. */
export type EmitFunction = (
  context: EmitContext,
  func: Func,
  inputs: readonly GraphValue[],
) => GraphValue[];

/** Writes a composite that was claimed, or its gradient; returns the results. */
export type EmitComposite = (
  context: EmitContext,
  node: CompositeNode | CompositeGradientNode,
  inputs: readonly GraphValue[],
) => readonly GraphValue[];

/** What is the same for a whole graph. */
export interface EmitSettings {
  /** A scan of more nodes than this, unrolled, becomes a loop. */
  readonly unrollLimit: number;
  readonly emitFunction: EmitFunction;
  readonly emitComposite: EmitComposite;
  /** Told of every scan and what became of it. */
  readonly report: (part: Omit<CompiledPart, 'count'>) => void;
}

/** A repeated number up to this many elements is written out; a larger one is filled at run time. */
const LARGEST_FULL_CONSTANT = 4096;

/** What an emitter writes with. */
export class EmitContext {
  private readonly fullValues = new Map<string, GraphValue>();
  private readonly sliced = new Map<string, readonly GraphValue[]>();
  private readonly kept = new Map<string, readonly GraphValue[]>();

  constructor(
    readonly writer: GraphWriter,
    readonly settings: EmitSettings,
    private readonly parent?: EmitContext,
  ) {}

  /** A context for the body of a loop. */
  child(): EmitContext {
    return new EmitContext(new GraphWriter(this.writer), this.settings, this);
  }

  /** Remembers that a value `[n, …]` consists of these n slices `[…]`. */
  rememberSlices(value: GraphValue, slices: readonly GraphValue[]): void {
    this.sliced.set(value.name, slices);
  }

  /** The slices along the first axis of a value that was cut, or put together from them. */
  slicesOf(value: GraphValue): readonly GraphValue[] | undefined {
    return this.sliced.get(value.name);
  }

  /** Keeps what a composite computed inside of it for its gradient, under its first output. */
  keepInner(output: GraphValue, inner: readonly GraphValue[]): void {
    this.kept.set(output.name, inner);
  }

  /** What {@link keepInner} kept. */
  innerOf(output: GraphValue): readonly GraphValue[] | undefined {
    return this.kept.get(output.name);
  }

  /** Writes an operation with one result, held in full. */
  op(
    op: string,
    inputs: readonly (GraphValue | string)[],
    type: TensorType,
    attributes?: TfAttributes,
  ): GraphValue {
    const name = this.writer.one(op, inputs.map(nameOf), type.dtype, attributes);
    return { name, shape: type.shape, type };
  }

  /** Writes an operation with several results, held in full. */
  ops(
    op: string,
    inputs: readonly (GraphValue | string)[],
    types: readonly TensorType[],
    attributes?: TfAttributes,
  ): GraphValue[] {
    const dtypes = types.map(({ dtype }) => dtype);
    const names = this.writer.node(op, inputs.map(nameOf), dtypes, attributes);
    return types.map((type, i) => ({ name: names[i] as string, shape: type.shape, type }));
  }

  /** A constant with these elements, which repeats to `type`. */
  constant(type: TensorType, shape: Shape, values: ArrayLike<number>): GraphValue {
    const name = this.writer.constant(type.dtype, shape, hostArray(type.dtype, values));
    return { name, shape, type };
  }

  /** One number that repeats to `type`. */
  splat(type: TensorType, value: number): GraphValue {
    return this.constant(type, [], [value]);
  }

  /** The value with every element of its type held by the engine. */
  full(value: GraphValue): GraphValue {
    if (sameShape(value.shape, value.type.shape)) return value;
    // Outside of the loop, rather than at every step of it.
    if (this.parent && !this.writer.owns(value.name)) return this.parent.full(value);
    const key = `${value.name}:${value.type.shape.join(',')}`;
    const known = this.fullValues.get(key);
    if (known) return known;
    const made = this.expand(value);
    this.fullValues.set(key, made);
    return made;
  }

  /** A value of one element held as a scalar, so that it repeats to any shape. */
  asScalar(value: GraphValue, type: TensorType): GraphValue {
    if (value.shape.length === 0) return { ...value, type };
    return { ...this.reshaped(value, []), type };
  }

  /** The engine's elements in another shape. */
  reshaped(value: GraphValue, shape: Shape): GraphValue {
    const type = { dtype: value.type.dtype, shape };
    if (sameShape(value.shape, shape)) return { ...value, type };
    const attributes: TfAttributes = { T: { type: type.dtype }, Tshape: { type: 'int32' } };
    return this.op('Reshape', [value, this.writer.int32(shape)], type, attributes);
  }

  private expand(value: GraphValue): GraphValue {
    const { type, shape } = value;
    const elements = this.writer.constantOf(value.name);
    if (elements?.length === 1 && sizeOf(type.shape) <= LARGEST_FULL_CONSTANT) {
      const element = Number(elements[0]);
      const all = Array.from({ length: sizeOf(type.shape) }, () => element);
      return this.constant(type, type.shape, all);
    }
    if (sizeOf(shape) === sizeOf(type.shape)) return this.reshaped(value, type.shape);
    const attributes: TfAttributes = { T: { type: type.dtype }, Tidx: { type: 'int32' } };
    return this.op('BroadcastTo', [value, this.writer.int32(type.shape)], type, attributes);
  }
}

function nameOf(input: GraphValue | string): string {
  return typeof input === 'string' ? input : input.name;
}

/** A tensor type. */
export function typed(dtype: DType, shape: Shape): TensorType {
  return { dtype, shape };
}
