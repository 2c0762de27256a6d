/** How big functions are. */
import type { Func, Node } from '../ir/types.ts';

/** Number of nodes, those of the bodies of scans included; of one operation, if it is named. */
export function countNodes(func: Func, op?: Node['op']): number {
  let count = 0;
  for (const node of func.nodes) {
    if (op === undefined || node.op === op) count++;
    if (node.op === 'scan') count += countNodes(node.attributes.body, op);
  }
  return count;
}
