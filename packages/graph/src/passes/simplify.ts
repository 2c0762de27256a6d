/** Rewrites that need no arithmetic: operations without effect, and chains that are one. */
import type { Value } from '../ir/builder.ts';
import { sameShape, type Func, type Node } from '../ir/types.ts';
import { rewrite, type Rewriting } from './rewrite.ts';

/** The function without identities such as `x + 0`, `x * 1` and a transpose undone by the next. */
export function simplify(func: Func): Func {
  return rewrite(func, (context) => {
    const { b, node, inputs } = context;
    if (node.op === 'scan') {
      const body = simplify(node.attributes.body);
      return b.append(
        {
          ...node,
          inputs: inputs.map(({ id }) => id),
          attributes: { ...node.attributes, body },
        },
        node.outputs.map((id) => func.types[id] as Value['type']),
      );
    }
    const value = simpler(context);
    return value ? [value] : undefined;
  });
}

function simpler({ b, node, inputs, producer }: Rewriting): Value | undefined {
  const [x, y] = inputs;
  if (!x) return undefined;
  const source = (value: Value): Value | undefined => {
    const made = producer(value);
    return made ? b.value(made.inputs[0] as number) : undefined;
  };
  const splat = (value: Value | undefined): number | undefined => {
    let made = value && producer(value);
    while (made?.op === 'broadcastTo') made = producer(b.value(made.inputs[0] as number));
    return made?.op === 'constant' && made.attributes.value.length === 1
      ? made.attributes.value[0]
      : undefined;
  };
  const negated = (value: Value | undefined): Value | undefined =>
    value && producer(value)?.op === 'neg' ? source(value) : undefined;
  const inner: Node | undefined = producer(x);
  switch (node.op) {
    case 'add':
      if (splat(y) === 0) return x;
      if (splat(x) === 0) return y;
      if (negated(y)) return b.sub(x, negated(y) as Value);
      return y && negated(x) ? b.sub(y, negated(x) as Value) : undefined;
    case 'sub':
      if (splat(y) === 0) return x;
      return negated(y) ? b.add(x, negated(y) as Value) : undefined;
    case 'mul':
      if (splat(y) === 1) return x;
      if (splat(x) === 1) return y;
      if (x.type.dtype !== 'float32') return undefined;
      return splat(y) === -1 ? b.neg(x) : y && splat(x) === -1 ? b.neg(y) : undefined;
    case 'div':
      return splat(y) === 1 ? x : undefined;
    case 'neg':
      return inner?.op === 'neg' ? source(x) : undefined;
    case 'stopGradient':
      // Gradients have been written by now.
      return x;
    case 'reshape':
      if (sameShape(x.type.shape, node.attributes.shape)) return x;
      return inner?.op === 'reshape'
        ? b.reshape(source(x) as Value, node.attributes.shape)
        : undefined;
    case 'broadcastTo':
      if (sameShape(x.type.shape, node.attributes.shape)) return x;
      return inner?.op === 'broadcastTo'
        ? b.broadcastTo(source(x) as Value, node.attributes.shape)
        : undefined;
    case 'transpose': {
      if (inner?.op !== 'transpose') return undefined;
      const first = inner.attributes.permutation;
      const permutation = node.attributes.permutation.map((axis) => first[axis] as number);
      return b.transpose(source(x) as Value, permutation);
    }
    case 'reverse':
      return inner?.op === 'reverse' && sameShape(inner.attributes.axes, node.attributes.axes)
        ? source(x)
        : undefined;
    case 'concat': {
      const { axis } = node.attributes;
      const flat = inputs.flatMap((value) => {
        const made = producer(value);
        const isSame = made?.op === 'concat' && made.attributes.axis === axis;
        return isSame ? made.inputs.map((id) => b.value(id)) : [value];
      });
      return flat.length > inputs.length || flat.length === 1 ? b.concat(flat, axis) : undefined;
    }
    case 'slice': {
      const { starts, limits } = node.attributes;
      const whole = x.type.shape.every((d, axis) => starts[axis] === 0 && limits[axis] === d);
      return whole ? x : undefined;
    }
    default:
      return undefined;
  }
}
