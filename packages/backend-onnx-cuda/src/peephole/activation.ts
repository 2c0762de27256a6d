/** A matrix product and the activation after it as one of onnxruntime's operators. */
import type { OnnxGraph, OnnxNode } from '../onnx/model.ts';
import { isProduct } from './gemm.ts';
import { mapBodies, usesOf, type PeepholeSettings } from './rewriter.ts';

const ACTIVATIONS: ReadonlySet<string> = new Set(['Sigmoid', 'Tanh', 'Relu']);

/** `Sigmoid(MatMul(a, b))` and its like become `FusedGemm(a, b)`, with an addend if there is one. */
export function fuseActivations(graph: OnnxGraph, settings: PeepholeSettings): OnnxGraph {
  const { producer, count } = usesOf(graph);
  const fused = new Set<OnnxNode>();
  const replaced = new Map<OnnxNode, OnnxNode>();
  for (const node of graph.nodes) {
    const [product = ''] = node.inputs;
    const made = producer.get(product);
    if (!ACTIVATIONS.has(node.op) || !made || count.get(product) !== 1) continue;
    if (!isProduct(made, settings)) continue;
    const attributes = { ...made.attributes, activation: { string: node.op } };
    fused.add(made);
    const domain = 'com.microsoft';
    replaced.set(node, { ...node, op: 'FusedGemm', domain, inputs: made.inputs, attributes });
  }
  const nodes = graph.nodes
    .filter((node) => !fused.has(node))
    .map((node) => replaced.get(node) ?? node)
    .map((node) => mapBodies(node, (body) => fuseActivations(body, settings)));
  return { ...graph, nodes };
}
