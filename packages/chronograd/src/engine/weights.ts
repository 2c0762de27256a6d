/** Weights as users give and get them. */
import { nameAdvice } from '@chronograd/spec';
import type { HostTensor } from '@chronograd/backend';
import type { ResolvedModel } from '@chronograd/spec';
import { ModelError, formatShape, listed } from '../errors.ts';
import { firstNotFinite, indexOf, toTensorData, type TensorLike } from '../tensors/tensor.ts';
import type { HostTensors } from './state.ts';

/**
 * Checks that every parameter of the model is given, in its shape, and nothing else.
 * @throws {@link ModelError} `unknown-weight`, `missing-weight` or `bad-weight`
 */
export function checkWeights(
  model: ResolvedModel,
  values: Readonly<Record<string, TensorLike>>,
): HostTensors {
  const names = model.parameters.map(({ name }) => name);
  for (const name of Object.keys(values))
    if (!names.includes(name))
      throw new ModelError({
        code: 'unknown-weight',
        subject: `weight "${name}"`,
        expected: `a parameter of "${model.spec.name}"`,
        found: 'none of that name',
        advice: nameAdvice(name, names),
      });
  const missing = names.filter((name) => !Object.hasOwn(values, name));
  if (missing.length > 0)
    throw new ModelError({
      code: 'missing-weight',
      subject: 'weights',
      expected: `all ${names.length} parameters of "${model.spec.name}"`,
      found: `none for ${listed(missing)}`,
      advice: 'Those that shall stay can be taken from getWeights',
    });
  const weights: Record<string, HostTensor> = {};
  for (const { name, shape } of model.parameters) {
    const source = toTensorData(`weight "${name}"`, values[name]);
    if (source.shape.length !== shape.length || shape.some((size, i) => size !== source.shape[i]))
      throw new ModelError({
        code: 'bad-weight',
        subject: `weight "${name}"`,
        expected: formatShape(shape),
        found: formatShape(source.shape),
      });
    const place = firstNotFinite(source.data);
    if (place !== undefined)
      throw new ModelError({
        code: 'bad-weight',
        subject: `weight "${name}"[${indexOf(place, shape).join(', ')}]`,
        expected: 'a finite number',
        found: `${source.data[place]}`,
      });
    weights[name] = { dtype: 'float32', shape, data: Float32Array.from(source.data) };
  }
  return weights;
}
