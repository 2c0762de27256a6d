/**
 * Serialises models. The messages are the part of onnx.proto that is used here, described by field
 * numbers (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto) to protobufjs's reflection.
 */
import protobuf from 'protobufjs/light.js';
import type {
  OnnxAttribute,
  OnnxDType,
  OnnxGraph,
  OnnxNode,
  OnnxTensor,
  OnnxValue,
} from './model.ts';

/** The operator set that graphs are written in. */
export const OPSET = 21;
/** The version of the file format that came with it. */
export const IR_VERSION = 10;

type FieldRow = readonly [id: number, type: string, rule?: 'repeated'];

/** Message by message, field by field: `[number, type, repeated?]`. */
const MESSAGES: Readonly<Record<string, Readonly<Record<string, FieldRow>>>> = {
  ModelProto: {
    irVersion: [1, 'int64'],
    producerName: [2, 'string'],
    graph: [7, 'GraphProto'],
    opsetImport: [8, 'OperatorSetIdProto', 'repeated'],
  },
  OperatorSetIdProto: { domain: [1, 'string'], version: [2, 'int64'] },
  GraphProto: {
    node: [1, 'NodeProto', 'repeated'],
    name: [2, 'string'],
    initializer: [5, 'TensorProto', 'repeated'],
    input: [11, 'ValueInfoProto', 'repeated'],
    output: [12, 'ValueInfoProto', 'repeated'],
  },
  NodeProto: {
    input: [1, 'string', 'repeated'],
    output: [2, 'string', 'repeated'],
    name: [3, 'string'],
    opType: [4, 'string'],
    attribute: [5, 'AttributeProto', 'repeated'],
    domain: [7, 'string'],
  },
  AttributeProto: {
    name: [1, 'string'],
    f: [2, 'float'],
    i: [3, 'int64'],
    s: [4, 'bytes'],
    g: [6, 'GraphProto'],
    ints: [8, 'int64', 'repeated'],
    strings: [9, 'bytes', 'repeated'],
    type: [20, 'int32'],
  },
  TensorProto: {
    dims: [1, 'int64', 'repeated'],
    dataType: [2, 'int32'],
    name: [8, 'string'],
    rawData: [9, 'bytes'],
  },
  ValueInfoProto: { name: [1, 'string'], type: [2, 'TypeProto'] },
  TypeProto: { tensorType: [1, 'TensorTypeProto'] },
  TensorTypeProto: { elemType: [1, 'int32'], shape: [2, 'TensorShapeProto'] },
  TensorShapeProto: { dim: [1, 'DimensionProto', 'repeated'] },
  DimensionProto: { dimValue: [1, 'int64'] },
};

const ATTRIBUTE_TYPE = { float: 1, int: 2, string: 3, graph: 5, ints: 7, strings: 8 } as const;
const DATA_TYPE: Readonly<Record<OnnxDType, number>> = {
  float32: 1,
  int32: 6,
  int64: 7,
  bool: 9,
  uint32: 12,
};

let modelType: protobuf.Type | undefined;

/** The reflected ModelProto; made once. */
export function modelProto(): protobuf.Type {
  if (modelType) return modelType;
  const root = new protobuf.Root();
  for (const [name, fields] of Object.entries(MESSAGES)) {
    const type = new protobuf.Type(name);
    for (const [field, [id, fieldType, rule]] of Object.entries(fields))
      type.add(new protobuf.Field(field, id, fieldType, rule));
    root.add(type);
  }
  modelType = root.lookupType('ModelProto');
  return modelType;
}

/** The bytes of an `.onnx` file. */
export function encodeModel(graph: OnnxGraph): Uint8Array {
  const domains = usedDomains(graph);
  const type = modelProto();
  const message = {
    irVersion: IR_VERSION,
    producerName: 'chronograd',
    graph: graphMessage(graph),
    opsetImport: [
      { domain: '', version: OPSET },
      ...(domains.has('com.microsoft') ? [{ domain: 'com.microsoft', version: 1 }] : []),
    ],
  };
  return type.encode(message as object as protobuf.Message).finish();
}

function usedDomains(graph: OnnxGraph): Set<string> {
  const domains = new Set<string>();
  for (const { domain, attributes } of graph.nodes) {
    domains.add(domain);
    for (const attribute of Object.values(attributes))
      if ('graph' in attribute) usedDomains(attribute.graph).forEach((name) => domains.add(name));
  }
  return domains;
}

function graphMessage(graph: OnnxGraph): object {
  return {
    name: graph.name,
    node: graph.nodes.map(nodeMessage),
    initializer: graph.initializers.map(tensorMessage),
    input: graph.inputs.map(valueMessage),
    output: graph.outputs.map(valueMessage),
  };
}

function nodeMessage({ op, domain, inputs, outputs, attributes }: OnnxNode): object {
  return {
    input: inputs,
    output: outputs,
    opType: op,
    domain,
    attribute: Object.entries(attributes).map(([name, value]) => ({
      name,
      ...attributeMessage(value),
    })),
  };
}

function attributeMessage(value: OnnxAttribute): object {
  const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
  if ('int' in value) return { type: ATTRIBUTE_TYPE.int, i: value.int };
  if ('float' in value) return { type: ATTRIBUTE_TYPE.float, f: value.float };
  if ('string' in value) return { type: ATTRIBUTE_TYPE.string, s: utf8(value.string) };
  if ('ints' in value) return { type: ATTRIBUTE_TYPE.ints, ints: value.ints };
  if ('strings' in value) return { type: ATTRIBUTE_TYPE.strings, strings: value.strings.map(utf8) };
  return { type: ATTRIBUTE_TYPE.graph, g: graphMessage(value.graph) };
}

function tensorMessage({ name, dtype, shape, data }: OnnxTensor): object {
  return {
    name,
    dims: shape,
    dataType: DATA_TYPE[dtype],
    rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  };
}

function valueMessage({ name, type }: OnnxValue): object {
  const dim = type.shape.map((dimValue) => ({ dimValue }));
  return { name, type: { tensorType: { elemType: DATA_TYPE[type.dtype], shape: { dim } } } };
}
