/**
 * The tensor types and the program: what every backend compiles. Pure data, no engine: a program
 * can be stored, compared and printed. Values are in single static assignment form, as in a jaxpr:
 * each {@link Node} reads values by number and defines new ones.
 */
import type { PrimitiveAttributes, PrimitiveName } from './primitives.ts';

/** Element type of a tensor. `bool` is held as one byte, 0 or 1. */
export type DType = 'float32' | 'int32' | 'uint32' | 'bool';

/** Static dimensions, outermost first; `[]` is a scalar. */
export type Shape = readonly number[];

/** Element type and static shape of a tensor. */
export interface TensorType {
  readonly dtype: DType;
  readonly shape: Shape;
}

/** A typed array that can hold a constant: float32 constants are kept in double precision. */
export type ConstantArray = Float64Array | Int32Array | Uint32Array | Uint8Array;

/** The number of a value within its {@link Func}; `func.types[id]` is its type. */
export type ValueId = number;

/** One application of a primitive. */
export interface PrimitiveNode<P extends PrimitiveName = PrimitiveName> {
  readonly op: P;
  readonly inputs: readonly ValueId[];
  readonly outputs: readonly ValueId[];
  readonly attributes: PrimitiveAttributes[P];
}

/** Options of a composite: plain JSON, so that programs stay data. */
export type CompositeOptions = Readonly<
  Record<string, string | number | boolean | null | readonly (string | number)[]>
>;

/**
 * A named group of primitives (`lstm`, `adam`, …) that a backend may run with a kernel of its own.
 * It owns its decomposition, a function of the same inputs and outputs.
 */
export interface CompositeNode {
  readonly op: 'composite';
  readonly inputs: readonly ValueId[];
  readonly outputs: readonly ValueId[];
  readonly attributes: {
    readonly name: string;
    readonly options: CompositeOptions;
    readonly decomposition: Func;
  };
}

/**
 * The gradient of a {@link CompositeNode}. Its inputs are the composite's inputs, then the
 * composite's outputs (which name the forward node that it belongs to), then one cotangent for
 * each output listed in `cotangents`; its outputs are the gradients of the inputs listed in `wrt`.
 */
export interface CompositeGradientNode {
  readonly op: 'compositeGradient';
  readonly inputs: readonly ValueId[];
  readonly outputs: readonly ValueId[];
  readonly attributes: {
    readonly name: string;
    readonly options: CompositeOptions;
    readonly decomposition: Func;
    /** Which outputs of the composite have a cotangent (the others are zero). */
    readonly cotangents: readonly number[];
    /** Which inputs of the composite a gradient is returned for. */
    readonly wrt: readonly number[];
  };
}

/** One step of a function: a primitive, a composite or the gradient of one. */
export type Node =
  | { readonly [P in PrimitiveName]: PrimitiveNode<P> }[PrimitiveName]
  | CompositeNode
  | CompositeGradientNode;

/** A pure function of tensors; nodes stand in an order in which they can be run. */
export interface Func {
  readonly inputs: readonly ValueId[];
  readonly outputs: readonly ValueId[];
  readonly nodes: readonly Node[];
  /** Type of every value, by its number. */
  readonly types: readonly TensorType[];
}

/** A tensor with the name under which it is fed, returned or kept. */
export interface NamedType {
  readonly name: string;
  readonly type: TensorType;
}

/**
 * A pure function of inputs and state. `func.inputs` are `inputs` then the state named in `reads`;
 * `func.outputs` are `outputs` then the new values of the state named in `writes`.
 */
export interface Entry {
  readonly inputs: readonly NamedType[];
  readonly reads: readonly string[];
  readonly outputs: readonly NamedType[];
  readonly writes: readonly string[];
  readonly func: Func;
}

/** State tensors and the entries that read and write them, e.g. `predict` and `trainStep`. */
export interface Program {
  /** Type of each state tensor, by name: parameters, optimizer slots, counters, recurrent state. */
  readonly state: Readonly<Record<string, TensorType>>;
  readonly entries: Readonly<Record<string, Entry>>;
}

/** Number of elements of a shape. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, dimension) => product * dimension, 1);
}

/** Whether two shapes are the same. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dimension, axis) => dimension === b[axis]);
}

/** Whether two tensor types are the same. */
export function sameType(a: TensorType, b: TensorType): boolean {
  return a.dtype === b.dtype && sameShape(a.shape, b.shape);
}

/** `float32[32,56,1]`: a type as it stands in messages. */
export function formatType(type: TensorType): string {
  return `${type.dtype}[${type.shape.join(',')}]`;
}

/** A float32 tensor type of the shape. */
export function float32(...shape: number[]): TensorType {
  return { dtype: 'float32', shape };
}

/** An int32 tensor type of the shape. */
export function int32(...shape: number[]): TensorType {
  return { dtype: 'int32', shape };
}
