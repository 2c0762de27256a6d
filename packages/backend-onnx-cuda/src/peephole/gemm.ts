/** A matrix product and the addition after it as one Gemm, which adds while it multiplies. */
import { sameShape } from '@chronograd/graph';
import type { OnnxGraph, OnnxNode, OnnxType } from '../onnx/model.ts';
import { mapBodies, usesOf, type PeepholeSettings } from './rewriter.ts';

/** `Add(MatMul(a, b), c)` and `Add(Gemm(a, b), c)` become `Gemm(a, b, c)`. */
export function fuseGemm(graph: OnnxGraph, settings: PeepholeSettings): OnnxGraph {
  const { producer, count } = usesOf(graph);
  const fused = new Set<OnnxNode>();
  const replaced = new Map<OnnxNode, OnnxNode>();
  for (const node of graph.nodes) {
    if (node.op !== 'Add') continue;
    const result = settings.typeOf(node.outputs[0] ?? '');
    const [a = '', b = ''] = node.inputs;
    for (const [product, addend] of [
      [a, b],
      [b, a],
    ] as const) {
      const made = producer.get(product);
      if (!made || fused.has(made) || count.get(product) !== 1) continue;
      if (!isProduct(made, settings) || made.inputs.length !== 2) continue;
      if (!sameShape(settings.typeOf(product).shape, result.shape)) continue;
      if (!repeatsTo(settings.typeOf(addend), result)) continue;
      fused.add(made);
      const attributes = made.op === 'Gemm' ? made.attributes : {};
      replaced.set(node, { ...node, op: 'Gemm', inputs: [...made.inputs, addend], attributes });
      break;
    }
  }
  const nodes = graph.nodes
    .filter((node) => !fused.has(node))
    .map((node) => replaced.get(node) ?? node)
    .map((node) => mapBodies(node, (body) => fuseGemm(body, settings)));
  return { ...graph, nodes };
}

/** Whether a node is a product of matrices, perhaps with an addend. */
export function isProduct(node: OnnxNode, { typeOf }: PeepholeSettings): boolean {
  if (node.op !== 'MatMul' && node.op !== 'Gemm') return false;
  return node.inputs.slice(0, 2).every((name) => typeOf(name).shape.length === 2);
}

function repeatsTo(from: OnnxType, to: OnnxType): boolean {
  const lead = to.shape.length - from.shape.length;
  return lead >= 0 && from.shape.every((d, axis) => d === 1 || d === to.shape[axis + lead]);
}
