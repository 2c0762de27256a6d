/** Checks that a program is well formed: for passes under test, and for programs from elsewhere. */
import { GraphError } from './errors.ts';
import type { PrimitiveAttributes, PrimitiveName } from './primitives.ts';
import { shapeRules, type ShapeRule } from './shape-rules.ts';
import {
  formatType,
  sameType,
  type Entry,
  type Func,
  type Node,
  type Program,
  type TensorType,
  type ValueId,
} from './types.ts';

/**
 * Checks every entry of a program: its function, and that names and types agree with its inputs,
 * its outputs and the state.
 * @throws {@link GraphError} for the first thing that is wrong.
 */
export function validate(program: Program): void {
  for (const [name, entry] of Object.entries(program.entries))
    validateEntry(`entry "${name}"`, entry, program.state);
}

function validateEntry(where: string, entry: Entry, state: Program['state']): void {
  const { inputs, reads, outputs, writes, func } = entry;
  const kept = (kind: string, names: readonly string[]): TensorType[] =>
    names.map((name) => {
      const type = Object.hasOwn(state, name) ? state[name] : undefined;
      if (type) return type;
      throw new GraphError(where, kind, `a state tensor`, `"${name}"`);
    });
  distinct(where, 'inputs', [...inputs.map(({ name }) => name)]);
  distinct(where, 'outputs', [...outputs.map(({ name }) => name)]);
  distinct(where, 'reads', reads);
  distinct(where, 'writes', writes);
  validateFunc(func, where);
  const taken = [...inputs.map(({ type }) => type), ...kept('reads', reads)];
  const given = [...outputs.map(({ type }) => type), ...kept('writes', writes)];
  agree(where, 'input', taken, typesOf(func, func.inputs));
  agree(where, 'output', given, typesOf(func, func.outputs));
}

/**
 * Checks a function: each value has one definition, before its first use, and the type that the
 * shape rule of its node gives; the functions inside of scans and composites too.
 * @throws {@link GraphError} for the first thing that is wrong.
 */
export function validateFunc(func: Func, where = 'function'): void {
  const defined = new Set<ValueId>();
  const define = (id: ValueId, by: string): void => {
    if (defined.has(id)) throw new GraphError(by, `value ${id}`, 'one definition', 'two');
    if (!func.types[id]) throw new GraphError(by, `value ${id}`, 'a type', 'none');
    defined.add(id);
  };
  const use = (id: ValueId, by: string): void => {
    if (!defined.has(id))
      throw new GraphError(by, `value ${id}`, 'a definition before its use', 'none');
  };
  func.inputs.forEach((id) => define(id, where));
  func.nodes.forEach((node, i) => {
    const at = `${where}: node ${i} (${node.op})`;
    node.inputs.forEach((id) => use(id, at));
    const expected = resultTypes(node, typesOf(func, node.inputs), at);
    node.outputs.forEach((id) => define(id, at));
    agree(at, 'result', expected, typesOf(func, node.outputs));
  });
  func.outputs.forEach((id) => use(id, where));
}

function resultTypes(node: Node, inputs: readonly TensorType[], at: string): TensorType[] {
  if (node.op === 'composite' || node.op === 'compositeGradient') {
    const { decomposition } = node.attributes;
    validateFunc(decomposition, `${at}: ${node.attributes.name}`);
    const taken = typesOf(decomposition, decomposition.inputs);
    const given = typesOf(decomposition, decomposition.outputs);
    if (node.op === 'composite') {
      agree(at, 'input', taken, inputs);
      return given;
    }
    const pick = (types: readonly TensorType[], kind: string, places: readonly number[]) =>
      places.map((place) => {
        const type = types[place];
        if (type) return type;
        throw new GraphError(at, kind, `places below ${types.length}`, `${place}`);
      });
    const { cotangents, wrt } = node.attributes;
    agree(at, 'input', [...taken, ...given, ...pick(given, 'cotangents', cotangents)], inputs);
    return pick(taken, 'wrt', wrt);
  }
  if (node.op === 'scan') validateFunc(node.attributes.body, `${at}: body`);
  return applyRule(node.op, inputs, node.attributes, at);
}

function applyRule<P extends PrimitiveName>(
  op: P,
  inputs: readonly TensorType[],
  attributes: unknown,
  at: string,
): TensorType[] {
  const rule: ShapeRule<PrimitiveAttributes[P]> = shapeRules[op];
  try {
    return rule(inputs, attributes as PrimitiveAttributes[P]);
  } catch (error) {
    if (!(error instanceof GraphError)) throw error;
    throw new GraphError(at, error.argument, error.expected, error.found);
  }
}

function typesOf(func: Func, ids: readonly ValueId[]): TensorType[] {
  return ids.map((id) => func.types[id] as TensorType);
}

function agree(
  where: string,
  kind: string,
  expected: readonly TensorType[],
  found: readonly TensorType[],
): void {
  if (expected.length !== found.length)
    throw new GraphError(where, `${kind}s`, `${expected.length}`, `${found.length}`);
  expected.forEach((type, i) => {
    const other = found[i] as TensorType;
    if (!sameType(type, other))
      throw new GraphError(where, `${kind} ${i}`, formatType(type), formatType(other));
  });
}

function distinct(where: string, kind: string, names: readonly string[]): void {
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined)
    throw new GraphError(where, kind, 'names that differ', `"${twice}" twice`);
}
