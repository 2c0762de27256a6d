/** An ONNX model as plain data: what the code generator writes and {@link encodeModel} serialises. */

/** Element types used here, by their names in ONNX's TensorProto. */
export type OnnxDType = 'float32' | 'int32' | 'uint32' | 'int64' | 'bool';

/** Elements of an ONNX tensor by type; bool is one byte. */
export type OnnxArray = Float32Array | Int32Array | Uint32Array | BigInt64Array | Uint8Array;

/** Element type and shape. */
export interface OnnxType {
  readonly dtype: OnnxDType;
  readonly shape: readonly number[];
}

/** A constant of the model. */
export interface OnnxTensor extends OnnxType {
  readonly name: string;
  readonly data: OnnxArray;
}

/** An attribute's value, tagged with its kind because ONNX tells 1 from 1.0. */
export type OnnxAttribute =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly string: string }
  | { readonly ints: readonly number[] }
  | { readonly strings: readonly string[] }
  | { readonly graph: OnnxGraph };

/** The operator sets that nodes come from; '' is the standard one (`ai.onnx`). */
export type OnnxDomain = '' | 'com.microsoft';

/** One operator applied; values are known by their names, and '' leaves an optional one out. */
export interface OnnxNode {
  readonly op: string;
  readonly domain: OnnxDomain;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

/** A named value with its type. */
export interface OnnxValue {
  readonly name: string;
  readonly type: OnnxType;
}

/** A graph, or the body of a Scan. */
export interface OnnxGraph {
  readonly name: string;
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
}

/** Number of nodes, those in bodies included. */
export function countNodes(graph: OnnxGraph): number {
  return graph.nodes.reduce(
    (count, { attributes }) =>
      Object.values(attributes).reduce(
        (inner, attribute) => inner + ('graph' in attribute ? countNodes(attribute.graph) : 0),
        count + 1,
      ),
    0,
  );
}
