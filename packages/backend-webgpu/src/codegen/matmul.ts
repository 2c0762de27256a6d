/**
 * Matrix products `[…, m, k] x […, k, n]`: tiles in the memory of a workgroup, blocks of threads that
 * share nothing, or plain sums.
 */
import { sizeOf, type PrimitiveAttributes, type Shape } from '@chronograd/graph';
import { joined, reduceKernel, sum, type Loop } from './kernels.ts';
import type { Region, Source } from './source.ts';
import { KernelWriter, spread, type Kernel } from './writer.ts';

/** Rows and columns of the result that a workgroup makes. */
const TILE = 32;
/** How much of the inner dimension is in the workgroup's memory at a time. */
const DEPTH = 16;
/** Rows and columns that a thread makes. */
const EACH = 4;
const THREADS = (TILE / EACH) ** 2;
/** Words between rows of a tile: odd, so that threads do not wait for one bank of the memory. */
const PITCH = TILE + 1;
/** Fewer workgroups leave a GPU idle: then each sums up a part of the inner dimension only. */
const FEW = 64;
/** The least part of the inner dimension. */
const PART = 256;

interface Product {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  readonly a: Source;
  readonly b: Source;
  readonly batch: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
}

/** What the kernels of a product depend on beside it. */
export interface Surroundings {
  readonly to: Region;
  /** Makes a region for what one kernel hands to the next. */
  readonly between: (shape: Shape) => Region;
  /** Tiles and their barriers pay on a GPU only. */
  readonly isSoftware: boolean;
}

/** The kernels of a product of `a` and `b`, which is of the shape, in their order. */
export function matmulKernels(
  attributes: PrimitiveAttributes['matmul'],
  a: Source,
  b: Source,
  shape: Shape,
  { to, between, isSoftware }: Surroundings,
): Kernel[] {
  const [m, n] = shape.slice(-2) as [number, number];
  const k = a.type.shape.at(attributes.transposeA ? -2 : -1) as number;
  const product: Product = { ...attributes, a, b, m, n, k, batch: sizeOf(shape.slice(0, -2)) };
  if (isSoftware && m >= EACH && n >= EACH && k >= DEPTH) return [blockKernel(product, to)];
  if (isSoftware || m < TILE / 2 || n < TILE / 2 || k < DEPTH)
    return [plainKernel(product, to, isSoftware)];
  const tiles = product.batch * Math.ceil(m / TILE) * Math.ceil(n / TILE);
  const parts = Math.min(Math.ceil(FEW / tiles), Math.floor(k / PART));
  if (parts < 2) return [tiledKernel(product, 1, to)];
  const all = [parts, sizeOf(shape)];
  const partial = between(all);
  const source: Source = { kind: 'stored', type: { dtype: 'float32', shape: all }, place: partial };
  return [
    tiledKernel(product, parts, partial),
    reduceKernel('reduceSum', [0], source, to, isSoftware),
  ];
}

/** By threads that each make an element, or by several for each where they are few. */
function plainKernel(
  { transposeA, transposeB, a, b, m, n, k, batch }: Product,
  to: Region,
  isSoftware: boolean,
): Kernel {
  const loop: Loop = {
    results: batch * m * n,
    length: k,
    prepare(writer, place) {
      const row = writer.name(`${place} / ${n}u % ${m}u`);
      const column = writer.name(`${place} % ${n}u`);
      const batch = writer.name(`${place} / ${m * n}u`);
      const fromA = writer.name(
        transposeA ? `${batch} * ${m * k}u + ${row}` : `${batch} * ${m * k}u + ${row} * ${k}u`,
      );
      const fromB = writer.name(
        transposeB
          ? `${batch} * ${n * k}u + ${column} * ${k}u`
          : `${batch} * ${n * k}u + ${column}`,
      );
      return (step) => {
        const x = writer.load(a, writer.name(`${fromA} + ${step} * ${transposeA ? m : 1}u`));
        const y = writer.load(b, writer.name(`${fromB} + ${step} * ${transposeB ? 1 : n}u`));
        return `${x} * ${y}`;
      };
    },
  };
  return joined(sum('matmul', 'float32'), loop, to, isSoftware);
}

