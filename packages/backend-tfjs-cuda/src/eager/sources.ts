/** Constants and counters: made when they are first asked for, and kept. */
import { tensor, type Tensor } from '@tensorflow/tfjs-core';
import { sizeOf, type ConstantArray } from '@chronograd/graph';
import type { Source } from './plan.ts';
import { engineArray, engineDType } from './tensors.ts';

/** Tensors of sources by their attributes; they belong to this and are never disposed of by users. */
export class SourceCache {
  private readonly compact = new Map<object, Tensor>();
  private readonly full = new Map<object, Tensor>();

  /** The tensor; a constant of one repeated element is a scalar. */
  small(source: Source): Tensor {
    const { attributes } = source;
    if (source.kind === 'constant' && source.attributes.value.length === 1)
      return this.keep(this.compact, attributes, source.attributes.value, []);
    return this.whole(source);
  }

  /** The tensor with all its elements. */
  whole(source: Source): Tensor {
    const { attributes } = source;
    const known = this.full.get(attributes);
    if (known) return known;
    return this.keep(this.full, attributes, elementsOf(source), attributes.shape);
  }

  /** Frees all tensors. */
  dispose(): void {
    for (const cache of [this.compact, this.full]) {
      cache.forEach((each) => each.dispose());
      cache.clear();
    }
  }

  private keep(
    cache: Map<object, Tensor>,
    attributes: Source['attributes'],
    value: ConstantArray,
    shape: readonly number[],
  ): Tensor {
    const known = cache.get(attributes);
    if (known) return known;
    const { dtype } = attributes;
    const made = tensor(engineArray(dtype, value), [...shape], engineDType(dtype));
    cache.set(attributes, made);
    return made;
  }
}

function elementsOf(source: Source): ConstantArray {
  const { shape } = source.attributes;
  const size = sizeOf(shape);
  if (source.kind === 'constant') {
    const { value } = source.attributes;
    return value.length === size ? value : new Float64Array(size).fill(value[0] ?? 0);
  }
  const { axis } = source.attributes;
  const inner = sizeOf(shape.slice(axis + 1));
  return Float64Array.from({ length: size }, (_, i) => Math.floor(i / inner) % (shape[axis] ?? 1));
}
