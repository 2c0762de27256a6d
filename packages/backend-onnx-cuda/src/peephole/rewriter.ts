/** What the rewrites of a finished graph share. */
import type { OnnxGraph, OnnxNode, OnnxType } from '../onnx/model.ts';

/** What a rewrite is told. */
export interface PeepholeSettings {
  /** Only operators of the standard domain. */
  readonly portable: boolean;
  /** Type of any value of the model. */
  readonly typeOf: (name: string) => OnnxType;
}

/** Who defines and who reads the values of one graph. */
export interface Uses {
  readonly producer: ReadonlyMap<string, OnnxNode>;
  /** How often a value is read: by nodes, by bodies of loops, and as an output of the graph. */
  readonly count: ReadonlyMap<string, number>;
}

/** Producers and reads of the graph's values. */
export function usesOf(graph: OnnxGraph): Uses {
  const producer = new Map<string, OnnxNode>();
  const count = new Map<string, number>();
  const read = (name: string): void => {
    count.set(name, (count.get(name) ?? 0) + 1);
  };
  const visit = (inner: OnnxGraph): void => {
    for (const node of inner.nodes) {
      if (inner === graph) node.outputs.forEach((name) => producer.set(name, node));
      node.inputs.forEach(read);
      bodiesOf(node).forEach(visit);
    }
    inner.outputs.forEach(({ name }) => read(name));
  };
  visit(graph);
  return { producer, count };
}

/** The graphs in a node's attributes. */
export function bodiesOf(node: OnnxNode): OnnxGraph[] {
  return Object.values(node.attributes).flatMap((attribute) =>
    'graph' in attribute ? [attribute.graph] : [],
  );
}

/** The node with every body replaced. */
export function mapBodies(node: OnnxNode, change: (graph: OnnxGraph) => OnnxGraph): OnnxNode {
  if (bodiesOf(node).length === 0) return node;
  const attributes = Object.fromEntries(
    Object.entries(node.attributes).map(([name, attribute]) => [
      name,
      'graph' in attribute ? { graph: change(attribute.graph) } : attribute,
    ]),
  );
  return { ...node, attributes };
}
