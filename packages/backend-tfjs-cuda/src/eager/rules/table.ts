/** The rule of every primitive that is one step: one without does not compile. */
import type { RuleTable } from '../rule.ts';
import { elementwiseRules } from './elementwise.ts';
import { reduceRules } from './reduce.ts';
import { shapeRules } from './shape.ts';
import { castRules } from './words.ts';

/** The rule of every primitive that is one step. */
export const rules: RuleTable = {
  ...elementwiseRules,
  ...castRules,
  ...reduceRules,
  ...shapeRules,
};
