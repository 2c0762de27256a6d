/** What is run, in order: kernels, and loops of them. */
import type { TensorType } from '@chronograd/graph';
import { regionsIn, type Region } from '../codegen/source.ts';
import type { Kernel } from '../codegen/writer.ts';

/** A kernel that is written once its regions have their places. */
export interface PlacedKernel {
  readonly name: string;
  readonly regions: ReadonlySet<number>;
  readonly workgroups: readonly [number, number];
  write(offsetOf: (id: number) => number): string;
}

/** A kernel, a kernel that needs its places to be written, or a loop. */
export type Step =
  | { readonly kind: 'kernel'; readonly kernel: Kernel }
  | { readonly kind: 'placed'; readonly kernel: PlacedKernel }
  | { readonly kind: 'loop'; readonly length: number; readonly steps: readonly Step[] };

/** Elements that are in the memory from the start. */
export interface Constant {
  readonly region: Region;
  readonly type: TensorType;
  readonly words: Uint32Array<ArrayBuffer>;
}

/** The regions that a step reads or writes. */
export function regionsOf(step: Step): ReadonlySet<number> {
  switch (step.kind) {
    case 'kernel':
      return regionsIn(step.kernel.code);
    case 'placed':
      return step.kernel.regions;
    case 'loop':
      return new Set(step.steps.flatMap((each) => [...regionsOf(each)]));
  }
}
