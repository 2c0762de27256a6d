import type { InitializerSpec } from '../documents/initializers.ts';
import type { InputLayer, LayerSpec } from '../documents/layers.ts';
import type { ModelSpec } from '../documents/model.ts';
import type { ConstraintSpec, RegularizerSpec } from '../documents/regularizers.ts';

/** A shape without the batch; null is a size that is known only when fed. */
export type LayerShape = (number | null)[];

/** A tensor that a layer gives. */
export interface LayerOutput {
  /** `lstm` for the output, `lstm:h` and `lstm:c` for returned states. */
  readonly reference: string;
  /** Without the batch: `[time, features]`. */
  readonly shape: LayerShape;
  readonly dtype: InputLayer['dtype'];
}

/** A tensor of a layer, in Keras's layout. */
export interface ParameterSpec {
  /** `<layer>/<variable>`, as in `lstm/recurrentKernel`. */
  readonly name: string;
  readonly layer: string;
  /** `kernel`, `recurrentKernel`, `bias`, … */
  readonly variable: string;
  readonly shape: number[];
  /** How it starts. As in Keras, the whole matrix is one, however many gates lie in it. */
  readonly initializer: InitializerSpec;
  /** Of an lstm's bias: the forget gate's part starts with ones, whatever the initializer gives. */
  readonly unitForgetBias?: boolean;
  /** Absent for what is trained; false for what a layer keeps by itself, as moving averages. */
  readonly trainable?: false;
  /** What it adds to the loss. */
  readonly regularizer?: RegularizerSpec;
  /** What it is held to after each step. */
  readonly constraint?: ConstraintSpec;
  /** How many gates lie side by side along the last axis: 4 of an lstm, 3 of a gru. */
  readonly gates?: number;
}

/** A layer with its shapes and parameters. */
export interface ResolvedLayer {
  readonly spec: LayerSpec;
  /** The output, then the returned states. */
  readonly outputs: LayerOutput[];
  /** What it reads, in the order of `spec.inputs`. */
  readonly inputs: LayerOutput[];
  /** Its own: none where it uses those of another layer. */
  readonly parameters: ParameterSpec[];
}

/** A model whose layers fit each other. */
export interface ResolvedModel {
  readonly spec: ModelSpec;
  /** In the order of the spec: each stands after what it reads. */
  readonly layers: ResolvedLayer[];
  /** Outputs of the input layers, in the order of the spec. */
  readonly inputs: LayerOutput[];
  /** In the order of `spec.outputs`. */
  readonly outputs: LayerOutput[];
  /** All parameters, layer by layer. */
  readonly parameters: ParameterSpec[];
}
