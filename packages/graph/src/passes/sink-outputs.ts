/**
 * Writes outputs of scans after the scan, where all steps are made at once from something smaller
 * that the scan gives out: `ys = dh * p` with `p` scanned is the stack of `dh` times `p`. The
 * counterpart of hoisting. The body loses the work that only such outputs needed, and values that
 * outputs no longer share can be regrouped.
 */
import type { Builder, Value } from '../ir/builder.ts';
import { sizeOf, type Func, type Node, type TensorType, type ValueId } from '../ir/types.ts';
import { vectorize, type StepOperand } from '../autodiff/vectorize.ts';
import { rewrite } from './rewrite.ts';

type ScanNode = Node & { readonly op: 'scan' };

/** The function with the outputs of its scans made outside, where that gives out less. */
export function sinkOutputs(func: Func): Func {
  return rewrite(func, ({ b, node, inputs }) =>
    node.op === 'scan' ? sink(b, node, inputs) : undefined,
  );
}

function sink(b: Builder, node: ScanNode, inputs: readonly Value[]): Value[] {
  const body = sinkOutputs(node.attributes.body);
  const { consts, carries, length } = node.attributes;
  const cones = new Cones(body, consts, carries);
  const outputs = body.outputs.slice(carries);
  const sunk = choose(body, outputs, cones);
  const kept = [...new Set(outputs.map((id) => sunk.get(id) ?? id))];
  const results = b.emit('scan', inputs, {
    ...node.attributes,
    body: { ...body, outputs: [...body.outputs.slice(0, carries), ...kept] },
  });
  const given = new Map(kept.map((id, i) => [id, results[carries + i] as Value]));
  const stacks = new Map<ValueId, StepOperand>();
  given.forEach((value, id) => stacks.set(id, { value, stacked: true }));
  body.inputs.forEach((id, i) => {
    const isConst = i < consts;
    if (isConst || i >= consts + carries)
      stacks.set(id, { value: inputs[i] as Value, stacked: !isConst });
  });
  const outside = (id: ValueId): StepOperand => {
    const known = stacks.get(id);
    if (known) return known;
    const made = cones.makers.get(id) as Node;
    const operands = made.inputs.map(outside);
    const stacked = operands.some((operand) => operand.stacked);
    const type = body.types[id] as TensorType;
    const copy = { ...made, inputs: operands.map(({ value }) => value.id) } as Node;
    const value = stacked ? vectorize(b, made, operands, length, type) : b.append(copy, [type])[0];
    if (!value) throw new TypeError(`scan: ${made.op} cannot be applied to all steps together`);
    const result = { value, stacked };
    stacks.set(id, result);
    return result;
  };
  return [...results.slice(0, carries), ...outputs.map((id) => given.get(id) ?? outside(id).value)];
}

/** From each output that is to be made outside to the value that it is made of. */
function choose(body: Func, outputs: readonly ValueId[], cones: Cones): Map<ValueId, ValueId> {
  const byLeaf = new Map<ValueId, Set<ValueId>>();
  for (const id of outputs) {
    const [leaf, ...others] = cones.leaves(id);
    if (leaf === undefined || leaf === id || others.length > 0) continue;
    byLeaf.set(leaf, (byLeaf.get(leaf) ?? new Set()).add(id));
  }
  const size = (id: ValueId): number => sizeOf((body.types[id] as TensorType).shape);
  const sunk = new Map<ValueId, ValueId>();
  for (const [leaf, made] of byLeaf) {
    const added = outputs.includes(leaf) ? 0 : size(leaf);
    const removed = [...made].reduce((sum, id) => sum + size(id), 0);
    if (removed > added) made.forEach((id) => sunk.set(id, leaf));
  }
  return sunk;
}

/** What values of a body are made of by operations that are cheap to do again. */
class Cones {
  readonly makers = new Map<ValueId, Node>();
  private readonly fixed = new Map<ValueId, boolean>();

  constructor(body: Func, consts: number, carries: number) {
    for (const node of body.nodes) node.outputs.forEach((id) => this.makers.set(id, node));
    body.inputs.forEach((id, i) => this.fixed.set(id, i < consts || i >= consts + carries));
  }

  /**
   * The values that another is made of by scaling, slicing, reshaping and concatenation; itself
   * where it is made in another way. What is known outside of the scan does not count.
   */
  leaves(id: ValueId): ReadonlySet<ValueId> {
    if (this.isFixed(id)) return new Set();
    const node = this.makers.get(id);
    switch (node?.op) {
      case 'neg':
      case 'slice':
      case 'reshape':
      case 'concat':
        return new Set(node.inputs.flatMap((input) => [...this.leaves(input)]));
      case 'mul': {
        const [x, y] = node.inputs as [ValueId, ValueId];
        if (this.isFixed(x)) return this.leaves(y);
        return this.isFixed(y) ? this.leaves(x) : new Set([id]);
      }
      default:
        return new Set([id]);
    }
  }

  /** Whether a value can be had outside of the scan. */
  private isFixed(id: ValueId): boolean {
    const known = this.fixed.get(id);
    if (known !== undefined) return known;
    const node = this.makers.get(id);
    const isFree = node?.op === 'constant' || node?.op === 'broadcastTo' || node?.op === 'iota';
    const result = isFree && node.inputs.every((input) => this.isFixed(input));
    this.fixed.set(id, result);
    return result;
  }
}
