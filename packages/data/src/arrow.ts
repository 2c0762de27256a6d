/** Arrow files: IPC streams and files, of which Feather is one. */
import { DataType, tableFromIPC } from 'apache-arrow';
import { DataError } from './errors.ts';
import { tableSeries, unreadable, type FileTableOptions } from './file-table.ts';
import type { Series } from './series.ts';

/**
 * Reads an Arrow file into series. Times are timestamps, dates, or texts; categories are texts,
 * dictionaries of texts, or booleans.
 *
 * @param bytes the contents of the file
 * @param options columns, times, and the column that tells series apart
 * @param file what to call it in errors
 * @returns series by the text of the column `key`, the empty one without it
 * @throws {@link DataError} for bytes that are no Arrow file and compressed ones, and as
 *   `parseCsv`, with the row, counted from 1, as line
 */
export function parseArrow(
  bytes: Uint8Array,
  options: FileTableOptions,
  file = 'Arrow file',
): ReadonlyMap<string, Series> {
  const table = read(bytes, file);
  const { fields } = table.schema;
  if (fields.length === 0)
    throw new DataError({
      ...{ code: 'unreadable', file, expected: 'an Arrow file', found: 'no columns' },
      advice: 'Write it as an IPC file, e.g. with pyarrow.feather.write_feather',
    });
  const typeOf = (name: string) => fields.find((field) => field.name === name)?.type;
  return tableSeries(
    {
      names: fields.map(({ name }) => name),
      rows: table.numRows,
      column: (name) => {
        const type = typeOf(name);
        const values = Array.from(table.getChild(name) ?? [], (value: unknown) => value);
        // The library gives milliseconds since 1970, whatever the unit of the file.
        return DataType.isTimestamp(type) || DataType.isDate(type)
          ? values.map((value) => (typeof value === 'number' ? new Date(value) : value))
          : values;
      },
      isMoment: (name) => {
        const type = typeOf(name);
        return DataType.isTimestamp(type) && Boolean(type.timezone);
      },
    },
    options,
    file,
  );
}

function read(bytes: Uint8Array, file: string) {
  try {
    return tableFromIPC(bytes);
  } catch (error) {
    throw unreadable(file, 'an Arrow file that is not compressed', error);
  }
}
