/** The sequences of an experiment, read and dealt to its parts. */
import { DataError, listed, parseCsvTables, readText, shuffle, type Table } from '@chronograd/data';
import { readdir, stat } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import type { SequencePart, SequencesSpec } from '../experiment/sequences-document.ts';

/** One sequence, with all columns in the units of its file. */
export interface Sequence extends Table {
  /** Its file, from the path of the source, and what the column of sequences holds there. */
  readonly id: string;
  /** Path of its file, for errors. */
  readonly file: string;
}

/** The sequences of each part that an experiment has. */
export type SequenceParts = Readonly<Partial<Record<SequencePart, readonly Sequence[]>>>;

/** The parts in their order. */
const partNames = ['train', 'validation', 'test'] as const satisfies SequencePart[];

/** Options of {@link readParts}. */
export interface ReadPartsOptions {
  /**
   * Whether the source stands in place of that of the training: then all of it is every part, and
   * the label may be left out.
   */
  readonly replaced?: boolean;
  /** Columns that the files may lack where the source is replaced. */
  readonly optional?: readonly string[];
}

/**
 * Reads an experiment's sequences; relative paths go from `folder`.
 *
 * @throws DataError for paths, columns and values at fault, with file and line, and for a part
 *   without any sequence
 */
export async function readParts(
  data: SequencesSpec,
  folder: string,
  { replaced = false, optional = [] }: ReadPartsOptions = {},
): Promise<SequenceParts> {
  const root = resolve(folder, data.source.path);
  const { split } = data;
  const parts: Partial<Record<SequencePart, readonly Sequence[]>> = {};
  const names = partNames.filter((name) => split[name] !== undefined);
  if (replaced) {
    const all = await readSequences(data, root, { root, optional });
    for (const name of names) parts[name] = all;
    return parts;
  }
  if (split.type === 'paths') {
    for (const name of names)
      parts[name] = await readSequences(data, join(root, split[name] ?? ''), { root });
    return parts;
  }
  const all = await readSequences(data, root, { root });
  const order = Int32Array.from(all, (_, i) => i);
  shuffle(order, split.seed);
  let sum = 0;
  for (const name of names) {
    const from = Math.round(sum * all.length);
    sum += split[name] ?? 0;
    const chosen = order.slice(from, Math.round(sum * all.length)).sort();
    parts[name] = Array.from(chosen, (i) => all[i] as Sequence);
    if (chosen.length === 0)
      throw new DataError({
        code: 'empty',
        file: root,
        subject: `part "${name}"`,
        expected: 'at least one sequence',
        found: `none: its share of ${all.length} is ${split[name]}`,
      });
  }
  return parts;
}

/**
 * The sequences of a file, or of the CSV files of a folder in the order of their names.
 *
 * @param data which columns are read
 * @param path of the file or folder
 * @param options how sequences are called
 * @param options.root from which their ids go. Default: the path
 * @param options.optional columns that the files may lack
 * @throws DataError as {@link readParts}
 */
export async function readSequences(
  data: Pick<SequencesSpec, 'source' | 'sequence' | 'columns'>,
  path: string,
  options: { readonly root?: string; readonly optional?: readonly string[] } = {},
): Promise<Sequence[]> {
  const { root = path, optional = [] } = options;
  const { source, sequence, columns } = data;
  const read = (await filesOf(path)).map(async (file) => {
    const tables = parseCsvTables(
      await readText(file),
      {
        columns,
        delimiter: source.delimiter,
        optional,
        ...(source.missing && { missing: source.missing }),
        ...(sequence !== undefined && { key: sequence }),
      },
      file,
    );
    const name = relative(root, file).split(sep).join('/');
    return [...tables].map(([key, table]): Sequence => {
      const id = [name, key].filter((text) => text !== '').join(':');
      return { ...table, id: id === '' ? file : id, file };
    });
  });
  return (await Promise.all(read)).flat();
}

async function filesOf(path: string): Promise<readonly string[]> {
  const refuse = (found: string, cause?: unknown): never => {
    const expected = 'a CSV file, or a folder of such files';
    throw new DataError({ code: 'unreadable', file: path, expected, found }, { cause });
  };
  try {
    if (!(await stat(path)).isDirectory()) return [path];
    const names = await readdir(path);
    const files = names.filter((name) => /\.csv$/i.test(name)).sort();
    if (files.length > 0) return files.map((name) => join(path, name));
    return refuse(`a folder that holds ${names.length === 0 ? 'nothing' : listed(names)}`);
  } catch (error) {
    if (error instanceof DataError || !(error instanceof Error)) throw error;
    return refuse(error.message, error);
  }
}

/**
 * The sequences of a part.
 *
 * @throws DataError where the experiment has no such part
 */
export function partOf(parts: SequenceParts, name: string): readonly Sequence[] {
  const found = Object.entries(parts).find(([each]) => each === name)?.[1];
  if (found !== undefined) return found;
  throw new DataError({
    code: 'bad-argument',
    subject: `part "${name}"`,
    expected: `one of ${Object.keys(parts).join(', ')}`,
    found: 'none of that name in data.split',
  });
}

/** Sequences and rows of each part, for people. */
export function describeSequences(parts: SequenceParts): string {
  return Object.entries(parts)
    .map(([name, sequences]) => {
      const lengths = sequences.map(({ length }) => length);
      const [least, most] = [Math.min(...lengths), Math.max(...lengths)];
      const rows = least === most ? `${least}` : `${least} to ${most}`;
      return `${name} ${sequences.length} sequences of ${rows} rows`;
    })
    .join('; ');
}
