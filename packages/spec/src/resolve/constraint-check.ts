import type { PlacedFault } from '../codec/record.ts';
import type { ParameterSpec } from './resolved.ts';

/**
 * Faults of constraints whose norm is over an axis that the parameter does not have.
 *
 * @param within where in the layer its keys stand
 */
export function constraintFaults(
  parameters: readonly ParameterSpec[],
  within: readonly string[] = [],
): PlacedFault[] {
  return parameters.flatMap(({ variable, shape, constraint }) => {
    if (!constraint || constraint.type === 'nonNeg') return [];
    const rank = shape.length;
    const axes = typeof constraint.axis === 'number' ? [constraint.axis] : constraint.axis;
    const placed = axes.map((axis) => (axis < 0 ? rank + axis : axis));
    const fits =
      placed.every((axis) => axis >= 0 && axis < rank) && new Set(placed).size === placed.length;
    if (fits) return [];
    return [
      {
        // kernelConstraint of a kernel, recurrentConstraint of a recurrentKernel.
        at: [...within, `${variable.replace(/(?<=.)Kernel$/, '')}Constraint`, 'axis'],
        expected: `axes of the ${variable} [${shape.join(', ')}], from ${-rank} to ${rank - 1}, each once`,
        found: axes.join(', '),
      },
    ];
  });
}
