import { text } from '../codec/leaves.ts';

/** Name of a layer. No `/` and no `:`, which stand between the parts of longer names. */
export const layerName = text("a name of letters, digits, '_', '-' and '.'", /^[A-Za-z0-9_.-]+$/);

/** What a layer or the model may read: a layer's output, or a state that it returns. */
export const reference = text(
  "a layer's name, or '<layer>:h' for a returned state",
  /^[A-Za-z0-9_.-]+(:[A-Za-z_][A-Za-z0-9_.]*)?$/,
);

/** A name for people: any text with something in it. */
export const title = text('a text that is not empty', /\S/);

/** Where an editor finds the schema of a document. */
export const schemaAddress = text('the address of a JSON Schema', /^/);
