/** Computes once what is written twice: equal operation, attributes and operands. */
import type { Value } from '../ir/builder.ts';
import { sizeOf, type Func, type Node } from '../ir/types.ts';
import { rewrite } from './rewrite.ts';

/** The function with every repeated node replaced by the first of its kind. */
export function eliminateCommonSubexpressions(func: Func): Func {
  const known = new Map<string, readonly Value[]>();
  return rewrite(func, ({ b, node, inputs }) => {
    if (node.op === 'scan') {
      const body = eliminateCommonSubexpressions(node.attributes.body);
      const copy: Node = {
        ...node,
        inputs: inputs.map(({ id }) => id),
        attributes: { ...node.attributes, body },
      };
      return b.append(
        copy,
        node.outputs.map((id) => func.types[id] as Value['type']),
      );
    }
    const key = keyOf(node, inputs);
    if (key === undefined) return undefined;
    const found = known.get(key);
    if (found) return found;
    const results = b.append(
      { ...node, inputs: inputs.map(({ id }) => id) } as Node,
      node.outputs.map((id) => func.types[id] as Value['type']),
    );
    known.set(key, results);
    return results;
  });
}

/** Big constants are not compared: it costs more than it could save. */
const LARGEST_COMPARED_CONSTANT = 4096;

function keyOf(node: Node, inputs: readonly Value[]): string | undefined {
  if (node.op === 'composite' || node.op === 'compositeGradient') return undefined;
  const operands = inputs.map(({ id }) => id).join(',');
  if (node.op !== 'constant') return `${node.op}(${operands})${JSON.stringify(node.attributes)}`;
  const { dtype, shape, value } = node.attributes;
  if (value.length > LARGEST_COMPARED_CONSTANT && sizeOf(shape) > 1) return undefined;
  // -0 and 0 differ; NaN equals itself: so elements are compared as they print, with the sign of 0.
  const elements = Array.from(value, (x) => (Object.is(x, -0) ? '-0' : String(x))).join(',');
  return `constant:${dtype}[${shape.join(',')}]${elements}`;
}
