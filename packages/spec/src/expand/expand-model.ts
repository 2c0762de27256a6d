import { read } from '../codec/described.ts';
import { layer, type LayerDocument, type LayerSpec } from '../documents/layers.ts';
import { parseModel, type ModelDocument } from '../documents/model.ts';

/**
 * A model document whose blocks (`repeat`, `residual`, `wavenet`) are written out as ordinary
 * layers, each with its name; what has a default is left out, and so are `inputs` that are the layer
 * before. It stands for the same model: {@link parseModel} makes the same of both.
 *
 * @param document what JSON.parse gives, or a model that is parsed
 * @throws {@link SpecError} with everything that is wrong
 */
export function expandModel(document: unknown): ModelDocument {
  const { formatVersion, name, layers, outputs } = parseModel(document);
  return {
    formatVersion,
    name,
    layers: layers.map((spec, index) => shortened(spec, layers[index - 1]?.name)),
    outputs,
  };
}

/** A layer without what it would have anyway. */
function shortened(spec: LayerSpec, before: string | undefined): LayerDocument {
  const entries = Object.entries(spec).filter(([key]) => {
    if (key === 'inputs')
      return spec.inputs.length > 0 && (spec.inputs.length > 1 || spec.inputs[0] !== before);
    return key === 'type' || key === 'name' || !isDefault(spec, key);
  });
  const reading = read(layer, Object.fromEntries(entries));
  if (!reading.ok) throw new RangeError(`${spec.name}: no layer without its defaults`);
  return Object.fromEntries(entries) as LayerDocument;
}

/** Whether a layer has the same under a key if the key is left out. */
function isDefault(spec: LayerSpec, key: string): boolean {
  const others = Object.entries(spec).filter(([own]) => own !== key);
  const reading = read(layer, Object.fromEntries(others));
  const value = (from: object): string | undefined =>
    JSON.stringify(Object.entries(from).find(([own]) => own === key)?.[1]);
  return reading.ok && value(reading.value) === value(spec);
}
