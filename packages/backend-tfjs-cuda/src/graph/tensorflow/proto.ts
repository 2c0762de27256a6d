/**
 * Serialises SavedModels. The messages are the part of TensorFlow's saved_model.proto and of what
 * it is made of that is used here, described by field numbers to protobufjs's reflection
 * (https://github.com/tensorflow/tensorflow/tree/master/tensorflow/core/protobuf and framework).
 */
import protobuf from 'protobufjs/light.js';
import {
  TF_TYPE,
  type TfAttribute,
  type TfEndpoint,
  type TfModel,
  type TfNode,
  type TfSignature,
} from './model.ts';

/** The tag under which the graph is loaded. */
export const SERVING_TAG = 'serve';

/**
 * The version of GraphDef's producer: that of TensorFlow 2.9, the oldest that tfjs-node 4.22 is
 * made for. Later ones read it.
 */
const GRAPH_PRODUCER = 1087;

/** `[number, type]`, and `repeated` or `map` (of strings to the type). */
type FieldRow = readonly [id: number, type: string, rule?: 'repeated' | 'map'];

const MESSAGES: Readonly<Record<string, Readonly<Record<string, FieldRow>>>> = {
  SavedModel: {
    savedModelSchemaVersion: [1, 'int64'],
    metaGraphs: [2, 'MetaGraphDef', 'repeated'],
  },
  MetaGraphDef: {
    metaInfoDef: [1, 'MetaInfoDef'],
    graphDef: [2, 'GraphDef'],
    signatureDef: [5, 'SignatureDef', 'map'],
  },
  MetaInfoDef: { tags: [4, 'string', 'repeated'] },
  SignatureDef: {
    inputs: [1, 'TensorInfo', 'map'],
    outputs: [2, 'TensorInfo', 'map'],
    methodName: [3, 'string'],
  },
  TensorInfo: { name: [1, 'string'], dtype: [2, 'int32'], tensorShape: [3, 'TensorShapeProto'] },
  GraphDef: { node: [1, 'NodeDef', 'repeated'], versions: [4, 'VersionDef'] },
  VersionDef: { producer: [1, 'int32'] },
  NodeDef: {
    name: [1, 'string'],
    op: [2, 'string'],
    input: [3, 'string', 'repeated'],
    attr: [5, 'AttrValue', 'map'],
  },
  // One of these is set (a oneof); protobufjs writes a field that is given, be it zero.
  AttrValue: {
    list: [1, 'ListValue'],
    s: [2, 'bytes'],
    i: [3, 'int64'],
    f: [4, 'float'],
    b: [5, 'bool'],
    type: [6, 'int32'],
    shape: [7, 'TensorShapeProto'],
    tensor: [8, 'TensorProto'],
  },
  // Its other fields are lists of the other kinds.
  ListValue: { i: [3, 'int64', 'repeated'] },
  TensorProto: {
    dtype: [1, 'int32'],
    tensorShape: [2, 'TensorShapeProto'],
    tensorContent: [4, 'bytes'],
  },
  TensorShapeProto: { dim: [2, 'Dim', 'repeated'] },
  Dim: { size: [1, 'int64'] },
};

let savedModelType: protobuf.Type | undefined;

/** The reflected message SavedModel; made once. */
export function savedModelProto(): protobuf.Type {
  if (savedModelType) return savedModelType;
  const root = new protobuf.Root();
  for (const [name, fields] of Object.entries(MESSAGES)) {
    const type = new protobuf.Type(name);
    for (const [field, [id, fieldType, rule]] of Object.entries(fields))
      type.add(
        rule === 'map'
          ? new protobuf.MapField(field, id, 'string', fieldType)
          : new protobuf.Field(field, id, fieldType, rule),
      );
    root.add(type);
  }
  savedModelType = root.lookupType('SavedModel');
  return savedModelType;
}

/** The bytes of `saved_model.pb`. */
export function encodeSavedModel({ nodes, signatures }: TfModel): Uint8Array {
  const message = {
    savedModelSchemaVersion: 1,
    metaGraphs: [
      {
        metaInfoDef: { tags: [SERVING_TAG] },
        graphDef: { node: nodes.map(nodeMessage), versions: { producer: GRAPH_PRODUCER } },
        signatureDef: mapped(signatures, signatureMessage),
      },
    ],
  };
  return savedModelProto()
    .encode(message as object as protobuf.Message)
    .finish();
}

function mapped<T>(
  values: Readonly<Record<string, T>>,
  message: (value: T) => object,
): Record<string, object> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, message(value)]));
}

function signatureMessage({ inputs, outputs }: TfSignature): object {
  return {
    inputs: mapped(inputs, endpointMessage),
    outputs: mapped(outputs, endpointMessage),
    methodName: 'tensorflow/serving/predict',
  };
}

function endpointMessage({ tensor, dtype, shape }: TfEndpoint): object {
  return { name: tensor, dtype: TF_TYPE[dtype], tensorShape: shapeMessage(shape) };
}

function nodeMessage({ name, op, inputs, attributes }: TfNode): object {
  return { name, op, input: inputs, attr: mapped(attributes, attributeMessage) };
}

function attributeMessage(value: TfAttribute): object {
  if ('type' in value) return { type: TF_TYPE[value.type] };
  if ('int' in value) return { i: value.int };
  if ('ints' in value) return { list: { i: value.ints } };
  if ('float' in value) return { f: value.float };
  if ('bool' in value) return { b: value.bool };
  if ('string' in value) return { s: new TextEncoder().encode(value.string) };
  if ('shape' in value) return { shape: shapeMessage(value.shape) };
  const { dtype, shape, data } = value.tensor;
  return {
    tensor: {
      dtype: TF_TYPE[dtype],
      tensorShape: shapeMessage(shape),
      tensorContent: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    },
  };
}

function shapeMessage(shape: readonly number[]): object {
  return { dim: shape.map((size) => ({ size })) };
}