/**
 * By threads that each make a block, for a processor: it has no memory of workgroups to be faster
 * than its caches, and what it pays for is each element that it reads.
 */
function blockKernel(product: Product, to: Region): Kernel {
  const { transposeA, transposeB, a, b, batch, m, n, k } = product;
  const [rows, columns] = [Math.ceil(m / EACH), Math.ceil(n / EACH)];
  const writer = new KernelWriter();
  const { block } = writer;
  const range = Array.from({ length: EACH }, (_, each) => each);
  block.scope(`if (i < ${batch * rows * columns}u)`, () => {
    const top = writer.name(`i / ${columns}u % ${rows}u * ${EACH}u`);
    const left = writer.name(`i % ${columns}u * ${EACH}u`);
    const matrix = writer.name(`i / ${rows * columns}u`);
    // Rows and columns beyond the last are computed as the last, and not stored.
    const wide = (start: string, each: number, size: number): string =>
      writer.name(
        size % EACH === 0 ? `${start} + ${each}u` : `min(${start} + ${each}u, ${size - 1}u)`,
      );
    const fromA = range.map((r) =>
      writer.name(`${matrix} * ${m * k}u + ${wide(top, r, m)} * ${transposeA ? 1 : k}u`),
    );
    const fromB = range.map((c) =>
      writer.name(`${matrix} * ${n * k}u + ${wide(left, c, n)} * ${transposeB ? k : 1}u`),
    );
    const totals = range.map((r) => `row${r}`);
    for (const total of totals) block.say(`var ${total} = vec4<f32>();`);
    block.scope(`for (var p = 0u; p < ${k}u; p++)`, () => {
      const [stepA, stepB] = [`p * ${transposeA ? m : 1}u`, `p * ${transposeB ? 1 : n}u`];
      const across = fromB.map((from) => writer.load(b, writer.name(`${from} + ${stepB}`)));
      const column = writer.name(`vec4<f32>(${across.join(', ')})`);
      totals.forEach((total, r) => {
        const x = writer.load(a, writer.name(`${fromA[r]} + ${stepA}`));
        block.say(`${total} += ${x} * ${column};`);
      });
    });
    for (const r of range)
      for (const c of range)
        block.scope(`if (${top} + ${r}u < ${m}u && ${left} + ${c}u < ${n}u)`, () => {
          const at = `${matrix} * ${m * n}u + (${top} + ${r}u) * ${n}u + ${left} + ${c}u`;
          writer.store(to, at, 'float32', `${totals[r]}.${'xyzw'.charAt(c)}`);
        });
  });
  const name = `matmul of ${k} for each of ${batch * m * n} in blocks`;
  return writer.finishThreads(name, batch * rows * columns);
}

/** What a thread says of an operand's element: its row, its column, and whether it is there. */
interface Element {
  readonly text: string;
  readonly isThere: string;
}

/** Loads a tile of an operand: `wide` are its rows of the result, `p` the inner dimension. */
function loadTile(
  writer: KernelWriter,
  tile: string,
  acrossWide: boolean,
  element: (wide: string, p: string) => Element,
  source: Source,
): void {
  const { block } = writer;
  block.scope(`for (var e = 0u; e < ${(TILE * DEPTH) / THREADS}u; e++)`, () => {
    // Neighbouring threads read neighbouring elements.
    const slot = writer.name(`local.x + e * ${THREADS}u`);
    const wide = writer.name(acrossWide ? `${slot} % ${TILE}u` : `${slot} / ${DEPTH}u`);
    const p = writer.name(acrossWide ? `${slot} / ${TILE}u` : `${slot} % ${DEPTH}u`);
    const value = block.fresh('x');
    const { text, isThere } = element(wide, `(start + ${p})`);
    block.say(`var ${value} = 0f;`);
    block.scope(`if (${isThere})`, () =>
      block.say(`${value} = ${writer.load(source, writer.name(text))};`),
    );
    block.say(`${tile}[${p} * ${PITCH}u + ${wide}] = ${value};`);
  });
}

