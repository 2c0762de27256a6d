import type * as t from 'io-ts';
import { array } from '../codec/compounds.ts';
import { read } from '../codec/described.ts';
import { literal } from '../codec/leaves.ts';
import { defaulted, documentOnly, optional, record, required } from '../codec/record.ts';
import { jsonPath, SpecError } from '../issues.ts';
import { expandLayers } from '../expand/expand.ts';
import { layerOrBlock } from './blocks.ts';
import type { LayerSpec } from './layers.ts';
import { reference, schemaAddress, title } from './names.ts';
import { formatVersion, migrate, modelHistory, type FormatHistory } from './version.ts';
import { checkWiring } from './wiring-check.ts';
import { wire } from './wiring.ts';

/** Codec of the model document by itself, before layers are named and wired. */
export const modelCodec = record('a model document', 'A model of chronograd.', {
  $schema: documentOnly(schemaAddress, 'Address of this schema, for editors.'),
  formatVersion: defaulted(literal(formatVersion), formatVersion, 'Format of the document.'),
  name: defaulted(title, 'model', 'Name of the model.'),
  layers: required(
    array('layers', layerOrBlock, { min: 1 }),
    'The layers. In a row they feed each other; `inputs` of a layer makes a graph.',
  ),
  outputs: optional(
    array('references', reference, { min: 1 }),
    'What the model returns: layers or returned states. Without it, the last layer.',
  ),
});

/** A model as a document may have it: what has a default may be left out. */
export type ModelDocument = t.OutputOf<typeof modelCodec>;

/** A normalised model: defaults filled, layers named and wired, outputs named. */
export interface ModelSpec {
  readonly formatVersion: typeof formatVersion;
  readonly name: string;
  /** In an order in which every layer stands after what it reads. */
  readonly layers: LayerSpec[];
  /** References to layers or returned states. */
  readonly outputs: string[];
}

const subject = 'The model document';

/**
 * Checks a model document and fills in what it leaves out: defaults, names of layers, what they
 * read, outputs. Shapes are not looked at: see `resolveModel`.
 *
 * @param document what JSON.parse gives, or a {@link ModelSpec}, which comes out equal
 * @throws {@link SpecError} with everything that is wrong
 */
export function parseModel(document: unknown): ModelSpec {
  return parseModelWith(document, modelHistory);
}

/** Holds layers inside of blocks to the rules between layers, and names their places. */
function checkExpanded(spec: ModelSpec, origins: readonly (readonly (string | number)[])[]): void {
  const faults = checkWiring(spec).map((issue) => ({
    ...issue,
    path: issue.path.replace(/^\$\.layers\[(\d+)\]/, (_, index: string) =>
      jsonPath(['layers', ...(origins[Number(index)] ?? [])]),
    ),
  }));
  if (faults.length > 0) throw new SpecError(subject, faults);
}

/** {@link parseModel} with a history of formats of one's own. */
export function parseModelWith(document: unknown, history: FormatHistory): ModelSpec {
  const migrated = migrate(subject, document, history);
  const reading = read(modelCodec, migrated);
  const faults = [...(reading.ok ? [] : reading.issues), ...checkWiring(migrated)];
  if (!reading.ok || faults.length > 0) throw new SpecError(subject, faults);
  const expanded = expandLayers(reading.value.layers);
  const { layers, outputs } = wire(expanded.layers, reading.value.outputs);
  const spec: ModelSpec = { formatVersion, name: reading.value.name, layers, outputs };
  if (expanded.layers.length > reading.value.layers.length) checkExpanded(spec, expanded.origins);
  return spec;
}
