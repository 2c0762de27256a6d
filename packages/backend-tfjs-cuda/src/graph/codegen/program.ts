/** A program as one graph: its entries, and how its state is read and written from outside. */
import { compositeParts, type CompiledPart } from '@chronograd/backend';
import { prepareFunc, type Entry, type Program, type TensorType } from '@chronograd/graph';
import type { TfEndpoint, TfModel, TfSignature } from '../tensorflow/model.ts';
import { GraphWriter } from '../tensorflow/writer.ts';
import { decideComposites, emitComposite, type DeviceKind } from './composites.ts';
import { EmitContext, type EmitSettings, type GraphValue } from './context.ts';
import { emitFunction } from './functions.ts';

/** Settings of code generation. */
export interface CodegenOptions {
  /** Scans of more nodes than this, unrolled, become loops. */
  readonly unrollLimit?: number;
}

/** The default of {@link CodegenOptions.unrollLimit}: see docs/decisions/tensorflow-graphs.md. */
const UNROLL_LIMIT = 1000;

/** What is fed and fetched to run an entry: endpoints `node:output`, in the order of the entry's. */
export interface GraphEntry {
  readonly feeds: readonly string[];
  /** At least one, so that what an entry only writes is run. */
  readonly fetches: readonly string[];
  readonly nodes: number;
  readonly parts: readonly CompiledPart[];
  /** Milliseconds that it took to write it. */
  readonly milliseconds: number;
}

/** How a state tensor is read and written. */
export interface GraphState {
  /** Fetched to read it. */
  readonly read: string;
  /** Fed to write it. */
  readonly value: string;
  /** Fetched to write it. */
  readonly written: string;
}

/** A program's graph, and where in it is what. */
export interface ProgramGraph {
  readonly model: TfModel;
  readonly entries: ReadonlyMap<string, GraphEntry>;
  readonly state: ReadonlyMap<string, GraphState>;
}

/**
 * Writes a program. tfjs-node knows no uint32: such tensors are fed and fetched as int32 of the
 * same bits.
 */
export function programGraph(
  program: Program,
  device: DeviceKind,
  { unrollLimit = UNROLL_LIMIT }: CodegenOptions = {},
): ProgramGraph {
  const writer = new GraphWriter();
  const signatures: Record<string, TfSignature> = {};
  const variables = new Map(
    Object.entries(program.state).map(([name, type], i) => [
      name,
      new Variable(writer, `state${i}`, type),
    ]),
  );
  const state = new Map(
    [...variables].map(([name, variable], i) => [name, accessOf(writer, variable, `state${i}`)]),
  );
  const entries = new Map<string, GraphEntry>();
  Object.entries(program.entries).forEach(([name, entry], i) => {
    const prefix = `entry${i}`;
    const { graphEntry, signature } = writeEntry(writer, entry, variables, prefix, {
      device,
      unrollLimit,
    });
    entries.set(name, graphEntry);
    signatures[name] = signature;
  });
  return { model: { nodes: writer.nodes, signatures }, entries, state };
}

/** A state tensor that lives in the session. */
class Variable {
  private readonly handle: string;

  constructor(
    private readonly writer: GraphWriter,
    name: string,
    readonly type: TensorType,
  ) {
    this.handle = writer.one(
      'VarHandleOp',
      [],
      'resource',
      {
        container: { string: '' },
        shared_name: { string: name },
        dtype: { type: type.dtype },
        shape: { shape: type.shape },
      },
      name,
    );
  }

  read(): GraphValue {
    const { type } = this;
    const attributes = { dtype: { type: type.dtype } };
    const name = this.writer.one('ReadVariableOp', [this.handle], type.dtype, attributes);
    return { name, shape: type.shape, type };
  }

  /** Assigns a value after the node `after`; returns the name of the assignment. */
  assign(value: string, after?: string): string {
    const order = after === undefined ? [] : [`^${after}`];
    const name = this.writer.freshName();
    const attributes = { dtype: { type: this.type.dtype }, validate_shape: { bool: false } };
    this.writer.node('AssignVariableOp', [this.handle, value, ...order], [], attributes, name);
    return name;
  }
}

function accessOf(writer: GraphWriter, variable: Variable, prefix: string): GraphState {
  const read = fetched(writer, variable.read(), `${prefix}_read`);
  const value = fed(writer, variable.type, `${prefix}_value`);
  const assignment = variable.assign(value.fed.name);
  const written = afterAll(writer, [assignment], `${prefix}_written`);
  return { read: endpoint(read), value: endpoint(value.placeholder), written: endpoint(written) };
}

