/** Kernels of a loop for each element of the result: reductions, products, sums by row. */
import { sizeOf, type DType, type Shape } from '@chronograd/graph';
import { literal, wgslType } from '../wgsl/elementwise.ts';
import type { Region, Source } from './source.ts';
import { strided, stridesOf } from './strides.ts';
import { KernelWriter, spread, type Kernel } from './writer.ts';

/** Threads that make one element together. */
const TOGETHER = 64;
/** Elements from which on several threads make one of them. */
const LONG = 128;
/** Results above which a thread each keeps a GPU busy. */
const MANY = 8192;

/** How an element is joined to others. */
export interface Join {
  readonly name: string;
  readonly dtype: DType;
  readonly initial: number;
  join(total: string, value: string): string;
}

/** A sum. */
export const sum = (name: string, dtype: DType): Join => ({
  name,
  dtype,
  initial: 0,
  join: (total, value) => `${total} + ${value}`,
});

const greatest = (dtype: DType): Join => ({
  name: 'reduceMax',
  dtype,
  initial: dtype === 'float32' ? -Infinity : -(2 ** 31),
  join: (total, value) =>
    dtype === 'float32' ? `greaterOf(${total}, ${value})` : `max(${total}, ${value})`,
});

/** A loop over `length` steps for each of `results` elements. */
export interface Loop {
  readonly results: number;
  readonly length: number;
  /**
   * Names what a step adds. What it says itself is said once for each result, before the loop.
   */
  prepare(writer: KernelWriter, place: string): (step: string) => string;
}

/**
 * The kernel that joins what a loop gives, by one thread for each result or by several. A processor
 * has no use for several: barriers cost it more, and kernels with them long to compile.
 */
export function joined(join: Join, loop: Loop, to: Region, isSoftware: boolean): Kernel {
  const { results, length } = loop;
  const writer = new KernelWriter();
  const isTogether = !isSoftware && length >= LONG && results <= MANY;
  const total = (place: string, start: string, stride: number): string => {
    if (length === 0) return literal(join.initial, join.dtype);
    const step = loop.prepare(writer, place);
    const name = writer.block.fresh('total');
    const at = writer.block.fresh('s');
    const type = wgslType(join.dtype, 1);
    writer.block.say(`var ${name}: ${type} = ${literal(join.initial, join.dtype)};`);
    writer.block.scope(`for (var ${at} = ${start}; ${at} < ${length}u; ${at} += ${stride}u)`, () =>
      writer.block.say(`${name} = ${join.join(name, step(at))};`),
    );
    return name;
  };
  const label = `${join.name} of ${length} for each of ${results}`;
  if (!isTogether) {
    writer.block.scope(`if (i < ${results}u)`, () =>
      writer.store(to, 'i', join.dtype, total('i', '0u', 1)),
    );
    return writer.finishThreads(label, results);
  }
  const groups = spread(results);
  writer.head.push(`var<workgroup> shared_: array<${wgslType(join.dtype, 1)}, ${TOGETHER}>;`);
  writer.block.say(`let i = group.x + group.y * ${groups[0]}u;`);
  // Groups beyond the last do the first's work, as none may leave before a barrier.
  writer.block.say(`let place = select(0u, i, i < ${results}u);`);
  writer.block.say(`shared_[local.x] = ${total('place', 'local.x', TOGETHER)};`);
  writer.block.say('workgroupBarrier();');
  for (let width = TOGETHER / 2; width >= 1; width /= 2) {
    const own = 'shared_[local.x]';
    writer.block.scope(`if (local.x < ${width}u)`, () =>
      writer.block.say(`${own} = ${join.join(own, `shared_[local.x + ${width}u]`)};`),
    );
    writer.block.say('workgroupBarrier();');
  }
  writer.block.scope(`if (local.x == 0u && i < ${results}u)`, () =>
    writer.store(to, 'i', join.dtype, 'shared_[0]'),
  );
  return writer.finish(label, groups, TOGETHER, []);
}

/** Sum or greatest over axes. */
export function reduceKernel(
  op: 'reduceSum' | 'reduceMax',
  axes: readonly number[],
  input: Source,
  to: Region,
  isSoftware: boolean,
): Kernel {
  const { shape, dtype } = input.type;
  const strides = stridesOf(shape);
  const pick = (isReduced: boolean): [Shape, number[]] => {
    const found = shape.map((_, axis) => axis).filter((axis) => axes.includes(axis) === isReduced);
    return [
      found.map((axis) => shape[axis] as number),
      found.map((axis) => strides[axis] as number),
    ];
  };
  const [kept, keptStrides] = pick(false);
  const [reduced, reducedStrides] = pick(true);
  const join = op === 'reduceSum' ? sum('reduceSum', dtype) : greatest(dtype);
  const loop: Loop = {
    results: sizeOf(kept),
    length: sizeOf(reduced),
    prepare(writer, place) {
      const start = writer.name(strided(kept, keptStrides, 0, place));
      return (step) => {
        const moved = strided(reduced, reducedStrides, 0, step);
        return writer.load(input, writer.name(`${start} + ${moved}`));
      };
    },
  };
  return joined(join, loop, to, isSoftware);
}

/** Place of the first greatest element along an axis. */
export function argMaxKernel(axis: number, input: Source, results: number, to: Region): Kernel {
  const { shape, dtype } = input.type;
  const inner = sizeOf(shape.slice(axis + 1));
  const length = shape[axis] as number;
  const writer = new KernelWriter();
  const { block } = writer;
  block.scope(`if (i < ${results}u)`, () => {
    const start = writer.name(`i / ${inner}u * ${length * inner}u + i % ${inner}u`);
    block.say(`var best = ${writer.load(input, start)};`);
    block.say('var found = 0i;');
    block.scope(`for (var s = 1u; s < ${length}u; s++)`, () => {
      const value = writer.load(input, writer.name(`${start} + s * ${inner}u`));
      const isGreater = dtype === 'float32' ? `lessThan(best, ${value})` : `best < ${value}`;
      block.say(`if (${isGreater}) { best = ${value}; found = i32(s); }`);
    });
    writer.store(to, 'i', 'int32', 'found');
  });
  return writer.finishThreads(`argMax of ${length} for each of ${results}`, results);
}

/** The base plus every update at its row, in the order of the updates. */
export function scatterAddKernel(
  base: Source,
  indices: Source,
  updates: Source,
  to: Region,
): Kernel {
  const { shape } = base.type;
  const size = sizeOf(shape);
  const inner = sizeOf(shape.slice(1));
  const count = sizeOf(indices.type.shape);
  const writer = new KernelWriter();
  const { block } = writer;
  block.scope(`if (i < ${size}u)`, () => {
    const row = writer.name(`i32(i / ${inner}u)`);
    const column = writer.name(`i % ${inner}u`);
    block.say(`var total = ${writer.load(base, 'i')};`);
    block.scope(`for (var s = 0u; s < ${count}u; s++)`, () => {
      const index = writer.load(indices, 's');
      block.scope(`if (${index} == ${row})`, () => {
        const value = writer.load(updates, writer.name(`s * ${inner}u + ${column}`));
        block.say(`total += ${value};`);
      });
    });
    writer.store(to, 'i', 'float32', 'total');
  });
  return writer.finishThreads(`scatterAdd of ${count} rows`, size);
}
