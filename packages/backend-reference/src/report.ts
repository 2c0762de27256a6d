/** What became of composites and scans: all are run by their parts. */
import type { CompiledPart, CompileReport } from '@chronograd/backend';
import type { Func } from '@chronograd/graph';

/** Calls `visit` for each node, those inside of scans and decompositions too. */
function visitNodes(func: Func, visit: (node: Func['nodes'][number]) => void): void {
  for (const node of func.nodes) {
    visit(node);
    if (node.op === 'scan') visitNodes(node.attributes.body, visit);
    if (node.op === 'composite') visitNodes(node.attributes.decomposition, visit);
  }
}

/**
 * The report of one entry.
 * @param written the entry's function as the program has it
 * @param compiled as it is run, without composites
 */
export function reportEntry(
  written: Func,
  compiled: Func,
  compileMilliseconds: number,
): CompileReport['entries'][string] {
  const parts = new Map<string, CompiledPart>();
  const record = (part: Omit<CompiledPart, 'count'>): void => {
    const key = `${part.name} ${part.pass}`;
    parts.set(key, { ...part, count: (parts.get(key)?.count ?? 0) + 1 });
  };
  visitNodes(written, (node) => {
    if (node.op !== 'composite' && node.op !== 'compositeGradient') return;
    const pass = node.op === 'composite' ? 'forward' : 'backward';
    const reason = 'the interpreter has kernels for primitives only';
    record({ name: node.attributes.name, pass, realisation: 'expanded', reason });
  });
  let nodes = 0;
  visitNodes(compiled, (node) => {
    nodes++;
    if (node.op !== 'scan') return;
    const reason = 'the body is interpreted once for each step';
    record({ name: 'scan', pass: 'forward', realisation: 'looped', reason });
  });
  return { nodes, compileMilliseconds, parts: [...parts.values()] };
}
