/** Where a cell multiplies its old states by a matrix: what `recurrentDropout` acts on. */
import type { CellExpression } from './parse.ts';
import type { ResolvedCell } from './resolve.ts';

/**
 * The states whose old value reaches the left side of a matrix product, in the order of the cell.
 * They do by their name, or by that of an equation which reads them outside of a product of its own.
 */
export function droppedStates({
  states,
  equations,
}: Pick<ResolvedCell, 'states' | 'equations'>): readonly string[] {
  // What stands behind each name: the old states that it passes on, not yet multiplied.
  const passed = new Map<string, ReadonlySet<string>>(
    states.map(({ name }) => [name, new Set([name])]),
  );
  const multiplied = new Set<string>();
  const read = (expression: CellExpression): ReadonlySet<string> => {
    switch (expression.kind) {
      case 'number':
        return new Set();
      case 'name':
        return passed.get(expression.name) ?? new Set();
      case 'negative':
        return read(expression.operand);
      case 'call':
        return new Set(expression.operands.flatMap((operand) => [...read(operand)]));
      case 'binary': {
        const [left, right] = [read(expression.left), read(expression.right)];
        if (expression.operator !== '@') return new Set([...left, ...right]);
        for (const name of left) multiplied.add(name);
        return new Set();
      }
    }
  };
  for (const { name, expression } of equations) {
    const behind = read(expression);
    // A state's name stands for its new value from here on, of which nothing is dropped.
    passed.set(name, states.some((state) => state.name === name) ? new Set() : behind);
  }
  return states.map(({ name }) => name).filter((name) => multiplied.has(name));
}
