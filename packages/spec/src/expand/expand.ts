/** Writes blocks out as ordinary layers. */
import type { TypeOf } from 'io-ts';
import type { layerOrBlock } from '../documents/blocks.ts';
import type { layer } from '../documents/layers.ts';
import { nameLayers } from '../documents/wiring.ts';
import { wavenetLayers } from './wavenet.ts';

/** A layer of a document, with its defaults. */
export type Layer = TypeOf<typeof layer>;
/** A layer or block of a document, with its defaults. */
export type LayerOrBlock = TypeOf<typeof layerOrBlock>;
type Block<T extends LayerOrBlock['type']> = Extract<LayerOrBlock, { type: T }>;

/** Layers that stand for a block, and where each part of the document went. */
export interface Expanded {
  readonly layers: Layer[];
  /** Of each layer the path to what it was written from, as in `[2, 'layers', 0]`. */
  readonly origins: (readonly (string | number)[])[];
}

/**
 * Layers without blocks. A block's last layer has the block's name, so that whatever reads the
 * block reads that; the others are named after it, `<block>.<place>.<layer>`.
 */
export function expandLayers(written: readonly LayerOrBlock[]): Expanded {
  const names = nameLayers(written);
  const layers: Layer[] = [];
  const origins: (readonly (string | number)[])[] = [];
  written.forEach((each, index) => {
    const name = names[index] ?? each.type;
    const before = names[index - 1];
    const inputs = each.inputs ?? (before === undefined ? undefined : [before]);
    const own = expandOne(each, name, inputs);
    own.forEach(({ spec, at }) => {
      layers.push(spec);
      origins.push([index, ...at]);
    });
  });
  return { layers, origins };
}

/** A layer and where it was written, from the block that it is part of. */
export interface Placed {
  readonly spec: Layer;
  readonly at: readonly (string | number)[];
}

function expandOne(
  each: LayerOrBlock,
  name: string,
  inputs: readonly string[] | undefined,
): Placed[] {
  switch (each.type) {
    case 'residual':
      return residual(each, name, inputs ?? []);
    case 'repeat':
      return repeated(each, name, inputs ?? []);
    case 'wavenet':
      return wavenetLayers(each, name, inputs ?? []).map((spec) => ({ spec, at: [] }));
    default:
      return [{ spec: each, at: [] }];
  }
}

/** Layers in a row, the first of which reads `inputs`; those inside that read each other by name. */
function row(
  written: readonly LayerOrBlock[],
  prefix: string,
  inputs: readonly string[],
  key: string,
): { readonly placed: Placed[]; readonly last: string } {
  const own = nameLayers(written);
  const full = own.map((name) => `${prefix}.${name}`);
  const inside = (reference: string): string => {
    const [base = '', state] = reference.split(':');
    const place = own.indexOf(base);
    if (place < 0) return reference;
    return state === undefined ? (full[place] ?? base) : `${full[place]}:${state}`;
  };
  const placed = written.flatMap((each, i) => {
    const reads = each.inputs?.map(inside) ?? (i === 0 ? inputs : [full[i - 1] ?? '']);
    return expandOne(
      { ...each, ...shared(each, inside), name: full[i] ?? '', inputs: [...reads] },
      full[i] ?? '',
      reads,
    ).map(({ spec, at }) => ({ spec, at: [key, i, ...at] }));
  });
  return { placed, last: full.at(-1) ?? '' };
}

/** Whose weights a layer uses, by its whole name. */
function shared(
  each: LayerOrBlock,
  inside: (reference: string) => string,
): { readonly sharedWith?: string } {
  const own = 'sharedWith' in each ? each.sharedWith : undefined;
  return own === undefined ? {} : { sharedWith: inside(own) };
}

function residual(block: Block<'residual'>, name: string, inputs: readonly string[]): Placed[] {
  const main = row(block.layers, name, inputs, 'layers');
  const past = block.shortcut && row(block.shortcut, `${name}.shortcut`, inputs, 'shortcut');
  const reads = [main.last, past?.last ?? inputs[0] ?? ''];
  const sum: Layer = { type: 'add', name, inputs: reads };
  return [...main.placed, ...(past?.placed ?? []), { spec: sum, at: [] }];
}

function repeated(block: Block<'repeat'>, name: string, inputs: readonly string[]): Placed[] {
  const { times, layers, vary = {} } = block;
  const all: Placed[] = [];
  let reads = inputs;
  for (let time = 0; time < times; time++) {
    const varied = layers.map((each) => atTime(each, vary, time));
    const { placed, last } = row(varied, `${name}.${time + 1}`, reads, 'layers');
    all.push(...placed);
    reads = [last];
  }
  return renameLast(all, name);
}

/** Gives a block's last layer the name of the block. */
function renameLast(placed: readonly Placed[], name: string): Placed[] {
  const old = placed.at(-1)?.spec.name;
  return placed.map(({ spec, at }, i) =>
    i === placed.length - 1 && spec.name === old ? { spec: { ...spec, name }, at } : { spec, at },
  );
}

/** A layer with its keys of one time; of a residual block, its layers. */
function atTime<L extends LayerOrBlock>(
  each: L,
  vary: Readonly<Record<string, readonly (number | string | boolean)[]>>,
  time: number,
): L {
  const own = Object.entries(vary).filter(([key]) => Object.hasOwn(each, key));
  const changed = {
    ...each,
    ...Object.fromEntries(own.map(([key, values]) => [key, values[time]])),
  };
  if (changed.type !== 'residual') return changed;
  return { ...changed, layers: changed.layers.map((inner) => atTime(inner, vary, time)) };
}
