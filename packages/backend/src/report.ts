/** What compile reports say of a backend that runs composites and scans by their parts. */
import { compositeUses, type CompositeUse, type Func, type Node } from '@chronograd/graph';
import type { CompiledPart, CompileReport } from './contract.ts';

/** Why parts are not run by kernels of their own. */
export interface InterpretedReasons {
  readonly composite: string;
  readonly scan: string;
}

/** Calls `visit` for each node, those inside of scans and decompositions too. */
function visitNodes(func: Func, visit: (node: Node) => void): void {
  for (const node of func.nodes) {
    visit(node);
    if (node.op === 'scan') visitNodes(node.attributes.body, visit);
    if (node.op === 'composite') visitNodes(node.attributes.decomposition, visit);
  }
}

/**
 * The report of an entry whose composites are expanded and whose scans are loops.
 * @param written the entry's function as the program has it
 * @param compiled as it is run, without composites
 */
export function reportInterpreted(
  written: Func,
  compiled: Func,
  compileMilliseconds: number,
  reasons: InterpretedReasons,
): CompileReport['entries'][string] {
  const parts = new Map<string, CompiledPart>();
  const record = (part: Omit<CompiledPart, 'count'>): void => {
    const key = `${part.name} ${part.pass}`;
    parts.set(key, { ...part, count: (parts.get(key)?.count ?? 0) + 1 });
  };
  visitNodes(written, (node) => {
    if (node.op !== 'composite' && node.op !== 'compositeGradient') return;
    const pass = node.op === 'composite' ? 'forward' : 'backward';
    const { name } = node.attributes;
    record({ name, pass, realisation: 'expanded', reason: reasons.composite });
  });
  let nodes = 0;
  visitNodes(compiled, (node) => {
    nodes++;
    if (node.op === 'scan')
      record({ name: 'scan', pass: 'forward', realisation: 'looped', reason: reasons.scan });
  });
  return { nodes, compileMilliseconds, parts: [...parts.values()] };
}

/** Whether a backend runs a composite by a kernel of its own, and why. */
export type DecideComposite = (use: CompositeUse) => {
  readonly native: boolean;
  readonly reason: string;
};

/** The composites of an entry's function, as the program has it, and what became of them. */
export function compositeParts(func: Func, decide: DecideComposite): CompiledPart[] {
  const parts = new Map<string, CompiledPart>();
  for (const use of compositeUses(func)) {
    const { native, reason } = decide(use);
    const { name, pass } = use;
    const part = { name, pass, realisation: native ? 'fused' : 'expanded', reason } as const;
    const key = JSON.stringify(part);
    parts.set(key, { ...part, count: (parts.get(key)?.count ?? 0) + 1 });
  }
  return [...parts.values()];
}
