/** The values of a program's state before anything has run. */
import type { ResolvedModel } from '@chronograd/spec';
import { initialParameter } from '../initializers/index.ts';
import { sizeOf, type Program, type Shape } from '../ir/types.ts';
import { MOMENTUM_PRODUCT } from '../training/optimizers.ts';

/** A tensor of a program's state in JavaScript memory, row by row. */
export interface StateTensor {
  readonly dtype: 'float32';
  readonly shape: Shape;
  readonly data: Float32Array;
}

/**
 * The state that a program starts with: parameters by their initialisers, everything else zero
 * (but for nadam's product of momenta, which starts at one).
 * @param seed an integer from 0 to 2^53 - 1; the same seed gives the same parameters everywhere
 */
export function initialState(
  program: Program,
  model: ResolvedModel,
  seed: number,
): Record<string, StateTensor> {
  const parameters = new Map(model.parameters.map((parameter) => [parameter.name, parameter]));
  return Object.fromEntries(
    Object.entries(program.state).map(([name, { dtype, shape }]) => {
      if (dtype !== 'float32') throw new TypeError(`state ${name}: no initial value of ${dtype}`);
      const parameter = parameters.get(name);
      const data = parameter
        ? initialParameter(parameter, seed)
        : new Float32Array(sizeOf(shape)).fill(name === MOMENTUM_PRODUCT ? 1 : 0);
      return [name, { dtype, shape, data }];
    }),
  );
}
