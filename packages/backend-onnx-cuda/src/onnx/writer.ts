/** Collects the nodes and constants of a graph while it is generated. */
import { hostArray } from '@chronograd/backend';
import type {
  OnnxArray,
  OnnxAttribute,
  OnnxDomain,
  OnnxDType,
  OnnxGraph,
  OnnxNode,
  OnnxTensor,
  OnnxType,
  OnnxValue,
} from './model.ts';

/** What all graphs of one model share: names, constants and the type of every value. */
interface Shared {
  readonly names: Set<string>;
  readonly constants: Map<string, OnnxTensor>;
  readonly types: Map<string, OnnxType>;
  next: number;
}

/** Options of {@link GraphWriter.node}. */
export interface NodeOptions {
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
  readonly domain?: OnnxDomain;
}

/** Writes one graph; bodies of loops are written by {@link child} writers. */
export class GraphWriter {
  readonly nodes: OnnxNode[] = [];
  private readonly shared: Shared;

  constructor(parent?: GraphWriter) {
    this.shared = parent?.shared ?? {
      names: new Set(['']),
      constants: new Map(),
      types: new Map(),
      next: 0,
    };
  }

  /** A writer for the body of a loop, which sees the names of this graph. */
  child(): GraphWriter {
    return new GraphWriter(this);
  }

  /** The type of a value of this graph or another of the same model. */
  typeOf(name: string): OnnxType {
    const type = this.shared.types.get(name);
    if (!type) throw new TypeError(`onnx graph: value '${name}' is not defined`);
    return type;
  }

  /** Reserves a name that no other value has: the hint itself, if it is free. */
  define(type: OnnxType, hint?: string): string {
    let name = hint ?? `v${this.shared.next++}`;
    while (this.shared.names.has(name)) name = `${hint ?? 'v'}.${this.shared.next++}`;
    this.shared.names.add(name);
    this.shared.types.set(name, type);
    return name;
  }

  /** Appends a node; returns the names of its outputs. */
  node(
    op: string,
    inputs: readonly string[],
    results: readonly OnnxType[],
    { attributes = {}, domain = '' }: NodeOptions = {},
  ): string[] {
    const outputs = results.map((type) => this.define(type));
    this.nodes.push({ op, domain, inputs, outputs, attributes });
    return outputs;
  }

  /** Appends a node that has one output. */
  one(op: string, inputs: readonly string[], result: OnnxType, options?: NodeOptions): string {
    return this.node(op, inputs, [result], options)[0] as string;
  }

  /** A constant; equal ones are written once, in the outermost graph. */
  constant(type: OnnxType, data: OnnxArray): string {
    const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    const key = `${type.dtype}[${type.shape.join(',')}]${bytes.toString('base64')}`;
    const known = this.shared.constants.get(key);
    if (known) return known.name;
    const name = this.define(type, `c${this.shared.constants.size}`);
    this.shared.constants.set(key, { name, ...type, data });
    return name;
  }

  /** A constant with a name of its own. */
  initializer(hint: string, type: OnnxType, data: OnnxArray): string {
    const name = this.define(type, hint);
    this.shared.constants.set(`named ${name}`, { name, ...type, data });
    return name;
  }

  /** A constant list of int64: shapes, axes, split sizes. */
  int64(values: readonly number[]): string {
    const data = BigInt64Array.from(values, (value) => BigInt(value));
    return this.constant({ dtype: 'int64', shape: [values.length] }, data);
  }

  /** A constant number. */
  scalar(dtype: OnnxDType, value: number): string {
    return this.constant({ dtype, shape: [] }, arrayOf(dtype, [value]));
  }

  /** The constant's elements, where a value is one. */
  constantOf(name: string): OnnxTensor | undefined {
    for (const tensor of this.shared.constants.values()) if (tensor.name === name) return tensor;
    return undefined;
  }

  /** The body of a loop: its constants stand in the outermost graph. */
  body(name: string, inputs: readonly string[], outputs: readonly string[]): OnnxGraph {
    return {
      name,
      inputs: inputs.map((input) => this.value(input)),
      outputs: outputs.map((output) => this.value(output)),
      nodes: this.nodes,
      initializers: [],
    };
  }

  /** The outermost graph with all constants. */
  finish(name: string, inputs: readonly string[], outputs: readonly string[]): OnnxGraph {
    return {
      ...this.body(name, inputs, outputs),
      initializers: [...this.shared.constants.values()],
    };
  }

  private value(name: string): OnnxValue {
    return { name, type: this.typeOf(name) };
  }
}

/** Numbers as a typed array of the element type. */
export function arrayOf(dtype: OnnxDType, values: ArrayLike<number>): OnnxArray {
  if (dtype !== 'int64') return hostArray(dtype, values);
  return BigInt64Array.from(Array.from(values, (value) => BigInt(value)));
}
