/** An entry of a program as an ONNX graph. */
import { compositeParts, type CompiledPart, type HostTensor } from '@chronograd/backend';
import {
  expandComposites,
  optimize,
  prepareFunc,
  type Entry,
  type Func,
  type Program,
  type TensorType,
} from '@chronograd/graph';
import type { OnnxGraph, OnnxType } from '../onnx/model.ts';
import { GraphWriter } from '../onnx/writer.ts';
import { accumulateInScans } from '../passes/accumulate.ts';
import { blockProducts } from '../passes/block-products.ts';
import { distribute } from '../passes/distribute.ts';
import { joinUpdates } from '../passes/join-updates.ts';
import { narrowProducts } from '../passes/narrow-products.ts';
import { takeJoins, takePieces } from '../passes/pieces.ts';
import { shareFactors } from '../passes/share-factors.ts';
import { sinkIntoScans } from '../passes/sink.ts';
import { splitProducts } from '../passes/split-products.ts';
import { transposeScans } from '../passes/transpose-scans.ts';
import { optimizeGraph } from '../peephole/index.ts';
import { claimsComposite, decideComposite, emitComposite } from './composites.ts';
import { EmitContext, type EmitSettings } from './context.ts';
import { emitFunction } from './functions.ts';

/** Settings of code generation. */
export interface CodegenOptions {
  /** Only operators of the standard domain. Default false. */
  readonly portable?: boolean;
  /** State to write into the graph as constants. Default none. */
  readonly baked?: Readonly<Record<string, HostTensor>>;
  /** Scans of more nodes than this, unrolled, become loops. Default 100. */
  readonly unrollLimit?: number;
}

/** A generated graph, and which of its inputs and outputs is what. */
export interface EntryGraph {
  readonly graph: OnnxGraph;
  /** ONNX names by the names of the entry's inputs, and so on. */
  readonly inputs: ReadonlyMap<string, string>;
  readonly reads: ReadonlyMap<string, string>;
  readonly outputs: ReadonlyMap<string, string>;
  readonly writes: ReadonlyMap<string, string>;
  readonly parts: readonly CompiledPart[];
}

/** What is left to write: see the passes, and docs/decisions/onnx-training-step.md. */
function lowered(func: Func): Func {
  const expanded = optimize(expandComposites(blockProducts(func), claimsComposite));
  const prepared = prepareFunc(joinUpdates(expanded), claimsComposite);
  const cut = optimize(takePieces(takeJoins(splitProducts(prepared))));
  const sunk = optimize(sinkIntoScans(narrowProducts(cut)));
  return transposeScans(
    optimize(accumulateInScans(optimize(shareFactors(optimize(distribute(sunk)))))),
  );
}

/** Expands and optimizes an entry, and writes it. */
export function entryGraph(
  name: string,
  entry: Entry,
  state: Program['state'],
  options: CodegenOptions = {},
): EntryGraph {
  const func = lowered(entry.func);
  const parts = new Map<string, CompiledPart>();
  const settings: EmitSettings = {
    portable: options.portable ?? false,
    unrollLimit: options.unrollLimit ?? 100,
    emitFunction,
    emitComposite,
    report(part) {
      const key = JSON.stringify(part);
      parts.set(key, { ...part, count: (parts.get(key)?.count ?? 0) + 1 });
    },
  };
  const context = new EmitContext(new GraphWriter(), settings);
  const inputs = entry.inputs.map((input) => context.parameter(input.type, input.name));
  const baked = options.baked ?? {};
  const reads = entry.reads.map((key) => {
    const tensor = baked[key];
    const type = state[key] as TensorType;
    if (!tensor) return context.parameter(type, key);
    return { name: context.writer.initializer(key, type, tensor.data), shape: type.shape, type };
  });
  const results = emitFunction(context, func, [...inputs, ...reads]);
  const outputs = entry.outputs.map((output, i) =>
    context.own(results[i] as (typeof results)[number], output.name),
  );
  const writes = entry.writes.map((key, i) =>
    context.own(results[entry.outputs.length + i] as (typeof results)[number], `next/${key}`),
  );
  const names = (values: readonly { readonly name: string }[]): string[] =>
    values.map((value) => value.name);
  const graph = context.writer.finish(
    name,
    names([...inputs, ...reads.filter((_, i) => !((entry.reads[i] as string) in baked))]),
    names([...outputs, ...writes]),
  );
  const typeOf = (value: string): OnnxType => context.writer.typeOf(value);
  return {
    graph: optimizeGraph(graph, { portable: settings.portable, typeOf }),
    inputs: new Map(entry.inputs.map((input, i) => [input.name, inputs[i]?.name ?? ''])),
    reads: new Map(entry.reads.map((key, i) => [key, reads[i]?.name ?? ''])),
    outputs: new Map(entry.outputs.map((output, i) => [output.name, outputs[i]?.name ?? ''])),
    writes: new Map(entry.writes.map((key, i) => [key, writes[i]?.name ?? ''])),
    parts: [...compositeParts(entry.func, decideComposite), ...parts.values()],
  };
}
