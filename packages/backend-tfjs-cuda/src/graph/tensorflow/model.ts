/** TensorFlow graphs as plain data: the part of GraphDef that is written here. */

/** Element types; `resource` is the handle of a variable or of a TensorArray. */
export type TfType = 'float32' | 'int32' | 'int64' | 'uint32' | 'bool' | 'resource';

/** The numbers of `DataType` in tensorflow/core/framework/types.proto. */
export const TF_TYPE: Readonly<Record<TfType, number>> = {
  float32: 1,
  int32: 3,
  int64: 9,
  bool: 10,
  resource: 20,
  uint32: 22,
};

/** Elements of a constant. */
export type TfArray = Float32Array | Int32Array | BigInt64Array | Uint32Array | Uint8Array;

/** An attribute's value, tagged with its kind, which GraphDef tells apart. */
export type TfAttribute =
  | { readonly type: TfType }
  | { readonly int: number }
  | { readonly ints: readonly number[] }
  | { readonly float: number }
  | { readonly bool: boolean }
  | { readonly string: string }
  | { readonly shape: readonly number[] }
  | {
      readonly tensor: {
        readonly dtype: TfType;
        readonly shape: readonly number[];
        readonly data: TfArray;
      };
    };

/** Attributes by name. */
export type TfAttributes = Readonly<Record<string, TfAttribute>>;

/** One operation. Inputs are `node`, `node:1` for a later output, `^node` for its order alone. */
export interface TfNode {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly string[];
  readonly attributes: TfAttributes;
}

/** A tensor of the graph under the name that a signature gives it. */
export interface TfEndpoint {
  /** `node:output` */
  readonly tensor: string;
  readonly dtype: TfType;
  readonly shape: readonly number[];
}

/** What is fed and fetched together: a function of the model. */
export interface TfSignature {
  readonly inputs: Readonly<Record<string, TfEndpoint>>;
  readonly outputs: Readonly<Record<string, TfEndpoint>>;
}

/** A graph with its signatures. */
export interface TfModel {
  readonly nodes: readonly TfNode[];
  readonly signatures: Readonly<Record<string, TfSignature>>;
}
