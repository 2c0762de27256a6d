/** Rules of layers that arrange or merge what they read. */
import {
  broken,
  inputFault,
  needsFloat,
  output,
  result,
  shapeText,
  type LayerResult,
  type Of,
} from './layer-result.ts';
import type { LayerOutput, LayerShape } from './resolved.ts';

/** The layers that arrange one input. */
export type ShapingLayer = Of<'flatten' | 'reshape' | 'permute' | 'repeatVector'>;

/** The layers that read several. */
export type MergingLayer = Of<
  'add' | 'subtract' | 'multiply' | 'average' | 'maximum' | 'minimum' | 'concatenate'
>;

/** The output of a layer that arranges what it reads; its element type stays. */
export function applyShapingLayer(spec: ShapingLayer, input: LayerOutput): LayerResult {
  const shape = shaped(spec, input);
  if (!Array.isArray(shape)) return shape;
  return { outputs: [output(spec.name, shape, input.dtype)], parameters: [], faults: [] };
}

function shaped(spec: ShapingLayer, input: LayerOutput): LayerShape | LayerResult {
  switch (spec.type) {
    case 'flatten':
    case 'reshape': {
      const size = sizeOf(input.shape);
      if (size === null) return broken([inputFault(input, 0, known(spec.type), boundHint)]);
      return spec.type === 'flatten' ? [size] : reshaped(spec, input, size);
    }
    case 'permute':
      if (spec.dims.length !== input.shape.length)
        return broken([
          { at: ['dims'], expected: `${input.shape.length} axes, as ${input.reference} has` },
        ]);
      return spec.dims.map((axis) => input.shape[axis - 1] ?? null);
    case 'repeatVector':
      if (input.shape.length !== 1)
        return broken([inputFault(input, 0, '[features] into repeatVector')]);
      return [spec.n, ...input.shape];
  }
}

const known = (type: string): string => `a shape without null into ${type}`;
const boundHint = 'give the input layer its whole shape, or bind it before';

/** Number of entries; null where a size is not known. */
function sizeOf(shape: LayerShape): number | null {
  return shape.reduce<number | null>(
    (product, size) => (product === null || size === null ? null : product * size),
    1,
  );
}

function reshaped(spec: Of<'reshape'>, input: LayerOutput, size: number): LayerShape | LayerResult {
  const given = spec.targetShape.reduce(
    (product, part) => (part === -1 ? product : product * part),
    1,
  );
  const open = spec.targetShape.includes(-1);
  if (open ? size % given === 0 : size === given)
    return spec.targetShape.map((part) => (part === -1 ? size / given : part));
  return broken([
    {
      at: ['targetShape'],
      expected: `${size} entries, as ${shapeText(input.shape)} has`,
      found: shapeText(spec.targetShape),
    },
  ]);
}

/** The output of a layer that reads several: of one shape, but that a size of 1 is repeated, and a
 * vector beside sequences for all steps. */
export function applyMergingLayer(spec: MergingLayer, inputs: readonly LayerOutput[]): LayerResult {
  const [first, ...others] = inputs as [LayerOutput, ...LayerOutput[]];
  const faults = inputs.flatMap((input, i) => needsFloat(spec, input, i));
  if (spec.type === 'subtract' && inputs.length !== 2)
    return broken([{ at: ['inputs'], expected: '2 references into subtract' }]);
  if (faults.length > 0) return broken(faults);
  if (spec.type === 'concatenate') return concatenated(spec, inputs);
  let shape = first.shape;
  for (const [i, input] of others.entries()) {
    const merged = mergedShape(shape, input.shape);
    if (merged === undefined)
      return broken([inputFault(input, i + 1, `${shapeText(shape)} into ${spec.type}`)]);
    shape = merged;
  }
  return result(spec, shape);
}

/** A vector beside a sequence is every step of one. */
function inTime(shape: LayerShape, other: LayerShape): LayerShape {
  return shape.length === 1 && other.length === 2 ? [1, ...shape] : shape;
}

function mergedShape(left: LayerShape, right: LayerShape): LayerShape | undefined {
  const [a, b] = [inTime(left, right), inTime(right, left)];
  if (a.length !== b.length) return undefined;
  const shape: LayerShape = [];
  for (const [axis, size] of a.entries()) {
    const other = b[axis] ?? null;
    // What is not known yet is judged when it is bound.
    if (size === other || other === 1) shape.push(size);
    else if (size === 1) shape.push(other);
    else if (size === null || other === null) shape.push(size ?? other);
    else return undefined;
  }
  return shape;
}

function concatenated(spec: Of<'concatenate'>, inputs: readonly LayerOutput[]): LayerResult {
  const [first] = inputs as [LayerOutput];
  const axis = axisOf(spec, first.shape.length);
  if (axis === undefined)
    return broken([
      { at: ['axis'], expected: `-1 to -${first.shape.length}, or 1 to ${first.shape.length}` },
    ]);
  let total: number | null = 0;
  for (const [i, input] of inputs.entries()) {
    const fits =
      input.shape.length === first.shape.length &&
      input.shape.every((size, other) => {
        const wanted = first.shape[other] ?? null;
        return other === axis || size === wanted || size === null || wanted === null;
      });
    if (!fits)
      return broken([
        inputFault(
          input,
          i,
          `${shapeText(first.shape)} but for axis ${spec.axis} into concatenate`,
        ),
      ]);
    const size: number | null = input.shape[axis] ?? null;
    total = total === null || size === null ? null : total + size;
  }
  return result(
    spec,
    first.shape.map((size, other) => (other === axis ? total : size)),
  );
}

/** The axis without the batch that `concatenate` names; undefined where there is none. */
export function axisOf({ axis }: Of<'concatenate'>, rank: number): number | undefined {
  const found = axis < 0 ? rank + axis : axis - 1;
  return found >= 0 && found < rank ? found : undefined;
}
