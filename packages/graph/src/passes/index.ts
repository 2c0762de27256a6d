/** The passes that every backend runs before it writes its engine's form. */
import type { Func, Program } from '../ir/types.ts';
import { eliminateCommonSubexpressions } from './common-subexpressions.ts';
import { eliminateDeadCode } from './dead-code.ts';
import { expandComposites, noClaims, type Claims } from './expand.ts';
import { simplify } from './simplify.ts';

export * from './common-subexpressions.ts';
export * from './dead-code.ts';
export * from './expand.ts';
export * from './rewrite.ts';
export * from './simplify.ts';

/** Simplifies, folds, shares and removes until the function is as small as these passes make it. */
export function optimize(func: Func): Func {
  let current = eliminateDeadCode(func);
  for (let size = Infinity; current.nodes.length < size;) {
    size = current.nodes.length;
    current = eliminateDeadCode(eliminateCommonSubexpressions(simplify(current)));
  }
  return current;
}

/** A program ready for code generation: composites expanded unless claimed, then optimized. */
export function prepare(program: Program, claims: Claims = noClaims): Program {
  const entries = Object.entries(program.entries).map(([name, entry]) => [
    name,
    { ...entry, func: optimize(expandComposites(entry.func, claims)) },
  ]);
  return { state: program.state, entries: Object.fromEntries(entries) as Program['entries'] };
}
