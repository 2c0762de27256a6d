import { isRecurrent, recurrentOptions, type LayerSpec } from '../documents/layers.ts';
import { quote } from '../issues.ts';

/** Finds a layer by its name. */
export type FindLayer = (name: string) => LayerSpec | undefined;

/**
 * How a layer that wants a sequence may get one, where its input has no time axis: the time axis
 * went lost in a layer before, which may stand behind others that only pass shapes on.
 */
export function sequenceHint(reference: string, find: FindLayer): string | undefined {
  const [name = '', state] = reference.split(':');
  const source = find(name);
  if (source === undefined) return undefined;
  if (state !== undefined) return `read ${quote(name)} itself, not its state`;
  if (isRecurrent(source)) {
    return recurrentOptions(source).returnSequences
      ? undefined
      : `set "returnSequences": true on ${quote(name)}`;
  }
  if (source.type === 'flatten') return `leave out ${quote(name)}, which makes one axis of all`;
  if (source.type === 'input') {
    return `write the shape of ${quote(name)} as [time, features], null being any length of time`;
  }
  const [before] = source.inputs;
  return before === undefined ? undefined : sequenceHint(before, find);
}
