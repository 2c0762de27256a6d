/**
 * Regroups products and sums in the bodies of scans, so that the parts that do not depend on what
 * is carried stand together and can leave the body: `(dh * tc) * o` becomes `dh * (tc * o)`, where
 * `tc * o` is one operation for all steps. The gradients of recurrent cells gain the most.
 *
 * A value of the body is *fixed* if it depends on consts and slices only. Each other value is held
 * as `core * factor` or `core + offset`, where it is one, with a fixed factor or offset. No rule
 * makes a body longer. Sums and products are regrouped as if numbers were exact: results differ by
 * rounding.
 */
import type { Builder, Value } from '../ir/builder.ts';
import type { Func, Node, TensorType, ValueId } from '../ir/types.ts';
import { rewrite, type Rewriting } from './rewrite.ts';

/** `core * part` or `core + part`; the part is written only where it is used. */
interface Split {
  readonly core: Value;
  readonly part: () => Value;
}

/** What is known of the values of a function as it is written. */
interface Known {
  readonly isFixed: (value: Value) => boolean;
  readonly products: Map<ValueId, Split>;
  readonly sums: Map<ValueId, Split>;
  /** How often a value of the old function is read. */
  readonly uses: ReadonlyMap<ValueId, number>;
}

/** The function with its scans' bodies regrouped, and its own products and sums with numbers. */
export function reassociate(func: Func): Func {
  return regroup(func, () => false);
}

/**
 * @param func the function to regroup
 * @param isFixedInput whether an input, by its place, is fixed
 * @param isBody whether the function is the body of a scan, which fixed values can leave
 */
function regroup(func: Func, isFixedInput: (place: number) => boolean, isBody = false): Func {
  const fixed = new Map<ValueId, boolean>();
  // Inputs keep their numbers in a rewritten function: they are written first.
  func.inputs.forEach((_, place) => fixed.set(place, isFixedInput(place)));
  const uses = new Map<ValueId, number>();
  for (const id of [...func.nodes.flatMap(({ inputs }) => inputs), ...func.outputs])
    uses.set(id, (uses.get(id) ?? 0) + 1);
  const products = new Map<ValueId, Split>();
  const sums = new Map<ValueId, Split>();
  return rewrite(func, (context) => {
    const { b } = context;
    const isFixed = (value: Value): boolean => {
      const known = fixed.get(value.id);
      if (known !== undefined) return known;
      const node = b.producer(value.id);
      const result = node !== undefined && isFixedNode(node, isBody, (id) => isFixed(b.value(id)));
      fixed.set(value.id, result);
      return result;
    };
    return regroupNode(context, func, { isFixed, products, sums, uses });
  });
}

/** In a body, what reads fixed values only; elsewhere, what spreads one number. */
function isFixedNode(node: Node, isBody: boolean, isFixed: (id: ValueId) => boolean): boolean {
  if (node.op === 'constant') return isBody || node.attributes.value.length === 1;
  if (isBody) return node.inputs.every(isFixed);
  return node.op === 'broadcastTo' && node.inputs.every(isFixed);
}

function regroupNode(context: Rewriting, func: Func, known: Known): readonly Value[] | undefined {
  const { b, node, inputs } = context;
  if (node.op === 'scan') {
    const { consts, carries } = node.attributes;
    const isFixedInput = (place: number): boolean => place < consts || place >= consts + carries;
    const body = regroup(node.attributes.body, isFixedInput, true);
    return b.append(
      { ...node, inputs: inputs.map(({ id }) => id), attributes: { ...node.attributes, body } },
      node.outputs.map((id) => func.types[id] as TensorType),
    );
  }
  const [x, y] = inputs;
  if (!x || x.type.dtype !== 'float32' || inputs.every(known.isFixed)) return undefined;
  switch (node.op) {
    case 'mul':
    case 'div':
    case 'neg':
      return scaled(b, node.op, x, y, known);
    case 'add':
    case 'sub':
      return y && (shifted(b, node.op, x, y, known) ?? commonCore(b, node.op, x, y, known));
    case 'concat':
      return concatOfProducts(b, node, inputs, known);
    default:
      return undefined;
  }
}

/** `x * y`, `x / y` or `-x` with all fixed factors of `x` in one. */
function scaled(
  b: Builder,
  op: 'mul' | 'div' | 'neg',
  x: Value,
  y: Value | undefined,
  known: Known,
): readonly Value[] | undefined {
  const { isFixed, products } = known;
  if (op === 'mul' && y && isFixed(x)) return scaled(b, op, y, x, known);
  if (y && !isFixed(y)) return undefined;
  const split = products.get(x.id);
  const again = (value: Value): Value => (y ? b[op as 'mul' | 'div'](value, y) : b.neg(value));
  const core = split?.core ?? x;
  const part = split
    ? lazily(() => again(split.part()))
    : lazily(() => (op === 'mul' && y ? y : again(spread(b, 1, x.type))));
  const result = split ? b.mul(core, part()) : again(x);
  products.set(result.id, { core, part });
  return [result];
}

/** `x + y` or `x - y` where one is fixed, with all fixed terms of the other in one. */
function shifted(
  b: Builder,
  op: 'add' | 'sub',
  x: Value,
  y: Value,
  known: Known,
): readonly Value[] | undefined {
  const { isFixed, sums } = known;
  if (op === 'add' && isFixed(x)) return shifted(b, op, y, x, known);
  if (!isFixed(y)) return undefined;
  const split = sums.get(x.id);
  const core = split?.core ?? x;
  const part = split
    ? lazily(() => b[op](split.part(), y))
    : lazily(() => (op === 'add' ? y : b.neg(y)));
  const result = split ? b.add(core, part()) : b[op](x, y);
  sums.set(result.id, { core, part });
  return [result];
}

/** `core * p ± core * q` as `core * (p ± q)`. */
function commonCore(
  b: Builder,
  op: 'add' | 'sub',
  x: Value,
  y: Value,
  { products }: Known,
): readonly Value[] | undefined {
  const [p, q] = [products.get(x.id), products.get(y.id)];
  const core = p?.core ?? x;
  if ((!p && !q) || (q?.core ?? y).id !== core.id) return undefined;
  const one = (): Value => spread(b, 1, x.type);
  const part = lazily(() => b[op]((p?.part ?? one)(), (q?.part ?? one)()));
  const result = b.mul(core, part());
  products.set(result.id, { core, part });
  return [result];
}

/** A concat of products as the product of two concats, one of which is fixed. */
function concatOfProducts(
  b: Builder,
  node: Node & { op: 'concat' },
  inputs: readonly Value[],
  { isFixed, products, uses }: Known,
): readonly Value[] | undefined {
  if (inputs.some(isFixed)) return undefined;
  const saved = inputs.filter(
    (value, i) => products.has(value.id) && uses.get(node.inputs[i] as ValueId) === 1,
  );
  // One multiplication takes the place of those that nothing else reads.
  if (saved.length < 2) return undefined;
  const { axis } = node.attributes;
  const cores = inputs.map((value) => products.get(value.id)?.core ?? value);
  const parts = (): Value[] =>
    inputs.map((value) => products.get(value.id)?.part() ?? spread(b, 1, value.type));
  const core = b.concat(cores, axis);
  const part = lazily(() => b.concat(parts(), axis));
  const result = b.mul(core, part());
  products.set(result.id, { core, part });
  return [result];
}

function spread(b: Builder, value: number, { dtype, shape }: TensorType): Value {
  return b.broadcastTo(b.constant(value, [], dtype), shape);
}

function lazily(make: () => Value): () => Value {
  let made: Value | undefined;
  return () => (made ??= make());
}
