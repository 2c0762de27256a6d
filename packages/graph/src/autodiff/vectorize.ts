/** Applies the operation of one step to all steps together. */
import type { Builder, Value } from '../ir/builder.ts';
import { isElementwise } from '../ir/elementwise.ts';
import type { Node, TensorType } from '../ir/types.ts';

/** An operand of a step: one value for all steps, or `[length, …]` with a slice for each. */
export interface StepOperand {
  readonly value: Value;
  readonly stacked: boolean;
}

/**
 * The result of `node` for all steps, `[length, …result]`, or `undefined` where that is no single
 * operation (a scan in the body, a matmul of two values that both change).
 */
export function vectorize(
  b: Builder,
  node: Node,
  operands: readonly StepOperand[],
  length: number,
  result: TensorType,
): Value | undefined {
  const type: TensorType = { dtype: result.dtype, shape: [length, ...result.shape] };
  const [first] = operands;
  if (!first) return undefined;
  const stack = ({ value, stacked }: StepOperand): Value =>
    stacked ? value : b.broadcastTo(value, [length, ...value.type.shape]);
  const again = (attributes: object, inputs: readonly Value[]): Value | undefined =>
    b.append({ ...node, inputs: inputs.map((value) => value.id), attributes } as unknown as Node, [
      type,
    ])[0];
  if (isElementwise(node.op)) return again(node.attributes, operands.map(stack));
  const x = stack(first);
  switch (node.op) {
    case 'matmul': {
      const [, second] = operands;
      const { transposeA, transposeB } = node.attributes;
      if (!second || !first.stacked || second.stacked) return undefined;
      if (transposeA || x.type.shape.length !== 3) return undefined;
      const [, rows = 0, inner = 0] = x.type.shape;
      const flat = b.reshape(x, [length * rows, inner]);
      return b.reshape(b.matmul(flat, second.value, { transposeB }), type.shape);
    }
    case 'reshape':
      return b.reshape(x, type.shape);
    case 'broadcastTo': {
      const lead = result.shape.length - (x.type.shape.length - 1);
      const ones = Array.from({ length: lead }, () => 1);
      return b.broadcastTo(b.reshape(x, [length, ...ones, ...x.type.shape.slice(1)]), type.shape);
    }
    case 'transpose':
      return again({ permutation: [0, ...node.attributes.permutation.map((axis) => axis + 1)] }, [
        x,
      ]);
    case 'slice': {
      const { starts, limits } = node.attributes;
      return again({ starts: [0, ...starts], limits: [length, ...limits] }, [x]);
    }
    case 'pad': {
      const { low, high, value } = node.attributes;
      return again({ low: [0, ...low], high: [0, ...high], value }, [x]);
    }
    case 'reduceSum':
    case 'reduceMax': {
      const { axes, keepDims } = node.attributes;
      return again({ axes: axes.map((axis) => axis + 1), keepDims }, [x]);
    }
    case 'argMax':
      return again({ axis: node.attributes.axis + 1 }, [x]);
    case 'reverse':
      return again({ axes: node.attributes.axes.map((axis) => axis + 1) }, [x]);
    case 'concat':
      return again({ axis: node.attributes.axis + 1 }, operands.map(stack));
    case 'gather': {
      const [, indices] = operands;
      return !first.stacked && indices?.stacked ? b.gather(first.value, indices.value) : undefined;
    }
    default:
      return undefined;
  }
}