/** By workgroups that each make a tile, or one of `parts` parts of its sums. */
function tiledKernel(product: Product, parts: number, to: Region): Kernel {
  const { transposeA, transposeB, a, b, batch, m, n, k } = product;
  const [rows, columns] = [Math.ceil(m / TILE), Math.ceil(n / TILE)];
  const total = parts * batch * rows * columns;
  const depth = Math.ceil(k / parts / DEPTH) * DEPTH;
  const groups = spread(total);
  const writer = new KernelWriter();
  const { block } = writer;
  for (const tile of ['tileA', 'tileB'])
    writer.head.push(`var<workgroup> ${tile}: array<f32, ${PITCH * DEPTH}>;`);
  block.say(`let index = group.x + group.y * ${groups[0]}u;`);
  // Groups beyond the last do the first's work, as none may leave before a barrier.
  block.say(`let tile = select(0u, index, index < ${total}u);`);
  block.say(`let left = tile % ${columns}u * ${TILE}u;`);
  block.say(`let top = tile / ${columns}u % ${rows}u * ${TILE}u;`);
  block.say(`let matrix = tile / ${rows * columns}u % ${batch}u;`);
  block.say(`let part = tile / ${rows * columns * batch}u;`);
  block.say(`let end = min(part * ${depth}u + ${depth}u, ${k}u);`);
  block.say(`let y = local.x / ${TILE / EACH}u * ${EACH}u;`);
  block.say(`let x = local.x % ${TILE / EACH}u * ${EACH}u;`);
  const range = Array.from({ length: EACH }, (_, each) => each);
  for (const r of range) block.say(`var row${r} = vec4<f32>();`);
  block.scope(`for (var start = part * ${depth}u; start < end; start += ${DEPTH}u)`, () => {
    loadTile(
      writer,
      'tileA',
      transposeA,
      (i, p) => ({
        text: `matrix * ${m * k}u + ${transposeA ? `${p} * ${m}u + top + ${i}` : `(top + ${i}) * ${k}u + ${p}`}`,
        isThere: `top + ${i} < ${m}u && ${p} < end`,
      }),
      a,
    );
    loadTile(
      writer,
      'tileB',
      !transposeB,
      (j, p) => ({
        text: `matrix * ${n * k}u + ${transposeB ? `(left + ${j}) * ${k}u + ${p}` : `${p} * ${n}u + left + ${j}`}`,
        isThere: `left + ${j} < ${n}u && ${p} < end`,
      }),
      b,
    );
    block.say('workgroupBarrier();');
    block.scope(`for (var p = 0u; p < ${DEPTH}u; p++)`, () => {
      const across = range.map((c) => `tileB[p * ${PITCH}u + x + ${c}u]`);
      block.say(`let across = vec4<f32>(${across.join(', ')});`);
      for (const r of range) block.say(`row${r} += tileA[p * ${PITCH}u + y + ${r}u] * across;`);
    });
    block.say('workgroupBarrier();');
  });
  for (const r of range)
    for (const c of range)
      block.scope(
        `if (index < ${total}u && top + y + ${r}u < ${m}u && left + x + ${c}u < ${n}u)`,
        () =>
          writer.store(
            to,
            `(part * ${batch}u + matrix) * ${m * n}u + (top + y + ${r}u) * ${n}u + left + x + ${c}u`,
            'float32',
            `row${r}.${'xyzw'.charAt(c)}`,
          ),
      );
  const name = `matmul [${m}, ${k}] x [${k}, ${n}]${parts > 1 ? ` in ${parts} parts` : ''}`;
  return writer.finish(name, groups, THREADS, []);
}
