/** Changes of the program, each by node or by composite, and helpers to find a node by its shape. */
import {
  Builder,
  expandComposites,
  rewrite,
  type CompositeOptions,
  type Func,
  type Node,
  type Program,
  type Rewrite,
  type Rewriting,
  type TensorType,
  type Value,
} from '@chronograd/graph';
import type { Change } from './mutant.ts';

/** What finds out how a value was made. */
export type Context = Pick<Rewriting, 'b' | 'producer'>;

/** Changes the function of every entry. */
export function functionsAs(
  change: (func: Func, entry: string, program: Program) => Func,
): Required<Pick<Change, 'program'>> {
  return {
    program: (program) => ({
      ...program,
      entries: Object.fromEntries(
        Object.entries(program.entries).map(([name, entry]) => [
          name,
          { ...entry, func: change(entry.func, name, program) },
        ]),
      ),
    }),
  };
}

/**
 * Puts something else in the place of primitives, wherever they are: composites and their gradients
 * are expanded first, and bodies of scans are rewritten as well.
 */
export function primitivesAs(replace: Rewrite): Change {
  return functionsAs((func) => rewriteDeep(expandComposites(func), replace));
}

/** Puts something else in the place of nodes of entries; composites are left whole. */
export function nodesAs(replace: Rewrite): Change {
  return functionsAs((func) => rewrite(func, replace));
}

/** As graph's {@link rewrite}, and in the bodies of scans. */
export function rewriteDeep(func: Func, replace: Rewrite): Func {
  return rewrite(func, (context) => {
    const { b, node, inputs } = context;
    if (node.op !== 'scan') return replace(context);
    const body = rewriteDeep(node.attributes.body, replace);
    const deep: Node = {
      ...node,
      inputs: inputs.map(({ id }) => id),
      attributes: { ...node.attributes, body },
    };
    return replace({ ...context, node: deep }) ?? b.append(deep, typesOf(func, node));
  });
}

/**
 * Gives composites another decomposition, of the same inputs and outputs: forward and backward, as
 * a kernel would that is wrong, with a gradient that is right for what it computes.
 */
export function decompositionsAs(
  names: readonly string[],
  change: (decomposition: Func, options: CompositeOptions, name: string) => Func,
): Change {
  return functionsAs((func) =>
    rewrite(func, ({ b, node, inputs }) => {
      if (node.op !== 'composite' && node.op !== 'compositeGradient') return undefined;
      const { name, options, decomposition } = node.attributes;
      if (!names.includes(name)) return undefined;
      const changed = expandComposites(change(decomposition, options, name));
      const copy = {
        ...node,
        inputs: inputs.map(({ id }) => id),
        attributes: { ...node.attributes, decomposition: changed },
      } as Node;
      return b.append(copy, typesOf(func, node));
    }),
  );
}

/** Writes a composite anew. */
export type WriteComposite = (context: {
  readonly b: Builder;
  readonly name: string;
  readonly options: CompositeOptions;
  readonly inputs: readonly Value[];
  /** What the composite is by itself, of other inputs. */
  readonly original: (inputs: readonly Value[]) => readonly Value[];
}) => readonly Value[];

/** As {@link decompositionsAs}, with a decomposition that is written with a builder. */
export function compositesAs(names: readonly string[], write: WriteComposite): Change {
  return decompositionsAs(names, (decomposition, options, name) =>
    written(decomposition, options, name, write),
  );
}

/**
 * As {@link compositesAs} for the gradient alone: forward a composite is what it should be, its
 * gradient is that of something else.
 */
export function gradientsAs(names: readonly string[], write: WriteComposite): Change {
  return functionsAs((func) =>
    rewrite(func, ({ b, node, inputs }) => {
      if (node.op !== 'compositeGradient' || !names.includes(node.attributes.name))
        return undefined;
      const { name, options, decomposition } = node.attributes;
      const changed = expandComposites(written(decomposition, options, name, write));
      const operands = inputs.slice(0, decomposition.inputs.length);
      const given = inputs.slice(decomposition.inputs.length + decomposition.outputs.length);
      // A forward pass of its own, which the gradient belongs to.
      const results = b.composite(name, options, changed, operands);
      const gradient = {
        ...node,
        inputs: [...operands, ...results, ...given].map(({ id }) => id),
        attributes: { ...node.attributes, decomposition: changed },
      };
      return b.append(gradient, typesOf(func, node));
    }),
  );
}

function written(
  decomposition: Func,
  options: CompositeOptions,
  name: string,
  write: WriteComposite,
): Func {
  const b = new Builder();
  const inputs = decomposition.inputs.map((id) => b.input(decomposition.types[id] as TensorType));
  const original = (others: readonly Value[]) => b.inline(decomposition, others);
  return b.finish(write({ b, name, options, inputs, original }));
}

/** The types of a node's results. */
export function typesOf(func: Func, node: Node): TensorType[] {
  return node.outputs.map((id) => func.types[id] as TensorType);
}

/** The operands of the node that made a value, if it is one of this operation. */
export function operandsOf(
  { b, producer }: Pick<Rewriting, 'b' | 'producer'>,
  value: Value | undefined,
  op: Node['op'],
): readonly Value[] | undefined {
  const node = value && producer(value);
  return node?.op === op ? node.inputs.map((id) => b.value(id)) : undefined;
}

/** What a value repeats: itself, unless it is made by broadcastTo or reshape. */
export function repeated(context: Pick<Rewriting, 'b' | 'producer'>, value: Value): Value {
  const [source] =
    operandsOf(context, value, 'broadcastTo') ?? operandsOf(context, value, 'reshape') ?? [];
  return source ? repeated(context, source) : value;
}

/** The number that all elements of a value are, if it is a constant. */
export function numberOf(
  context: Pick<Rewriting, 'b' | 'producer'>,
  value: Value | undefined,
): number | undefined {
  const node = value && context.producer(repeated(context, value));
  return node?.op === 'constant' && node.attributes.value.length === 1
    ? node.attributes.value[0]
    : undefined;
}
