/**
 * Values during code generation. ONNX repeats operands of element-wise operators by itself, so a
 * `broadcastTo` is not carried out: a {@link GraphValue} may be smaller than its type and stands for
 * its repetition. Element-wise results of such values are small again; who needs all elements asks
 * for them with {@link EmitContext.full}.
 */
import type { CompiledPart } from '@chronograd/backend';
import {
  sameShape,
  sizeOf,
  type CompositeNode,
  type DType,
  type Func,
  type PrimitiveName,
  type PrimitiveNode,
  type Shape,
  type TensorType,
} from '@chronograd/graph';
import type { OnnxArray, OnnxAttribute, OnnxDType, OnnxDomain } from '../onnx/model.ts';
import { arrayOf, type GraphWriter } from '../onnx/writer.ts';

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

/** Options of {@link EmitContext.op}. */
export interface OpOptions {
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
  readonly domain?: OnnxDomain;
}

/** Writes a whole function; returns its outputs. */
export type EmitFunction = (
  context: EmitContext,
  func: Func,
  inputs: readonly GraphValue[],
) => GraphValue[];

/** Writes a composite that was claimed; returns its outputs. */
export type EmitComposite = (
  context: EmitContext,
  node: CompositeNode,
  inputs: readonly GraphValue[],
) => readonly GraphValue[];

/** What is the same for a whole model. */
export interface EmitSettings {
  /** Only operators of the standard domain. */
  readonly portable: boolean;
  /** A scan of more nodes than this, unrolled, becomes a loop. */
  readonly unrollLimit: number;
  readonly emitFunction: EmitFunction;
  readonly emitComposite: EmitComposite;
  /** Told of every scan and composite and what became of it. */
  readonly report: (part: Omit<CompiledPart, 'count'>) => void;
}

/** What an emitter writes with. */
export class EmitContext {
  private readonly fullValues = new Map<string, GraphValue>();
  private readonly stacks = new Map<string, readonly GraphValue[]>();

  constructor(
    readonly writer: GraphWriter,
    readonly settings: EmitSettings,
    private readonly parent?: EmitContext,
  ) {}

  /** A context for the body of a loop. */
  child(): EmitContext {
    return new EmitContext(this.writer.child(), this.settings, this);
  }

  /** An input of this context's graph. */
  parameter(type: TensorType, hint?: string): GraphValue {
    const name = this.writer.define({ dtype: type.dtype, shape: type.shape }, hint);
    return { name, shape: type.shape, type };
  }

  /** The value in full, defined by a node of this very graph and under a name of its own. */
  own(value: GraphValue, hint?: string): GraphValue {
    const whole = this.full(value);
    const { dtype, shape } = whole.type;
    const name = this.writer.define({ dtype, shape }, hint);
    this.writer.nodes.push({
      op: 'Identity',
      domain: '',
      inputs: [whole.name],
      outputs: [name],
      attributes: {},
    });
    return { ...whole, name };
  }

  /** Remembers that a value `[n, …]` consists of these n slices `[…]`. */
  rememberSlices(value: GraphValue, slices: readonly GraphValue[]): void {
    this.stacks.set(value.name, slices);
  }

  /** The slices along the first axis of a value that was put together from them. */
  slicesOf(value: GraphValue): readonly GraphValue[] | undefined {
    return this.stacks.get(value.name) ?? this.parent?.slicesOf(value);
  }

  /** Writes an operator with one result, held in full. */
  op(
    op: string,
    inputs: readonly (GraphValue | string)[],
    type: TensorType,
    options: OpOptions = {},
  ): GraphValue {
    const names = inputs.map((input) => (typeof input === 'string' ? input : input.name));
    const name = this.writer.one(op, names, { dtype: type.dtype, shape: type.shape }, options);
    return { name, shape: type.shape, type };
  }

  /** A constant with these elements, which repeats to `type`. */
  constant(type: TensorType, shape: Shape, values: ArrayLike<number>): GraphValue {
    const name = this.writer.constant({ dtype: type.dtype, shape }, arrayOf(type.dtype, values));
    return { name, shape, type };
  }

  /** One number that repeats to `type`. */
  splat(type: TensorType, value: number): GraphValue {
    return this.constant(type, [], [value]);
  }

  /** A value of ONNX alone (such as int64 indices): its name. */
  raw(
    op: string,
    inputs: readonly string[],
    dtype: OnnxDType,
    shape: Shape,
    options: OpOptions = {},
  ): string {
    return this.writer.one(op, inputs, { dtype, shape }, options);
  }

  /** The value with every element of its type held by the engine. */
  full(value: GraphValue): GraphValue {
    if (sameShape(value.shape, value.type.shape)) return value;
    const key = `${value.name}:${value.type.shape.join(',')}`;
    const known = this.knownFull(key);
    if (known) return known;
    const made = this.expand(value);
    this.fullValues.set(key, made);
    return made;
  }

  /** Typed elements of a constant value, if it is one. */
  constantOf(value: GraphValue): OnnxArray | undefined {
    return this.writer.constantOf(value.name)?.data;
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
    // Without `allowzero`, 0 stands for the operand's dimension at its place.
    const options = shape.includes(0) ? { attributes: { allowzero: { int: 1 } } } : {};
    return this.op('Reshape', [value, this.writer.int64(shape)], type, options);
  }

  private knownFull(key: string): GraphValue | undefined {
    return this.fullValues.get(key) ?? this.parent?.knownFull(key);
  }

  private expand(value: GraphValue): GraphValue {
    const { type, shape } = value;
    const elements = this.constantOf(value);
    if (elements?.length === 1 && sizeOf(type.shape) <= LARGEST_FULL_CONSTANT) {
      const [element = 0] = Array.from(elements, Number);
      const all = Array.from({ length: sizeOf(type.shape) }, () => element);
      return this.constant(type, type.shape, all);
    }
    if (sizeOf(shape) === sizeOf(type.shape)) return this.reshaped(value, type.shape);
    return this.op('Expand', [value, this.writer.int64(type.shape)], type);
  }
}

/** A repeated number up to this many elements is written out; a larger one is expanded at run time. */
const LARGEST_FULL_CONSTANT = 16_384;

/** A tensor type. */
export function typed(dtype: DType, shape: Shape): TensorType {
  return { dtype, shape };
}
