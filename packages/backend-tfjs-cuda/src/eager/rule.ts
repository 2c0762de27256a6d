/**
 * What computes one primitive with tfjs kernels. A rule names the kernels that it calls, and its
 * type allows it no others: so a program is refused when it is compiled, and not in the middle of
 * a step, where a tfjs backend lacks one.
 *
 * Kernels are called directly. The functions of tfjs (`tf.add`, …) check shapes once more and open
 * a scope each, which takes longer than adding [32, 32].
 */
import {
  engine,
  tidy,
  type NamedAttrMap,
  type NamedTensorMap,
  type Tensor,
} from '@tensorflow/tfjs-core';
import type { PrimitiveAttributes, PrimitiveName, TensorType } from '@chronograd/graph';

/** The tfjs kernels in use. A name is registered once for each tfjs backend that has the kernel. */
export type KernelName =
  | 'Abs'
  | 'Add'
  | 'ArgMax'
  | 'BatchMatMul'
  | 'Cast'
  | 'Concat'
  | 'Cos'
  | 'Equal'
  | 'Exp'
  | 'Floor'
  | 'FloorDiv'
  | 'GatherV2'
  | 'GreaterEqual'
  | 'Identity'
  | 'Less'
  | 'Log'
  | 'LogicalAnd'
  | 'LogicalNot'
  | 'LogicalOr'
  | 'Max'
  | 'Maximum'
  | 'Minimum'
  | 'Multiply'
  | 'Neg'
  | 'NotEqual'
  | 'Pack'
  | 'PadV2'
  | 'Pow'
  | 'RealDiv'
  | 'Reshape'
  | 'Reverse'
  | 'ScatterNd'
  | 'Select'
  | 'Sigmoid'
  | 'Sign'
  | 'Sin'
  | 'Slice'
  | 'Sqrt'
  | 'Sub'
  | 'Sum'
  | 'Tanh'
  | 'Tile'
  | 'Transpose';

/** Runs a kernel on the current tfjs backend; the result is the caller's to dispose of. */
export type Call<K extends KernelName> = (
  name: K,
  inputs: NamedTensorMap | readonly Tensor[],
  attributes?: NamedAttrMap,
) => Tensor;

const call: Call<KernelName> = (name, inputs, attributes) =>
  // Kernels of a list of tensors, such as Concat, take an array where the type wants names.
  engine().runKernel<Tensor>(name, inputs as NamedTensorMap, attributes);

/** Computes a result. Operands belong to the caller and stay; the result is a new tensor. */
export type Compute = (inputs: readonly Tensor[]) => Tensor;

/** A primitive with its types and attributes filled in, ready to run many times. */
export interface Step {
  readonly kernels: readonly KernelName[];
  /**
   * Whether operands may be smaller than their types, where repeating them gives the type's shape;
   * the result may be smaller then as well.
   */
  readonly compact: boolean;
  readonly compute: Compute;
}

/** What is known of a tfjs backend beyond its list of kernels. */
export interface Traits {
  /** Whether products of int32 are exact modulo 2^32; in JavaScript they pass through float64. */
  readonly exactProducts: boolean;
  /** Whether the greater and the lesser of a number and NaN are NaN, whichever comes first. */
  readonly extremaKeepNaN: boolean;
  /** Whether `sin(-x)` is `-sin(x)` to all digits. */
  readonly oddSine: boolean;
  /** Whether the sign of a number is not zero, however small it is, and that of NaN is NaN. */
  readonly exactSign: boolean;
}

/** Chooses the step for a node. */
export type Rule<A> = (
  attributes: A,
  inputs: readonly TensorType[],
  output: TensorType,
  traits: Traits,
) => Step;

/** Primitives that are one step; the others are run by the interpreter itself. */
export type SimplePrimitive = Exclude<
  PrimitiveName,
  'constant' | 'iota' | 'randomBits' | 'broadcastTo' | 'stopGradient' | 'scan'
>;

/** The rule of every primitive that is one step: one without does not compile. */
export type RuleTable<P extends SimplePrimitive = SimplePrimitive> = {
  readonly [Q in P]: Rule<PrimitiveAttributes[Q]>;
};

/** A step of one kernel or none, whose intermediate tensors are none. */
export function single<K extends KernelName>(
  kernel: K,
  compute: (call: Call<K>, inputs: readonly Tensor[]) => Tensor,
  compact = false,
): Step {
  return { kernels: [kernel], compact, compute: (inputs) => compute(call, inputs) };
}

/** A step of several kernels; what is made on the way is disposed of. */
export function several<K extends KernelName>(
  kernels: readonly K[],
  compute: (call: Call<K>, inputs: readonly Tensor[]) => Tensor,
  compact = false,
): Step {
  return {
    kernels,
    compact,
    compute: (inputs) => tidy(() => compute(call, inputs)),
  };
}

/** Kernels of operands `a` and `b`, which repeat the smaller one by themselves. */
export type BinaryKernel =
  | 'Add'
  | 'Equal'
  | 'Less'
  | 'LogicalAnd'
  | 'Maximum'
  | 'Minimum'
  | 'Multiply'
  | 'NotEqual'
  | 'Pow'
  | 'RealDiv'
  | 'Sub';

/** Element-wise kernels of an operand `x`. */
export type UnaryKernel =
  | 'Abs'
  | 'Cos'
  | 'Exp'
  | 'Floor'
  | 'Log'
  | 'LogicalNot'
  | 'Neg'
  | 'Sigmoid'
  | 'Sign'
  | 'Sin'
  | 'Sqrt'
  | 'Tanh';

/** A step of one kernel of two operands. */
export function binaryStep(kernel: BinaryKernel): Step {
  return single(
    kernel,
    (run, inputs) => run(kernel, { a: operand(inputs, 0), b: operand(inputs, 1) }),
    true,
  );
}

/** A step of one element-wise kernel of one operand. */
export function unaryStep(kernel: UnaryKernel): Step {
  return single(kernel, (run, inputs) => run(kernel, { x: operand(inputs, 0) }), true);
}

/** The operand at a place; that it is there, the shape rule has checked. */
export function operand(inputs: readonly Tensor[], place: number): Tensor {
  return inputs[place] as Tensor;
}
