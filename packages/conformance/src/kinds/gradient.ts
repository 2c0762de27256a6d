/** The gradient of a function as a function, so that backends can be held to it. */
import { Builder, gradients, type Func, type TensorType, type Value } from '@chronograd/graph';

const isFloat = ({ dtype }: TensorType): boolean => dtype === 'float32';

/**
 * A function of the inputs of `func` and then one cotangent for each of its float32 outputs. It
 * returns the gradient of each float32 input: the vector-Jacobian product.
 */
export function gradientFunc(func: Func): Func {
  const b = new Builder();
  const typeOf = (id: number): TensorType => func.types[id] as TensorType;
  const inputs = func.inputs.map((id) => b.input(typeOf(id)));
  const cotangents = func.outputs.map((id) =>
    isFloat(typeOf(id)) ? b.input(typeOf(id)) : undefined,
  );
  const outputs = b.inline(func, inputs);
  const terms = outputs.flatMap((output, i) => {
    const cotangent = cotangents[i];
    return cotangent ? [b.reduceSum(b.mul(output, cotangent))] : [];
  });
  const loss = terms.reduce((sum, term) => b.add(sum, term), b.constant(0));
  const wrt = inputs.filter(({ type }: Value) => isFloat(type));
  return b.finish(gradients(b, loss, wrt));
}

/** The types of the cotangents that {@link gradientFunc} takes. */
export function cotangentTypes(func: Func): TensorType[] {
  return func.outputs.map((id) => func.types[id] as TensorType).filter(isFloat);
}
