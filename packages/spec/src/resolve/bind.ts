import { describeValue, didYouMean, SpecError, type SpecIssue } from '../issues.ts';
import { shapeText } from './layer-result.ts';
import { resolveModel } from './resolve.ts';
import type { LayerShape, ResolvedModel } from './resolved.ts';

/**
 * The model for inputs of given sizes: null is replaced by what is fed, in the shapes of the spec's
 * input layers and in all that follows from them.
 *
 * @param shapes by name of input layer, without the batch, as in `{ input: [60, 4] }`; an input
 *   whose shape has no null may be left out
 * @throws {@link SpecError} for shapes that do not fit the input layers, are missing, or are of no
 *   input layer
 */
export function bindShapes(
  model: ResolvedModel,
  shapes: Readonly<Record<string, readonly number[]>>,
): ResolvedModel {
  const names = model.inputs.map((input) => input.reference);
  const issues: SpecIssue[] = Object.keys(shapes)
    .filter((name) => !names.includes(name))
    .map((name) => ({
      path: `shapes.${name}`,
      expected: `an input layer: ${names.join(', ')}`,
      found: describeValue(name),
      ...didYouMean(name, names),
    }));
  for (const { reference, shape } of model.inputs) {
    const fed = Object.hasOwn(shapes, reference) ? shapes[reference] : undefined;
    const fits = fed === undefined ? !shape.includes(null) : fitsShape(shape, fed);
    if (fits) continue;
    issues.push({
      path: `shapes.${reference}`,
      expected: `${shapeText(shape)} without the batch, null being any size`,
      found: describeValue(fed),
    });
  }
  if (issues.length > 0)
    throw new SpecError(`The shapes for the model "${model.spec.name}"`, issues);
  return resolveModel({
    ...model.spec,
    layers: model.spec.layers.map((layer) =>
      layer.type === 'input'
        ? { ...layer, shape: [...(shapes[layer.name] ?? layer.shape)] }
        : layer,
    ),
  });
}

function fitsShape(shape: LayerShape, fed: readonly number[]): boolean {
  return (
    shape.length === fed.length &&
    fed.every((size, axis) => {
      const wanted = shape[axis];
      return wanted === null ? Number.isSafeInteger(size) && size > 0 : size === wanted;
    })
  );
}
