/** Rewrites of a finished graph, in the order in which they help each other. */
import type { OnnxGraph } from '../onnx/model.ts';
import { nameResults, removeDead } from './cleanup.ts';
import { fuseActivations } from './activation.ts';
import { fuseGemm } from './gemm.ts';
import type { PeepholeSettings } from './rewriter.ts';

export type { PeepholeSettings } from './rewriter.ts';

/** The graph after all rewrites. */
export function optimizeGraph(graph: OnnxGraph, settings: PeepholeSettings): OnnxGraph {
  const products = removeDead(fuseGemm(removeDead(graph), settings));
  return nameResults(settings.portable ? products : fuseActivations(products, settings));
}
