/** Takes out of the bodies of scans what does not depend on what they carry. */
import { emitScan } from '../autodiff/scan.ts';
import type { Func } from '../ir/types.ts';
import { rewrite } from './rewrite.ts';

/**
 * The function with every scan written anew, so that what other passes have made independent of
 * its carries is computed for all steps at once. Inner scans come first: what leaves an inner body
 * may leave the outer one too.
 */
export function hoistScans(func: Func): Func {
  return rewrite(func, ({ b, node, inputs }) => {
    if (node.op !== 'scan') return undefined;
    const { body, consts, carries, length, reverse } = node.attributes;
    const operands = {
      consts: inputs.slice(0, consts),
      init: inputs.slice(consts, consts + carries),
      xs: inputs.slice(consts + carries),
      length,
      reverse,
    };
    const result = emitScan(b, operands, hoistScans(body));
    return [...result.carries, ...result.ys];
  });
}
