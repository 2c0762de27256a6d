/** How every primitive is written: one without an emitter does not compile. */
import type { PrimitiveName } from '@chronograd/graph';
import type { Emitter } from './context.ts';
import { elementwiseEmitters } from './elementwise.ts';
import { indexingEmitters } from './indexing.ts';
import { linearAlgebraEmitters } from './linear-algebra.ts';
import { randomEmitters } from './random.ts';
import { reduceEmitters } from './reduce.ts';
import { scanEmitters } from './scan.ts';
import { shapeEmitters } from './shape.ts';

/** The emitter of every primitive. */
export const emitters: { readonly [P in PrimitiveName]: Emitter<P> } = {
  ...elementwiseEmitters,
  ...reduceEmitters,
  ...linearAlgebraEmitters,
  ...shapeEmitters,
  ...indexingEmitters,
  ...randomEmitters,
  ...scanEmitters,
};
