/** A function together with its gradients, as a training step computes them. */
import { Builder, gradients, type Func, type TensorType } from '@chronograd/graph';

/** A function with gradients, and where its inputs and outputs come from. */
export interface Differentiated {
  /** `[…inputs, …cotangents] -> […outputs, …gradients]` */
  readonly func: Func;
  /** Types of the cotangents: one for each float32 output. */
  readonly cotangents: readonly TensorType[];
  /** Places of the inputs that a gradient is returned for. */
  readonly wrt: readonly number[];
}

/**
 * The outputs of `func`, and the gradients of the sum of its float32 outputs, each times its
 * cotangent: what no output depends on gets zeros.
 * @param exclude places of float32 inputs that no gradient is wanted for
 */
export function differentiate(func: Func, exclude: readonly number[] = []): Differentiated {
  const b = new Builder();
  const typeOf = (id: number): TensorType => func.types[id] as TensorType;
  const isFloat = (id: number): boolean => typeOf(id).dtype === 'float32';
  const inputs = func.inputs.map((id) => b.input(typeOf(id)));
  const cotangents = func.outputs.map((id) => (isFloat(id) ? b.input(typeOf(id)) : undefined));
  const outputs = b.inline(func, inputs);
  const terms = outputs.flatMap((output, i) => {
    const cotangent = cotangents[i];
    return cotangent ? [b.reduceSum(b.mul(output, cotangent))] : [];
  });
  const loss = terms.reduce((sum, term) => b.add(sum, term), b.constant(0));
  const wrt = func.inputs.flatMap((id, i) => (isFloat(id) && !exclude.includes(i) ? [i] : []));
  const slopes = gradients(
    b,
    loss,
    inputs.filter((_, i) => wrt.includes(i)),
  );
  return {
    func: b.finish([...outputs, ...slopes]),
    cotangents: func.outputs.filter(isFloat).map(typeOf),
    wrt,
  };
}
