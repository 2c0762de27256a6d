/**
 * Constant folding: computes what depends on constants alone. One element that fills a tensor is
 * always written as a scalar constant and a `broadcastTo`, which engines that broadcast by
 * themselves need not spread.
 */
import type { Value } from '../ir/builder.ts';
import { sizeOf, type Func, type Node, type TensorType } from '../ir/types.ts';
import {
  computeBroadcast,
  computeElementwise,
  computeIota,
  computeReduction,
  single,
  type Elements,
} from './constant-values.ts';
import { rewrite, type Rewriting } from './rewrite.ts';

/** Results with more elements are left for the engine: a program should stay small. */
const LARGEST_FOLDED = 4096;

/** The function with what is constant computed, inside of scans as well. */
export function foldConstants(func: Func): Func {
  return rewrite(func, (context) => {
    const { b, node, inputs } = context;
    const types = node.outputs.map((id) => func.types[id] as TensorType);
    if (node.op === 'scan') {
      const body = foldConstants(node.attributes.body);
      const attributes = { ...node.attributes, body };
      return b.append({ ...node, inputs: inputs.map(({ id }) => id), attributes }, types);
    }
    const [type] = types;
    if (!type || types.length !== 1) return undefined;
    const elements = fold(context, type);
    return elements && [write(context, elements, type)];
  });
}

/** Writes a constant in its canonical form. */
function write({ b }: Rewriting, elements: Elements, type: TensorType): Value {
  const isSingle = elements.length === 1;
  const shape = isSingle ? [] : type.shape;
  const constant = b.one('constant', [], { dtype: type.dtype, shape, value: elements });
  return isSingle ? b.broadcastTo(constant, type.shape) : constant;
}

/** The elements of a node's result, if its operands are constant and it is not written yet. */
function fold(context: Rewriting, type: TensorType): Elements | undefined {
  const { node, inputs } = context;
  const [first] = inputs;
  const isSmall = sizeOf(type.shape) <= LARGEST_FOLDED;
  const operands = inputs.map((value) => constantElements(context, value));
  const allSingle = operands.every((elements) => elements?.length === 1);
  if (operands.some((elements) => !elements) || !(isSmall || allSingle)) return undefined;
  const [operand] = operands;
  switch (node.op) {
    case 'constant':
      return isCanonical(node) ? undefined : node.attributes.value.slice(0, 1);
    case 'reduceSum':
    case 'reduceMax':
      return operand && computeReduction(node, operand, (first as Value).type, type);
    case 'reshape':
      return operand;
    case 'transpose':
    case 'slice':
    case 'reverse':
    case 'gather':
      return operand?.length === 1 && sizeOf(type.shape) > 0 ? operand : undefined;
    case 'pad':
      return allSingle && operand?.[0] === node.attributes.value ? operand : undefined;
    case 'concat': {
      const isOne = allSingle && operands.every((elements) => elements?.[0] === operand?.[0]);
      return isOne ? operand : undefined;
    }
    default:
      return inputs.length > 0 ? computeElementwise(node, operands as Elements[], type) : undefined;
  }
}

function isCanonical(node: Node & { op: 'constant' }): boolean {
  const { shape, value } = node.attributes;
  return value.length > 1 || shape.length === 0 || value.length === 0;
}

/** The elements of a value, if it is a constant, one repeated, or a count that is not too long. */
function constantElements({ b, producer }: Rewriting, value: Value): Elements | undefined {
  const node = producer(value);
  if (node?.op === 'constant') return node.attributes.value;
  const isSmall = sizeOf(value.type.shape) <= LARGEST_FOLDED;
  if (node?.op === 'iota') {
    if (sizeOf(value.type.shape) === 1) return single(value.type.dtype, 0);
    return isSmall ? computeIota(value.type, node.attributes.axis) : undefined;
  }
  if (node?.op !== 'broadcastTo') return undefined;
  const source = b.value(node.inputs[0] as number);
  const made = producer(source);
  if (made?.op !== 'constant') return undefined;
  const elements = made.attributes.value;
  if (elements.length === 1) return elements;
  return isSmall ? computeBroadcast(elements, source.type, value.type) : undefined;
}