function writeEntry(
  writer: GraphWriter,
  entry: Entry,
  variables: ReadonlyMap<string, Variable>,
  prefix: string,
  { device, unrollLimit }: { readonly device: DeviceKind; readonly unrollLimit: number },
): { readonly graphEntry: GraphEntry; readonly signature: TfSignature } {
  const start = performance.now();
  const nodesBefore = writer.nodes.length;
  const variable = (name: string): Variable => variables.get(name) as Variable;
  const parts = new Map<string, CompiledPart>();
  const settings: EmitSettings = {
    unrollLimit,
    emitFunction,
    emitComposite,
    report(part) {
      const key = JSON.stringify(part);
      parts.set(key, { ...part, count: (parts.get(key)?.count ?? 0) + 1 });
    },
  };
  const context = new EmitContext(writer, settings);
  const inputs = entry.inputs.map(({ type }, i) => fed(writer, type, `${prefix}_input${i}`));
  const reads = entry.reads.map((name) => variable(name).read());
  const decide = decideComposites(device);
  const func = prepareFunc(entry.func, (use) => decide(use).native);
  const results = emitFunction(context, func, [...inputs.map((input) => input.fed), ...reads]).map(
    (value) => context.full(value),
  );
  const outputs = results.slice(0, entry.outputs.length);
  const news = results.slice(entry.outputs.length);
  const done = writeState(writer, entry.writes.map(variable), news, outputs);
  const fetches = outputs.map((value, i) => fetched(writer, value, `${prefix}_output${i}`, done));
  if (fetches.length === 0) fetches.push(afterAll(writer, done, `${prefix}_done`));
  return {
    graphEntry: {
      feeds: inputs.map((input) => endpoint(input.placeholder)),
      fetches: fetches.map(endpoint),
      nodes: writer.nodes.length - nodesBefore,
      parts: [...compositeParts(entry.func, decide), ...parts.values()],
      milliseconds: performance.now() - start,
    },
    signature: {
      inputs: named(
        writer,
        entry.inputs,
        inputs.map((input) => input.placeholder),
      ),
      outputs: named(writer, entry.outputs, fetches),
    },
  };
}

/**
 * Assigns new values, when all of them and all outputs are there: so nothing is read that is
 * already new, and a step that fails leaves the state as it was.
 */
function writeState(
  writer: GraphWriter,
  variables: readonly Variable[],
  news: readonly GraphValue[],
  outputs: readonly GraphValue[],
): string[] {
  if (variables.length === 0) return [];
  const barrier = writer.freshName();
  const all = new Set([...news, ...outputs].map(({ name }) => `^${name.split(':')[0]}`));
  writer.node('NoOp', [...all], [], {}, barrier);
  return variables.map((variable, i) => variable.assign(news[i]?.name ?? '', barrier));
}

/** A tensor that is fed: its placeholder, and what it is in the graph. */
function fed(
  writer: GraphWriter,
  type: TensorType,
  name: string,
): { readonly placeholder: GraphValue; readonly fed: GraphValue } {
  const held = { ...type, dtype: type.dtype === 'uint32' ? 'int32' : type.dtype } as const;
  const attributes = { dtype: { type: held.dtype }, shape: { shape: held.shape } };
  writer.one('Placeholder', [], held.dtype, attributes, name);
  const placeholder = { name, shape: held.shape, type: held };
  if (type.dtype !== 'uint32') return { placeholder, fed: placeholder };
  const bits = writer.one('Bitcast', [name], 'uint32', {
    T: { type: 'int32' },
    type: { type: 'uint32' },
  });
  return { placeholder, fed: { name: bits, shape: type.shape, type } };
}

/** A tensor that is fetched, which it is after all of some nodes. */
function fetched(
  writer: GraphWriter,
  value: GraphValue,
  name: string,
  after: readonly string[] = [],
): GraphValue {
  const { dtype, shape } = value.type;
  const order = after.map((node) => `^${node}`);
  if (dtype !== 'uint32') {
    writer.one('Identity', [value.name, ...order], dtype, { T: { type: dtype } }, name);
    return { name, shape, type: value.type };
  }
  const attributes = { T: { type: 'uint32' }, type: { type: 'int32' } } as const;
  writer.one('Bitcast', [value.name, ...order], 'int32', attributes, name);
  return { name, shape, type: { dtype: 'int32', shape } };
}

/** Something to fetch that is there after all of some nodes. */
function afterAll(writer: GraphWriter, nodes: readonly string[], name: string): GraphValue {
  const type: TensorType = { dtype: 'int32', shape: [] };
  const zero = { name: writer.int32Scalar(0), shape: [], type };
  return fetched(writer, zero, name, nodes);
}

function endpoint({ name }: GraphValue): string {
  return `${name}:0`;
}

function named(
  writer: GraphWriter,
  names: readonly { readonly name: string }[],
  values: readonly GraphValue[],
): Readonly<Record<string, TfEndpoint>> {
  return Object.fromEntries(
    names.map(({ name }, i) => {
      const value = values[i] as GraphValue;
      const dtype = writer.typeOf(value.name);
      return [name, { tensor: endpoint(value), dtype, shape: value.shape }];
    }),
  );
}
