/**
 * Multiplies out where one of the products is there already: with `p = a * b` at hand,
 * `a * (1 - b * b)` is `a - p * b` and `a * (b - b * b)` is `p - p * b`, one operation less. The
 * derivatives of sigmoid and tanh, times a gate, have this form, and the product is the state.
 */
import {
  eliminateDeadCode,
  rewrite,
  type Builder,
  type Func,
  type TensorType,
  type Value,
  type ValueId,
} from '@chronograd/graph';

/** The function, and the bodies of its scans, with such products multiplied out. */
export function distribute(func: Func): Func {
  const uses = new Map<ValueId, number>();
  for (const id of [...func.nodes.flatMap(({ inputs }) => inputs), ...func.outputs])
    uses.set(id, (uses.get(id) ?? 0) + 1);
  /** Products so far, by their operands. */
  const products = new Map<string, Value>();
  const result = rewrite(func, ({ b, node, inputs }) => {
    if (node.op === 'scan') {
      const body = distribute(node.attributes.body);
      return b.append(
        { ...node, inputs: inputs.map(({ id }) => id), attributes: { ...node.attributes, body } },
        node.outputs.map((id) => func.types[id] as TensorType),
      );
    }
    const [x, y] = inputs;
    if (node.op !== 'mul' || !x || !y) return undefined;
    const known = (p: Value, q: Value): Value | undefined => products.get(keyOf(p, q));
    const isOnlyUse = (place: number): boolean => uses.get(node.inputs[place] ?? -1) === 1;
    const value =
      (isOnlyUse(1) ? multipliedOut(b, x, y, known) : undefined) ??
      (isOnlyUse(0) ? multipliedOut(b, y, x, known) : undefined) ??
      b.mul(x, y);
    products.set(keyOf(x, y), value);
    return [value];
  });
  return eliminateDeadCode(result);
}

function keyOf(x: Value, y: Value): string {
  return x.id < y.id ? `${x.id},${y.id}` : `${y.id},${x.id}`;
}

/** `a * (m - c * d)` as `a * m - (a * c) * d`, where `a * c` and `a * m` are there. */
function multipliedOut(
  b: Builder,
  a: Value,
  difference: Value,
  known: (p: Value, q: Value) => Value | undefined,
): Value | undefined {
  const minus = b.producer(difference.id);
  if (minus?.op !== 'sub') return undefined;
  const [m, square] = minus.inputs.map((id) => b.value(id)) as [Value, Value];
  const times = b.producer(square.id);
  if (times?.op !== 'mul') return undefined;
  const [c, d] = times.inputs.map((id) => b.value(id)) as [Value, Value];
  const whole = isOne(b, m) ? a : known(a, m);
  const [part, rest] = known(a, c) ? [known(a, c), d] : [known(a, d), c];
  return whole && part ? b.sub(whole, b.mul(part, rest)) : undefined;
}

/** Whether a value is the number one, repeated. */
function isOne(b: Builder, value: Value): boolean {
  const node = b.producer(value.id);
  if (node?.op === 'broadcastTo') return isOne(b, b.value(node.inputs[0] as ValueId));
  return (
    node?.op === 'constant' && node.attributes.value.length === 1 && node.attributes.value[0] === 1
  );
}
