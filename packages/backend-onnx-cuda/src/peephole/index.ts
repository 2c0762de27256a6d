/** Rewrites of a finished graph, in the order in which they help each other. */
import type { OnnxGraph } from '../onnx/model.ts';
import { nameResults, removeDead } from './cleanup.ts';
import { fuseGemm } from './gemm.ts';
import type { PeepholeSettings } from './rewriter.ts';

export type { PeepholeSettings } from './rewriter.ts';

/** The graph after all rewrites. */
export function optimizeGraph(graph: OnnxGraph, settings: PeepholeSettings): OnnxGraph {
  return nameResults(removeDead(fuseGemm(removeDead(graph), settings)));
}
