/** Runs a function node by node in double precision. */
import { BackendError } from '@chronograd/backend';
import {
  expandComposites,
  formatType,
  sameType,
  sizeOf,
  type Func,
  type Node,
  type PrimitiveAttributes,
  type PrimitiveName,
  type TensorType,
  type ValueId,
} from '@chronograd/graph';
import type { Kernel } from './kernels/kernel.ts';
import { kernels } from './kernels/table.ts';
import type { Tensor64 } from './tensor.ts';

/**
 * The outputs of a function. Composites run by their decomposition; where the function holds
 * gradients of composites, all composites are expanded first.
 * @throws {@link BackendError} where the inputs are not of the function's types.
 */
export function interpret(func: Func, inputs: readonly Tensor64[]): Tensor64[] {
  if (inputs.length !== func.inputs.length)
    throw badInput('inputs', `${func.inputs.length}`, `${inputs.length}`);
  func.inputs.forEach((id, i) => {
    const expected = func.types[id] as TensorType;
    const found = inputs[i] as Tensor64;
    if (!sameType(expected, found))
      throw badInput(`input ${i}`, formatType(expected), formatType(found));
    if (found.data.length !== sizeOf(found.shape))
      throw badInput(`input ${i}`, `${sizeOf(found.shape)} elements`, `${found.data.length}`);
  });
  return evaluate(holdsGradients(func) ? expandComposites(func) : func, inputs);
}

function badInput(subject: string, expected: string, found: string): BackendError {
  return new BackendError('bad-input', { backend: 'reference', subject, expected, found });
}

function holdsGradients(func: Func): boolean {
  return func.nodes.some(
    (node) =>
      node.op === 'compositeGradient' ||
      (node.op === 'scan' && holdsGradients(node.attributes.body)) ||
      (node.op === 'composite' && holdsGradients(node.attributes.decomposition)),
  );
}

/** The outputs of a function without gradients of composites, for inputs known to fit. */
export function evaluate(func: Func, inputs: readonly Tensor64[]): Tensor64[] {
  const values = new Array<Tensor64>(func.types.length);
  const at = (id: ValueId): Tensor64 => values[id] as Tensor64;
  func.inputs.forEach((id, i) => (values[id] = inputs[i] as Tensor64));
  for (const node of func.nodes) {
    const types = node.outputs.map((id) => func.types[id] as TensorType);
    run(node, node.inputs.map(at), types).forEach((result, i) => {
      values[node.outputs[i] as ValueId] = result;
    });
  }
  return func.outputs.map(at);
}

function run(node: Node, inputs: readonly Tensor64[], types: readonly TensorType[]): Tensor64[] {
  if (node.op === 'composite') return evaluate(node.attributes.decomposition, inputs);
  if (node.op === 'compositeGradient')
    throw new BackendError('run-failed', {
      backend: 'reference',
      subject: `gradient of ${node.attributes.name}`,
      expected: 'a function whose composites are expanded',
      found: 'compositeGradient',
      advice: 'Run expandComposites before, or interpret, which does',
    });
  return apply(node.op, inputs, node.attributes, types);
}

function apply<P extends PrimitiveName>(
  op: P,
  inputs: readonly Tensor64[],
  attributes: unknown,
  types: readonly TensorType[],
): Tensor64[] {
  const kernel: Kernel<PrimitiveAttributes[P]> = kernels[op];
  return kernel(inputs, attributes as PrimitiveAttributes[P], types, evaluate);
}
