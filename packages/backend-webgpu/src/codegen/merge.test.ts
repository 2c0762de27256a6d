import { describe, expect, it } from 'vitest';
import { isMergeable, mergeKernels } from './merge.ts';
import { KernelWriter, type Kernel } from './writer.ts';

/** A kernel of so many threads that stores a number in a region. */
function storing(region: number, size: number, head: readonly string[] = []): Kernel {
  const writer = new KernelWriter();
  writer.head.push(...head);
  writer.block.scope(`if (i < ${size}u)`, () => {
    writer.store({ id: region, size }, 'i', 'uint32', head.length > 0 ? 'tile[0]' : '7u');
  });
  return writer.finishThreads(`store ${region}`, size);
}

describe('mergeKernels', () => {
  it('gives each kernel its own workgroups', () => {
    const [merged, ...rest] = mergeKernels([storing(1, 130), storing(2, 64), storing(3, 5)]);
    expect(rest).toEqual([]);
    expect(merged?.workgroups).toEqual([5, 1]);
    expect(merged?.name).toBe('store 1, store 2, store 3');
    expect(merged?.body).toContain('if (place < 3u)');
    expect(merged?.body).toContain('if (place < 4u)');
    expect(merged?.body).toContain('if (place < 5u)');
  });

  it('lets kernels share workgroup memory of one type and length', () => {
    const tile = (length: number): string[] => [`var<workgroup> tile: array<u32, ${length}>;`];
    const [merged] = mergeKernels([
      storing(1, 64, tile(8)),
      storing(2, 64, tile(8)),
      storing(3, 64, tile(9)),
    ]);
    expect(merged?.head.match(/var<workgroup>/g)?.length).toBe(2);
    expect(merged?.head).not.toContain('tile');
  });

  it('begins another where workgroup memory is full', () => {
    const tile = (length: number): string[] => [`var<workgroup> tile: array<u32, ${length}>;`];
    const merged = mergeKernels([storing(1, 64, tile(3000)), storing(2, 64, tile(2000))]);
    expect(merged.map(({ name }) => name)).toEqual(['store 1', 'store 2']);
  });

  it('has a processor not pass over much, many times: it does not jump over the kernels of others', () => {
    const kernels = [storing(1, 100_000), storing(2, 64), storing(3, 100_000), storing(4, 5)];
    expect(mergeKernels(kernels).map(({ name }) => name)).toEqual([
      'store 1, store 2, store 3, store 4',
    ]);
    expect(mergeKernels(kernels, true).map(({ name }) => name)).toEqual([
      'store 1',
      'store 2, store 4',
      'store 3',
    ]);
  });

  it('leaves alone what declares more than workgroup memory', () => {
    expect(isMergeable(storing(1, 64))).toBe(true);
    expect(isMergeable(storing(1, 64, ['const other = 3u;']))).toBe(false);
  });
});
