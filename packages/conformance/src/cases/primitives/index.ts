/** Cases of every primitive. */
import type { ConformanceCase } from '../../case.ts';
import { primitiveCases, type PrimitiveTable } from '../../kinds/primitive.ts';
import { arithmetic } from './arithmetic.ts';
import { choice } from './choice.ts';
import { elementwise } from './elementwise.ts';
import { indexing } from './indexing.ts';
import { linearAlgebra } from './linear-algebra.ts';
import { reductions } from './reductions.ts';
import { scan } from './scan.ts';
import { shape } from './shape.ts';
import { sources } from './sources.ts';

/** What every primitive is tried with: one that has no cases does not compile. */
const table: PrimitiveTable = {
  ...arithmetic,
  ...elementwise,
  ...choice,
  ...reductions,
  ...linearAlgebra,
  ...shape,
  ...indexing,
  ...sources,
  ...scan,
};

/** The cases of the group `primitives`. */
export const primitivesCases: readonly ConformanceCase[] = primitiveCases(table);
