import type { PlacedFault } from '../codec/record.ts';
import type { LayerSpec } from '../documents/layers.ts';
import { didYouMean, quote } from '../issues.ts';
import { shapeText } from './layer-result.ts';
import type { ParameterSpec, ResolvedLayer } from './resolved.ts';

/** The layer whose weights a layer uses: itself, unless it shares those of another. */
export function ownerOf(spec: LayerSpec): string {
  return ('sharedWith' in spec && spec.sharedWith) || spec.name;
}

/**
 * Faults of a layer that uses another's weights: the other must stand before, be of the same type
 * and have weights of its own, of the same names and shapes.
 *
 * @param parameters those that the layer would have by itself
 * @param before the layers before it
 */
export function sharingFaults(
  spec: LayerSpec,
  parameters: readonly ParameterSpec[],
  before: readonly ResolvedLayer[],
): PlacedFault[] {
  const owner = ownerOf(spec);
  if (!('sharedWith' in spec) || spec.sharedWith === undefined) return [];
  const fault = (expected: string, found: string, hint?: { suggestion?: string }) => [
    { at: ['sharedWith'], expected, found, ...hint },
  ];
  const source = before.find((layer) => layer.spec.name === owner);
  const candidates = before
    .filter((layer) => layer.spec.type === spec.type && layer.parameters.length > 0)
    .map((layer) => layer.spec.name);
  if (!source || source.spec.type !== spec.type || source.parameters.length === 0) {
    const found = source ? `${quote(owner)} (${source.spec.type})` : quote(owner);
    return fault(
      `a layer of type ${spec.type} that stands before and has weights of its own`,
      found,
      didYouMean(owner, candidates),
    );
  }
  const own = parameters.map(described);
  const theirs = source.parameters.map(described);
  if (own.join() !== theirs.join())
    return fault(`a layer with ${own.join(', ')}`, `${quote(owner)} with ${theirs.join(', ')}`);
  return parameters.flatMap(({ variable, regularizer, constraint }, i) => {
    const other = source.parameters[i];
    return differs(regularizer, other?.regularizer) || differs(constraint, other?.constraint)
      ? fault(
          `regularizers and constraints of the ${variable} at ${quote(owner)}, whose weights they are`,
          'others here',
        )
      : [];
  });
}

const described = ({ variable, shape }: ParameterSpec): string => `${variable} ${shapeText(shape)}`;

/** Whether a rule is given, and not that of the other. */
function differs(own: object | undefined, other: object | undefined): boolean {
  return own !== undefined && JSON.stringify(own) !== JSON.stringify(other);
}
