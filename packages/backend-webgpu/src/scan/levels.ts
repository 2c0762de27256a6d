/**
 * When what is computed within a step. A product or a sum over features reads what other threads
 * have computed, so its operand is stored in workgroup memory, and all threads wait before it is
 * read. Between two such barriers lies a level: level 0 needs nothing but the carries.
 */
import type { ValueId } from '@chronograd/graph';
import { gathers, moves, type Body } from './body.ts';

/** The levels of a body. */
export interface Levels {
  /** In which level each value can be computed at the earliest. */
  readonly levelOf: ReadonlyMap<ValueId, number>;
  /** Values that are laid in workgroup memory at the end of their level. */
  readonly stored: ReadonlySet<ValueId>;
  /** How many levels a step has. */
  readonly count: number;
}

const costly = new Set([
  ...['matmul', 'reduceSum', 'reduceMax', 'exp', 'log', 'tanh', 'sigmoid', 'erf', 'pow'],
  ...['sin', 'cos'],
]);

/** Divides a body into levels. */
export function levelsOf(body: Body): Levels {
  const stored = new Set<ValueId>();
  for (const [, node] of body.nodeOf)
    if (gathers(node.op))
      for (const id of node.inputs) {
        const source = sourceOf(body, id);
        if (body.carried.has(source) && !body.inputs.has(source)) stored.add(source);
      }
  for (;;) {
    const levelOf = assign(body, stored);
    const again = computedTwice(body, stored, levelOf);
    if (again.length === 0) {
      const roots = [...body.func.outputs, ...stored];
      const count = 1 + Math.max(0, ...roots.map((id) => levelOf.get(id) ?? 0));
      return { levelOf, stored, count };
    }
    for (const id of again) stored.add(id);
  }
}

/** What is left of a value without operations that only move the elements of one operand. */
function sourceOf(body: Body, id: ValueId): ValueId {
  const node = body.nodeOf.get(id);
  return node && moves(node.op) && node.inputs.length === 1
    ? sourceOf(body, node.inputs[0] as ValueId)
    : id;
}

function assign(body: Body, stored: ReadonlySet<ValueId>): Map<ValueId, number> {
  const levelOf = new Map<ValueId, number>([...body.inputs.keys()].map((id) => [id, 0]));
  for (const [id, node] of body.nodeOf) {
    const levels = node.inputs.map((input) => {
      const wait = gathers(node.op) && stored.has(sourceOf(body, input)) ? 1 : 0;
      return (levelOf.get(input) ?? 0) + wait;
    });
    levelOf.set(id, Math.max(0, ...levels));
  }
  return levelOf;
}

/** Values with costly operations that more than one level would compute. */
function computedTwice(
  body: Body,
  stored: ReadonlySet<ValueId>,
  levelOf: ReadonlyMap<ValueId, number>,
): ValueId[] {
  const level = (id: ValueId): number => levelOf.get(id) ?? 0;
  const demanded = new Map<ValueId, Set<number>>();
  const visit = (id: ValueId, at: number): void => {
    const node = body.nodeOf.get(id);
    const levels = demanded.get(id) ?? new Set();
    demanded.set(id, levels);
    if (!node || levels.has(at)) return;
    levels.add(at);
    if (stored.has(id) && level(id) < at) return;
    for (const input of node.inputs) visit(input, at);
  };
  for (const id of [...body.func.outputs, ...stored]) visit(id, level(id));
  const costs = new Map<ValueId, boolean>();
  for (const [id, node] of body.nodeOf)
    costs.set(id, costly.has(node.op) || node.inputs.some((i) => !stored.has(i) && costs.get(i)));
  const twice = [...demanded].flatMap(([id, levels]) =>
    levels.size > 1 && !stored.has(id) && body.carried.has(id) && costs.get(id) ? [id] : [],
  );
  // The last of a chain is enough; where it still leaves others, the next round finds them.
  const read = new Set(twice.flatMap((id) => body.nodeOf.get(id)?.inputs ?? []));
  return twice.filter((id) => !read.has(id));
}
