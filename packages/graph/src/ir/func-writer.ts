/**
 * Writes a {@link Func} node by node: values, checked primitives, copies of other functions. The
 * operations by name are in {@link Builder}, which is what lowering and passes use.
 */
import { GraphError } from './errors.ts';
import type { PrimitiveAttributes, PrimitiveName } from './primitives.ts';
import { shapeRules, type ShapeRule } from './shape-rules.ts';
import {
  formatType,
  sameShape,
  type CompositeOptions,
  type Func,
  type Node,
  type PrimitiveNode,
  type TensorType,
  type ValueId,
} from './types.ts';

/** A value under construction: its number in the function being built, and its type. */
export interface Value {
  readonly id: ValueId;
  readonly type: TensorType;
}

/** The nodes and values of one function under construction. */
export class FuncWriter {
  private readonly inputIds: ValueId[] = [];
  private readonly nodeList: Node[] = [];
  private readonly typeList: TensorType[] = [];
  /** Place in `nodeList` of the node that defines a value; none for inputs. */
  private readonly makers: (number | undefined)[] = [];

  /** The nodes so far. */
  get nodes(): readonly Node[] {
    return this.nodeList;
  }

  /** Declares the next input. */
  input(type: TensorType): Value {
    const value = this.define(type);
    this.inputIds.push(value.id);
    return value;
  }

  /** Ends the function with these outputs. */
  finish(outputs: readonly Value[]): Func {
    return {
      inputs: [...this.inputIds],
      outputs: outputs.map((value) => value.id),
      nodes: [...this.nodeList],
      types: [...this.typeList],
    };
  }

  /** The value with a number, for passes that walk the nodes. */
  value(id: ValueId): Value {
    const type = this.typeList[id];
    if (!type) throw new GraphError('builder', 'value', `below ${this.typeList.length}`, `${id}`);
    return { id, type };
  }

  /** The node that defines a value, or `undefined` for an input. */
  producer(id: ValueId): Node | undefined {
    const place = this.makers[id];
    return place === undefined ? undefined : this.nodeList[place];
  }

  /**
   * Appends a primitive.
   * @throws {@link GraphError} where the operands do not fit.
   */
  emit<P extends PrimitiveName>(
    op: P,
    inputs: readonly Value[],
    attributes: PrimitiveAttributes[P],
  ): Value[] {
    const rule: ShapeRule<PrimitiveAttributes[P]> = shapeRules[op];
    const types = rule(
      inputs.map((value) => value.type),
      attributes,
    );
    const outputs = types.map((type) => this.define(type));
    const node: PrimitiveNode<P> = {
      op,
      inputs: inputs.map((value) => value.id),
      outputs: outputs.map((value) => value.id),
      attributes,
    };
    // One primitive's node is a member of the union of all; the compiler cannot see it for a P.
    this.push(node as unknown as Node);
    return outputs;
  }

  /** Appends a primitive that has one result. */
  one<P extends PrimitiveName>(
    op: P,
    inputs: readonly Value[],
    attributes: PrimitiveAttributes[P],
  ): Value {
    const [value] = this.emit(op, inputs, attributes);
    if (!value) throw new GraphError(op, 'results', '1', '0');
    return value;
  }

  /** Appends a node whose inputs and result types are known to be right (copies, composites). */
  append(node: Node, types: readonly TensorType[]): Value[] {
    const outputs = types.map((type) => this.define(type));
    this.push({ ...node, outputs: outputs.map((value) => value.id) });
    return outputs;
  }

  /**
   * Puts another node in the place of an earlier one, with more outputs: the outputs that it had
   * keep their numbers. Differentiation uses it to keep what a scan's gradient needs.
   */
  extend(index: number, node: Node, extraTypes: readonly TensorType[]): Value[] {
    const old = this.nodeList[index];
    if (!old) throw new GraphError('builder', 'node', `below ${this.nodeList.length}`, `${index}`);
    const extra = extraTypes.map((type) => this.define(type));
    this.nodeList[index] = { ...node, outputs: [...old.outputs, ...extra.map((v) => v.id)] };
    extra.forEach((value) => (this.makers[value.id] = index));
    return extra;
  }

  /** Copies a function's nodes to here, with these values for its inputs; returns its outputs. */
  inline(func: Func, inputs: readonly Value[]): Value[] {
    return this.inlineWithMap(func, inputs).outputs;
  }

  /** As {@link inline}, and returns the value that each of the function's values became. */
  inlineWithMap(
    func: Func,
    inputs: readonly Value[],
  ): { outputs: Value[]; values: ReadonlyMap<ValueId, Value> } {
    if (inputs.length !== func.inputs.length)
      throw new GraphError('inline', 'inputs', `${func.inputs.length}`, `${inputs.length}`);
    const values = new Map<ValueId, Value>();
    func.inputs.forEach((id, i) => {
      const value = inputs[i];
      if (value) values.set(id, value);
    });
    const at = (id: ValueId): Value => {
      const value = values.get(id);
      if (!value) throw new GraphError('inline', `value ${id}`, 'defined before its use', 'none');
      return value;
    };
    for (const node of func.nodes) {
      const copy = { ...node, inputs: node.inputs.map((id) => at(id).id) } as Node;
      const types = node.outputs.map((id) => func.types[id] as TensorType);
      this.append(copy, types).forEach((value, i) => values.set(node.outputs[i] as ValueId, value));
    }
    return { outputs: func.outputs.map(at), values };
  }

  /** Appends a composite with its decomposition; returns the decomposition's outputs. */
  composite(
    name: string,
    options: CompositeOptions,
    decomposition: Func,
    inputs: readonly Value[],
  ): Value[] {
    const types = decomposition.outputs.map((id) => decomposition.types[id] as TensorType);
    decomposition.inputs.forEach((id, i) => {
      const expected = decomposition.types[id] as TensorType;
      const found = inputs[i];
      if (
        !found ||
        found.type.dtype !== expected.dtype ||
        !sameShape(found.type.shape, expected.shape)
      )
        throw new GraphError(
          name,
          `input ${i}`,
          formatType(expected),
          found ? formatType(found.type) : 'none',
        );
    });
    return this.append(
      {
        op: 'composite',
        inputs: inputs.map((value) => value.id),
        outputs: [],
        attributes: { name, options, decomposition },
      },
      types,
    );
  }

  protected define(type: TensorType): Value {
    const id = this.typeList.length;
    this.typeList.push(type);
    return { id, type };
  }

  private push(node: Node): void {
    const place = this.nodeList.push(node) - 1;
    for (const id of node.outputs) this.makers[id] = place;
  }
}
