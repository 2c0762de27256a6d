/**
 * Collects the nodes of a graph while it is generated. Loops are frames of TensorFlow's executor
 * (Enter, Merge, Switch, NextIteration, Exit): a node belongs to one frame, and what it reads from
 * a frame around it has to enter. The writer does that by itself, once for each value.
 */
import type { TfArray, TfAttributes, TfNode, TfType } from './model.ts';

/** What all frames of one graph share. */
interface Shared {
  readonly nodes: TfNode[];
  /** Names of constants by type and elements. */
  readonly constants: Map<string, string>;
  readonly constantData: Map<string, TfArray>;
  /** Element type of every value. */
  readonly types: Map<string, TfType>;
  /** The frame that a node belongs to, by its name. */
  readonly frameOf: Map<string, GraphWriter>;
  next: number;
}

/** Steps of a loop that may be under way at once: more would only hold on to more memory. */
const PARALLEL_ITERATIONS = 1;

/** Writes the nodes of one frame; that of the whole graph has no parent. */
export class GraphWriter {
  private readonly shared: Shared;
  private readonly frame: string;
  private readonly entered = new Map<string, string>();

  constructor(private readonly parent?: GraphWriter) {
    this.shared = parent?.shared ?? {
      nodes: [],
      constants: new Map(),
      constantData: new Map(),
      types: new Map(),
      frameOf: new Map(),
      next: 0,
    };
    this.frame = parent ? `frame${this.shared.next++}` : '';
  }

  /** All nodes so far, of all frames. */
  get nodes(): readonly TfNode[] {
    return this.shared.nodes;
  }

  /** A name that no node has. */
  freshName(): string {
    return `n${this.shared.next++}`;
  }

  /** Appends a node to this frame; returns its outputs, which have these element types. */
  node(
    op: string,
    inputs: readonly string[],
    outputs: readonly TfType[],
    attributes: TfAttributes = {},
    name: string = this.freshName(),
  ): string[] {
    const local = inputs.map((input) => this.local(input));
    return this.rawNode(op, local, outputs, attributes, name);
  }

  /** Appends a node that has one output. */
  one(
    op: string,
    inputs: readonly string[],
    output: TfType,
    attributes?: TfAttributes,
    name?: string,
  ): string {
    return this.node(op, inputs, [output], attributes, name)[0] as string;
  }

  /**
   * As {@link node}, with inputs that are taken as they are: those of an Enter, which reads from
   * the frame around, and of a Merge, which reads from a node that is yet to come.
   */
  rawNode(
    op: string,
    inputs: readonly string[],
    outputs: readonly TfType[],
    attributes: TfAttributes,
    name: string = this.freshName(),
  ): string[] {
    this.shared.nodes.push({ name, op, inputs, attributes });
    this.shared.frameOf.set(name, this);
    return outputs.map((type, i) => {
      const value = i === 0 ? name : `${name}:${i}`;
      this.shared.types.set(value, type);
      return value;
    });
  }

  /** A constant; equal ones are written once, in the outermost frame. */
  constant(dtype: TfType, shape: readonly number[], data: TfArray): string {
    const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    const key = `${dtype}[${shape.join(',')}]${bytes.toString('base64')}`;
    const known = this.shared.constants.get(key);
    if (known !== undefined) return known;
    const name = this.outermost().one('Const', [], dtype, {
      dtype: { type: dtype },
      value: { tensor: { dtype, shape, data } },
    });
    this.shared.constants.set(key, name);
    this.shared.constantData.set(name, data);
    return name;
  }

  /** A constant list of int32: shapes, axes, sizes. */
  int32(values: readonly number[]): string {
    return this.constant('int32', [values.length], Int32Array.from(values));
  }

  /** A constant int32 number. */
  int32Scalar(value: number): string {
    return this.constant('int32', [], Int32Array.of(value));
  }

  /** The elements of a value that is a constant. */
  constantOf(value: string): TfArray | undefined {
    return this.shared.constantData.get(value);
  }

  /** The element type of a value. */
  typeOf(value: string): TfType {
    const type = this.shared.types.get(value);
    if (!type) throw new TypeError(`tensorflow graph: '${value}' is not a value`);
    return type;
  }

  /** Whether a value belongs to this frame, rather than to one around it. */
  owns(value: string): boolean {
    return this.shared.frameOf.get(nodeOf(value)) === this;
  }

  /** Brings a value of the frame around into this one: once, or (`constant`) for every step. */
  enter(value: string, { constant }: { readonly constant: boolean }): string {
    if (!this.parent) throw new TypeError('tensorflow graph: there is no loop to enter');
    const type = this.typeOf(value);
    const attributes: TfAttributes = {
      T: { type },
      frame_name: { string: this.frame },
      is_constant: { bool: constant },
      parallel_iterations: { int: PARALLEL_ITERATIONS },
    };
    return this.rawNode('Enter', [this.parent.local(value)], [type], attributes)[0] as string;
  }

  /** A value, or an order `^node`, as this frame reads it. */
  private local(input: string): string {
    const name = nodeOf(input);
    const home = this.shared.frameOf.get(name);
    if (!home) throw new TypeError(`tensorflow graph: '${name}' is read before it is written`);
    if (home === this) return input;
    if (input.startsWith('^'))
      throw new TypeError(`tensorflow graph: an order across loops, after '${name}'`);
    const known = this.entered.get(input);
    if (known !== undefined) return known;
    const entered = this.enter(input, { constant: true });
    this.entered.set(input, entered);
    return entered;
  }

  private outermost(): GraphWriter {
    return this.parent ? this.parent.outermost() : this;
  }
}

/** The node of `node`, `node:1` or `^node`. */
function nodeOf(input: string): string {
  const start = input.startsWith('^') ? 1 : 0;
  const end = input.indexOf(':');
  return end < 0 ? input.slice(start) : input.slice(start, end);
}
