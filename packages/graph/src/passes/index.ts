/** The passes that every backend runs before it writes its engine's form. */
import type { Func, Program } from '../ir/types.ts';
import { eliminateCommonSubexpressions } from './common-subexpressions.ts';
import { countNodes } from './count.ts';
import { eliminateDeadCode } from './dead-code.ts';
import { expandComposites, noClaims, type Claims } from './expand.ts';
import { foldConstants } from './fold-constants.ts';
import { hoistScans } from './hoist-scans.ts';
import { reassociate } from './reassociate.ts';
import { sinkOutputs } from './sink-outputs.ts';
import { simplify } from './simplify.ts';

export * from './common-subexpressions.ts';
export * from './count.ts';
export * from './dead-code.ts';
export * from './expand.ts';
export * from './fold-constants.ts';
export * from './hoist-scans.ts';
export * from './reassociate.ts';
export * from './rewrite.ts';
export * from './simplify.ts';
export * from './sink-outputs.ts';
export type { SliceCut } from './slice-cuts.ts';
export * from './translate.ts';

/** Rounds after which a function that still changes size is taken as it is. */
const MOST_ROUNDS = 8;

/** Folds, simplifies, shares and removes until the function is as small as these passes make it. */
export function optimize(func: Func): Func {
  let current = eliminateDeadCode(func);
  for (let round = 0, size = -1; round < MOST_ROUNDS && size !== countNodes(current); round++) {
    size = countNodes(current);
    const folded = foldConstants(current);
    current = eliminateDeadCode(eliminateCommonSubexpressions(simplify(folded)));
  }
  return current;
}

/**
 * A function ready for code generation: composites expanded unless claimed, the bodies of scans
 * reduced to what depends on their carries, and all of it optimized.
 */
export function prepareFunc(func: Func, claims: Claims = noClaims): Func {
  const expanded = optimize(expandComposites(func, claims));
  if (countNodes(expanded, 'scan') === 0) return optimize(reassociate(expanded));
  const hoisted = optimize(hoistScans(reassociate(expanded)));
  // Outputs that leave a body may leave products that nothing else reads.
  return optimize(hoistScans(reassociate(optimize(sinkOutputs(hoisted)))));
}

/** A program ready for code generation: {@link prepareFunc} of each of its entries. */
export function prepare(program: Program, claims: Claims = noClaims): Program {
  const entries = Object.entries(program.entries).map(([name, entry]) => [
    name,
    { ...entry, func: prepareFunc(entry.func, claims) },
  ]);
  return { state: program.state, entries: Object.fromEntries(entries) as Program['entries'] };
}
