/** Lengths for a model whose inputs take any, where no data say one. */
import { bindShapes, SpecError, type ResolvedModel } from '@chronograd/spec';

/** Up to here each length is tried, so that one is found which sizes in the model demand. */
const EACH = 64;
/** From there on doubled lengths up to this one, for kernels that reach far. */
const LONGEST = 2 ** 20;

/**
 * The model for inputs of some length that it takes: the shortest that is found for which all
 * layers have steps enough (a pool of 3, a kernel without padding), and `isLongEnough` holds.
 *
 * @param isLongEnough asked of a bound model. Default: each is. Where none is, the longest is given
 * @throws {@link SpecError} where no length fits, with what the shortest lacks
 */
export function bindExample(
  model: ResolvedModel,
  isLongEnough: (bound: ResolvedModel) => boolean = () => true,
): ResolvedModel {
  let fault: SpecError | undefined;
  let fitting: ResolvedModel | undefined;
  for (const length of lengthsFor(model)) {
    const bound = boundTo(model, length);
    if (bound instanceof SpecError) {
      fault ??= bound;
      continue;
    }
    if (isLongEnough(bound)) return bound;
    fitting = bound;
  }
  if (fitting) return fitting;
  throw fault ?? new RangeError('no length was tried');
}

function boundTo(model: ResolvedModel, length: number): ResolvedModel | SpecError {
  const shapes = Object.fromEntries(
    model.inputs.map(({ reference, shape }) => [reference, shape.map((size) => size ?? length)]),
  );
  try {
    return bindShapes(model, shapes);
  } catch (error) {
    if (error instanceof SpecError) return error;
    throw error;
  }
}

function lengthsFor({ inputs }: ResolvedModel): readonly number[] {
  if (!inputs.some(({ shape }) => shape.includes(null))) return [2];
  const lengths = Array.from({ length: EACH - 1 }, (_, i) => i + 2);
  for (let length = 2 * EACH; length <= LONGEST; length *= 2) lengths.push(length);
  return lengths;
}
