/**
 * Writes a scan, and takes out of its body what does not belong to the recurrence: what is the
 * same at every step is computed once, and what depends on the scanned inputs alone is computed
 * for all steps together. So the input projection of a recurrent layer becomes one matmul.
 */
import { Builder, type Value } from '../ir/builder.ts';
import type { Func, Node, ValueId } from '../ir/types.ts';
import { vectorize } from './vectorize.ts';

/** What a scan runs over. */
export interface ScanOperands {
  /** The same at every step. */
  readonly consts: readonly Value[];
  /** Carried values before the first step. */
  readonly init: readonly Value[];
  /** `[length, …]`, of which each step sees one slice. */
  readonly xs: readonly Value[];
  readonly length: number;
  /** From the last step to the first. Default false. */
  readonly reverse?: boolean;
}

/** Values of one step, in the body's builder. */
export interface ScanStep {
  readonly consts: readonly Value[];
  readonly carries: readonly Value[];
  readonly xs: readonly Value[];
}

/** What a scan gives. */
export interface ScanResult {
  /** Carried values after the last step. */
  readonly carries: Value[];
  /** `[length, …]` */
  readonly ys: Value[];
}

/**
 * Appends a scan to `b`.
 * @param step writes one step into the body's builder
 */
export function scan(
  b: Builder,
  operands: ScanOperands,
  step: (body: Builder, values: ScanStep) => { carries: readonly Value[]; ys: readonly Value[] },
): ScanResult {
  const body = new Builder();
  const consts = operands.consts.map(({ type }) => body.input(type));
  const carries = operands.init.map(({ type }) => body.input(type));
  const xs = operands.xs.map(({ type }) =>
    body.input({ dtype: type.dtype, shape: type.shape.slice(1) }),
  );
  const result = step(body, { consts, carries, xs });
  return emitScan(b, operands, body.finish([...result.carries, ...result.ys]));
}

/** Operations that cost nothing or next to it: repeated where they are needed, never carried out. */
export function isFree(node: Node): boolean {
  return node.op === 'constant' || node.op === 'broadcastTo' || node.op === 'iota';
}

/**
 * Appends a scan of a body function `[consts…, carries…, x slices…] -> [carries…, y slices…]`,
 * hoisting what it can.
 */
export function emitScan(b: Builder, operands: ScanOperands, func: Func): ScanResult {
  const { length, reverse = false } = operands;
  const carryCount = operands.init.length;
  const carryIds = func.inputs.slice(operands.consts.length, operands.consts.length + carryCount);
  const hoisted = hoist(b, operands, func);

  // The new body, with an input for each outer value that it still reads.
  const body = new Builder();
  const inner = new Map<ValueId, Value>();
  const constInputs = new Map<ValueId, Value>();
  const xInputs = new Map<ValueId, Value>();
  const need = neededInside(func, hoisted, carryCount);
  for (const id of need) {
    const outer = hoisted.consts.get(id);
    if (outer && !constInputs.has(outer.id)) constInputs.set(outer.id, outer);
  }
  for (const id of need) {
    const outer = hoisted.xs.get(id);
    if (outer && !xInputs.has(outer.id)) xInputs.set(outer.id, outer);
  }
  const constValues = new Map([...constInputs].map(([id, { type }]) => [id, body.input(type)]));
  carryIds.forEach((id) => inner.set(id, body.input(typeAt(func, id))));
  const xValues = new Map(
    [...xInputs].map(([id, { type }]) => [
      id,
      body.input({ dtype: type.dtype, shape: type.shape.slice(1) }),
    ]),
  );
  for (const id of need) {
    const outer = hoisted.consts.get(id) ?? hoisted.xs.get(id);
    if (!outer) continue;
    const value = hoisted.consts.has(id) ? constValues.get(outer.id) : xValues.get(outer.id);
    if (value) inner.set(id, value);
  }
  const at = (id: ValueId): Value => {
    const value = inner.get(id);
    if (!value) throw new TypeError(`scan: value ${id} of the body is read before it is defined`);
    return value;
  };
  for (const node of func.nodes) {
    if (!node.outputs.some((id) => need.has(id)) || node.outputs.every((id) => inner.has(id)))
      continue;
    const copy = { ...node, inputs: node.inputs.map((id) => at(id).id) } as Node;
    body
      .append(
        copy,
        node.outputs.map((id) => typeAt(func, id)),
      )
      .forEach((value, i) => inner.set(node.outputs[i] as ValueId, value));
  }

  const yIds = func.outputs.slice(carryCount);
  const isOuter = (id: ValueId): boolean => hoisted.xs.has(id) || hoisted.consts.has(id);
  const innerYs = yIds.filter((id) => !isOuter(id));
  const outputs = [...func.outputs.slice(0, carryCount), ...innerYs].map(at);
  const results =
    outputs.length === 0
      ? []
      : b.emit('scan', [...constInputs.values(), ...operands.init, ...xInputs.values()], {
          body: body.finish(outputs),
          length,
          consts: constInputs.size,
          carries: carryCount,
          reverse,
        });
  let next = carryCount;
  const ys = yIds.map((id) => {
    const stacked = hoisted.xs.get(id);
    if (stacked) return stacked;
    const constant = hoisted.consts.get(id);
    if (constant) return b.broadcastTo(constant, [length, ...constant.type.shape]);
    return results[next++] as Value;
  });
  return { carries: results.slice(0, carryCount), ys };
}

