/**
 * A function made ready to be interpreted: a step chosen for every node, and for every node the
 * values that nothing reads after it. Made once, run many times.
 */
import {
  sameShape,
  sizeOf,
  type Func,
  type Node,
  type PrimitiveAttributes,
  type ScanAttributes,
  type TensorType,
  type ValueId,
} from '@chronograd/graph';
import type { KernelName, Rule, SimplePrimitive, Step, Traits } from './rule.ts';
import { rules } from './rules/table.ts';

/** What is done for a node. */
export type Action =
  | { readonly kind: 'step'; readonly step: Step }
  /** The operand under another type, to which it is repeated. */
  | { readonly kind: 'alias' }
  | { readonly kind: 'source'; readonly source: Source }
  | { readonly kind: 'empty' }
  | { readonly kind: 'randomBits'; readonly attributes: PrimitiveAttributes['randomBits'] }
  | { readonly kind: 'scan'; readonly attributes: ScanAttributes; readonly body: Plan };

/** A tensor that depends on no value, and is made once. */
export type Source =
  | { readonly kind: 'constant'; readonly attributes: PrimitiveAttributes['constant'] }
  | { readonly kind: 'iota'; readonly attributes: PrimitiveAttributes['iota'] };

/** One node, ready to be run. */
export interface PlannedNode {
  readonly action: Action;
  readonly inputs: readonly ValueId[];
  readonly outputs: readonly ValueId[];
  /** Values that are read for the last time here. */
  readonly last: readonly ValueId[];
}

/** A function, ready to be run. */
export interface Plan {
  readonly func: Func;
  readonly nodes: readonly PlannedNode[];
}

/** The kernels that interpreting needs beyond those of the steps. */
const ALWAYS: readonly KernelName[] = ['Identity', 'Pack', 'Reshape', 'Slice', 'Tile'];

/** Plans a function without composites. */
export function planFunc(func: Func, traits: Traits): Plan {
  const last = lastUses(func);
  const nodes = func.nodes.map((node, i) => ({
    action: actionOf(node, func, traits),
    inputs: node.inputs,
    outputs: node.outputs,
    last: last[i] ?? [],
  }));
  return { func, nodes };
}

/** All kernels that a plan calls. */
export function kernelsOf(plan: Plan): Set<KernelName> {
  const names = new Set<KernelName>(ALWAYS);
  for (const { action } of plan.nodes) {
    if (action.kind === 'step') action.step.kernels.forEach((name) => names.add(name));
    if (action.kind === 'scan') kernelsOf(action.body).forEach((name) => names.add(name));
  }
  return names;
}

/** For each node, the values that it reads or defines and no later node or output reads. */
function lastUses(func: Func): ValueId[][] {
  const seen = new Set<ValueId>(func.outputs);
  const result: ValueId[][] = [];
  for (let i = func.nodes.length - 1; i >= 0; i--) {
    const node = func.nodes[i] as Node;
    result[i] = [];
    for (const id of [...node.inputs, ...node.outputs]) {
      if (seen.has(id)) continue;
      seen.add(id);
      result[i]?.push(id);
    }
  }
  return result;
}

function actionOf(node: Node, func: Func, traits: Traits): Action {
  const typesOf = (ids: readonly ValueId[]): TensorType[] =>
    ids.map((id) => func.types[id] as TensorType);
  if (node.op === 'scan')
    return {
      kind: 'scan',
      attributes: node.attributes,
      body: planFunc(node.attributes.body, traits),
    };
  if (node.op === 'composite' || node.op === 'compositeGradient')
    throw new TypeError(`${node.op} ${node.attributes.name} was not expanded`);
  const inputs = typesOf(node.inputs);
  const [output] = typesOf(node.outputs) as [TensorType];
  if (sizeOf(output.shape) === 0) return { kind: 'empty' };
  switch (node.op) {
    case 'constant':
      return { kind: 'source', source: { kind: 'constant', attributes: node.attributes } };
    case 'iota':
      return { kind: 'source', source: { kind: 'iota', attributes: node.attributes } };
    case 'randomBits':
      return { kind: 'randomBits', attributes: node.attributes };
    case 'broadcastTo':
    case 'stopGradient':
      return { kind: 'alias' };
    case 'reshape':
      if (sameShape(inputs[0]?.shape ?? [], output.shape)) return { kind: 'alias' };
      return { kind: 'step', step: rules.reshape(node.attributes, inputs, output, traits) };
    default:
      return { kind: 'step', step: stepOf(node.op, node.attributes, inputs, output, traits) };
  }
}

function stepOf<P extends SimplePrimitive>(
  op: P,
  attributes: unknown,
  inputs: readonly TensorType[],
  output: TensorType,
  traits: Traits,
): Step {
  const rule: Rule<PrimitiveAttributes[P]> = rules[op];
  return rule(attributes as PrimitiveAttributes[P], inputs, output, traits);
}
