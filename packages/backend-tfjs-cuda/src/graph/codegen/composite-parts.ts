/** What became of the composites of an entry, for the compile report. */
import type { CompiledPart } from '@chronograd/backend';
import type { CompositeUse, Func, ValueId } from '@chronograd/graph';

/** Whether a composite runs by an operation of TensorFlow, and why. */
export type Decide = (use: CompositeUse) => { readonly native: boolean; readonly reason: string };

/** The composites of a function and of the bodies of its scans, as {@link Decide} has it. */
export function compositeParts(func: Func, decide: Decide): CompiledPart[] {
  const parts = new Map<string, CompiledPart>();
  const visit = (inner: Func): void => {
    const differentiated = differentiatedOutputs(inner);
    for (const node of inner.nodes) {
      if (node.op === 'scan') visit(node.attributes.body);
      if (node.op !== 'composite' && node.op !== 'compositeGradient') continue;
      const { name, options, decomposition } = node.attributes;
      const pass = node.op === 'composite' ? 'forward' : 'backward';
      const isDifferentiated = pass === 'backward' || differentiated.has(node.outputs[0] ?? -1);
      const use = { name, options, decomposition, pass, differentiated: isDifferentiated } as const;
      const { native, reason } = decide(use);
      const part = { name, pass, realisation: native ? 'fused' : 'expanded', reason } as const;
      const key = JSON.stringify(part);
      parts.set(key, { ...part, count: (parts.get(key)?.count ?? 0) + 1 });
    }
  };
  visit(func);
  return [...parts.values()];
}

/** First outputs of the composites whose gradient the function holds. */
function differentiatedOutputs(func: Func): ReadonlySet<ValueId> {
  return new Set(
    func.nodes.flatMap((node) =>
      node.op === 'compositeGradient'
        ? [node.inputs[node.attributes.decomposition.inputs.length] as ValueId]
        : [],
    ),
  );
}
