/** Removes what nothing reads, and copies that only give a result its name. */
import type { OnnxGraph, OnnxNode } from '../onnx/model.ts';
import { bodiesOf, mapBodies } from './rewriter.ts';

/** The graph without dead nodes and dead constants, in its bodies as well. */
export function removeDead(graph: OnnxGraph): OnnxGraph {
  const live = new Set<string>();
  const nodes = liveNodes(graph, live);
  return { ...graph, nodes, initializers: graph.initializers.filter(({ name }) => live.has(name)) };
}

function liveNodes(graph: OnnxGraph, live: Set<string>): OnnxNode[] {
  graph.outputs.forEach(({ name }) => live.add(name));
  const kept: OnnxNode[] = [];
  for (const node of [...graph.nodes].reverse()) {
    if (!node.outputs.some((name) => live.has(name))) continue;
    node.inputs.forEach((name) => live.add(name));
    kept.push(mapBodies(node, (body) => ({ ...body, nodes: liveNodes(body, live) })));
  }
  return kept.reverse();
}

/** Lets a node define a result of the graph under its name, where a copy did. */
export function nameResults(graph: OnnxGraph): OnnxGraph {
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  const produced = new Set(graph.nodes.flatMap((node) => node.outputs));
  const renamed = new Map<string, string>();
  const copies = new Set<OnnxNode>();
  for (const node of graph.nodes) {
    const [from = ''] = node.inputs;
    const [to = ''] = node.outputs;
    if (node.op !== 'Identity' || !outputs.has(to)) continue;
    if (!produced.has(from) || outputs.has(from) || renamed.has(from)) continue;
    renamed.set(from, to);
    copies.add(node);
  }
  const nodes = graph.nodes
    .filter((node) => !copies.has(node))
    .map((node) => rename(node, renamed))
    .map((node) => mapBodies(node, nameResults));
  return { ...graph, nodes };
}

function rename(node: OnnxNode, names: ReadonlyMap<string, string>): OnnxNode {
  const to = (name: string): string => names.get(name) ?? name;
  const renamed = { ...node, inputs: node.inputs.map(to), outputs: node.outputs.map(to) };
  if (bodiesOf(node).length === 0) return renamed;
  return mapBodies(renamed, (body) => ({
    ...body,
    nodes: body.nodes.map((inner) => rename(inner, names)),
  }));
}
