import type * as t from 'io-ts';
import type { layer, LayerSpec } from './layers.ts';

/**
 * Names for layers: their own, else their type, numbered as in Keras (`lstm`, `lstm_1`), around
 * the names that others have.
 */
export function nameLayers(
  layers: readonly { readonly type: string; readonly name?: string }[],
): string[] {
  const taken = new Set(layers.flatMap(({ name }) => (name === undefined ? [] : [name])));
  return layers.map(({ type, name }) => {
    if (name !== undefined) return name;
    let free = type;
    for (let count = 1; taken.has(free); count += 1) free = `${type}_${count}`;
    taken.add(free);
    return free;
  });
}

/**
 * Gives every layer its name and what it reads (by itself the layer before), and the model its
 * outputs (by itself the last layer).
 */
export function wire(
  layers: readonly t.TypeOf<typeof layer>[],
  outputs: readonly string[] | undefined,
): { layers: LayerSpec[]; outputs: string[] } {
  const names = nameLayers(layers);
  const wired = layers.map((spec, index): LayerSpec => {
    const before = names[index - 1];
    const standard = spec.type === 'input' || before === undefined ? [] : [before];
    return { ...spec, name: names[index] ?? spec.type, inputs: [...(spec.inputs ?? standard)] };
  });
  return { layers: wired, outputs: [...(outputs ?? names.slice(-1))] };
}
