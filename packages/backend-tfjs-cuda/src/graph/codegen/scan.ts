/** Scans: a few steps are unrolled, more are a loop. See docs/decisions/tensorflow-graphs.md. */
import type { Func } from '@chronograd/graph';
import type { Emitter } from './context.ts';
import { writeLoop } from './loop.ts';
import { unroll, type ScanOperands } from './unroll.ts';

const scan: Emitter<'scan'> = (context, { attributes }, inputs) => {
  const { body, length, consts, carries } = attributes;
  const operands: ScanOperands = {
    consts: inputs.slice(0, consts),
    carries: inputs.slice(consts, consts + carries),
    xs: inputs.slice(consts + carries),
  };
  const { unrollLimit, report } = context.settings;
  const size = costOf(body);
  const isSmall = size * length <= unrollLimit;
  report({
    name: 'scan',
    pass: attributes.reverse ? 'backward' : 'forward',
    realisation: isSmall ? 'unrolled' : 'looped',
    reason: `${length} steps of ${size} nodes are ${isSmall ? 'at most' : 'more than'} ${unrollLimit} nodes`,
  });
  return (isSmall ? unroll : writeLoop)(context, attributes, operands);
};

/** Nodes of a body that the engine will run, about. */
function costOf(body: Func): number {
  return body.nodes.reduce((cost, node) => {
    if (node.op === 'constant' || node.op === 'broadcastTo' || node.op === 'iota') return cost;
    return cost + (node.op === 'scan' ? costOf(node.attributes.body) * node.attributes.length : 1);
  }, 0);
}

/** Emitter of scans. */
export const scanEmitters = { scan };