function typeAt(func: Func, id: ValueId): Func['types'][number] {
  const type = func.types[id];
  if (!type) throw new TypeError(`function: value ${id} has no type`);
  return type;
}

interface Hoisted {
  /** Values of the body that are one outer value at every step. */
  readonly consts: Map<ValueId, Value>;
  /** Values of the body that are slices of an outer value `[length, …]`. */
  readonly xs: Map<ValueId, Value>;
  /** Free values that any side can write again from their operands. */
  readonly free: Map<ValueId, Node>;
}

/** Computes outside what needs no carry; appends it to `b`. */
function hoist(b: Builder, operands: ScanOperands, func: Func): Hoisted {
  const { consts: outerConsts, init, xs: outerXs, length } = operands;
  const consts = new Map<ValueId, Value>();
  const xs = new Map<ValueId, Value>();
  const free = new Map<ValueId, Node>();
  const offset = outerConsts.length + init.length;
  outerConsts.forEach((value, i) => consts.set(func.inputs[i] as ValueId, value));
  outerXs.forEach((value, i) => xs.set(func.inputs[offset + i] as ValueId, value));

  /** The outer form of a value that is the same at every step, or undefined. */
  const constant = (id: ValueId): Value | undefined => {
    const known = consts.get(id);
    if (known) return known;
    const node = free.get(id);
    if (!node) return undefined;
    const inputs = node.inputs.map(constant);
    if (inputs.some((value) => !value)) return undefined;
    const copy = { ...node, inputs: inputs.map((value) => (value as Value).id) } as Node;
    return b.append(copy, [typeAt(func, id)])[0];
  };
  const isConstant = (id: ValueId): boolean =>
    consts.has(id) || (free.get(id)?.inputs.every(isConstant) ?? false);
  const isSliced = (id: ValueId): boolean =>
    xs.has(id) || (free.get(id)?.inputs.every((input) => isSliced(input)) ?? false);
  /** The outer form `[length, …]` of a value that differs from step to step. */
  const sliced = (id: ValueId): Value | undefined => {
    const known = xs.get(id);
    if (known) return known;
    const node = free.get(id);
    const [operand] = node?.inputs ?? [];
    const source = operand === undefined ? undefined : sliced(operand);
    return node && source
      ? vectorize(b, node, [{ value: source, stacked: true }], length, typeAt(func, id))
      : undefined;
  };

  for (const node of func.nodes) {
    const [output] = node.outputs;
    if (output === undefined) continue;
    if (isFree(node)) {
      free.set(output, node);
      continue;
    }
    if (node.inputs.every(isConstant)) {
      const copy = { ...node, inputs: node.inputs.map((id) => (constant(id) as Value).id) } as Node;
      b.append(
        copy,
        node.outputs.map((id) => typeAt(func, id)),
      ).forEach((value, i) => consts.set(node.outputs[i] as ValueId, value));
      continue;
    }
    if (!node.inputs.every((id) => isConstant(id) || isSliced(id))) continue;
    const inputs = node.inputs.map((id) =>
      isConstant(id)
        ? { value: constant(id) as Value, stacked: false }
        : { value: sliced(id) as Value, stacked: true },
    );
    const stacked = vectorize(b, node, inputs, length, typeAt(func, output));
    if (stacked) xs.set(output, stacked);
  }
  return { consts, xs, free };
}

/** The values of the body that its remaining nodes and outputs read. */
function neededInside(func: Func, hoisted: Hoisted, carryCount: number): Set<ValueId> {
  const need = new Set<ValueId>();
  const outside = (id: ValueId): boolean => hoisted.consts.has(id) || hoisted.xs.has(id);
  func.outputs.forEach((id, i) => {
    if (i < carryCount || !outside(id)) need.add(id);
  });
  for (const node of [...func.nodes].reverse()) {
    if (!node.outputs.some((id) => need.has(id) && !outside(id))) continue;
    for (const id of node.inputs) need.add(id);
  }
  return need;
}
