/** Parquet files. */
import { parquetMetadataAsync, parquetReadObjects, type SchemaElement } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { cellReader, type ColumnOptions } from './csv-columns.ts';
import { timeOptions } from './csv.ts';
import { tableSeries, unreadable, type FileTableOptions } from './file-table.ts';
import type { Series } from './series.ts';

/**
 * Reads a Parquet file, of any of its compressions, into series; only the columns that are named
 * are decoded. Times are timestamps, dates, or texts; categories are texts or booleans.
 *
 * @param bytes the contents of the file
 * @param options columns, times, and the column that tells series apart
 * @param file what to call it in errors
 * @returns series by the text of the column `key`, the empty one without it
 * @throws {@link DataError} for bytes that are no Parquet, and as `parseCsv`, with the row, counted
 *   from 1, as line
 */
export async function parseParquet(
  bytes: Uint8Array,
  options: FileTableOptions,
  file = 'Parquet file',
): Promise<ReadonlyMap<string, Series>> {
  const buffer = new Uint8Array(bytes).buffer;
  const asParquet = async <T>(read: () => Promise<T>): Promise<T> => {
    try {
      return await read();
    } catch (error) {
      throw unreadable(file, 'a Parquet file', error);
    }
  };
  const { schema } = await asParquet(() => parquetMetadataAsync(buffer));
  const elements = new Map(schema.slice(1).map((element) => [element.name, element]));
  const wanted = [
    timeOptions(options).column,
    ...(options.key === undefined ? [] : [options.key]),
    ...Object.entries<ColumnOptions>(options.columns).map(
      ([name, own]) => cellReader(name, own).title,
    ),
  ];
  const columns = [...new Set(wanted)].filter((name) => elements.has(name));
  const rows = await asParquet(() => parquetReadObjects({ file: buffer, columns, compressors }));
  const table = {
    names: [...elements.keys()],
    rows: rows.length,
    column: (name: string) => rows.map((row) => row[name] as unknown),
    isMoment: (name: string) => isMoment(elements.get(name)),
  };
  return tableSeries(table, options, file);
}

/** Timestamps are in UTC, unless the file says that they are what clocks showed. */
function isMoment(element: SchemaElement | undefined): boolean {
  const { logical_type: logical, converted_type: converted } = element ?? {};
  if (logical?.type === 'TIMESTAMP') return logical.isAdjustedToUTC;
  return converted === 'TIMESTAMP_MILLIS' || converted === 'TIMESTAMP_MICROS';
}
