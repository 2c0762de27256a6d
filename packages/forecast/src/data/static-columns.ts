/** Columns that do not change within a series. */
import {
  column,
  DataError,
  Scaler,
  timeAt,
  withColumns,
  type ColumnScale,
  type Series,
} from '@chronograd/data';
import type { ScalingSpec } from '../experiment/task-document.ts';
import type { Member } from './panel.ts';

/**
 * The value of a column that does not change. Rows where it is missing say nothing.
 *
 * @throws DataError where it changes, with series, row and column, and where all its values are
 *   missing
 */
function staticValue(series: Series, name: string, source: string): number {
  const values = column(series, name);
  const first = values.findIndex((value) => !Number.isNaN(value));
  const value = values[first];
  if (value === undefined)
    throw new DataError({
      code: 'missing-values',
      file: source,
      column: name,
      expected: 'a value of what does not change within a series',
      found: 'none in any row',
    });
  const other = values.findIndex((own) => !Number.isNaN(own) && own !== value);
  if (other < 0) return value;
  throw new DataError({
    code: 'bad-value',
    file: source,
    column: name,
    subject: `row ${other + 1}, ${timeAt(series, other)}`,
    expected: `${value}, as at ${timeAt(series, first)}, since "task.static" names it`,
    found: String(values[other]),
    advice: 'Name what changes under "inputs" or "future"',
  });
}

/**
 * A series whose static columns have their value in every row, those too that the file lacks.
 *
 * @throws DataError where one changes within the series, or has no value
 */
export function withStatic(
  series: Series,
  names: readonly string[],
  { source }: Pick<Member, 'source'>,
): Series {
  const columns = names.map((name) => {
    const value = staticValue(series, name, source);
    return [name, new Float64Array(series.length).fill(value)] as const;
  });
  return withColumns(series, Object.fromEntries(columns));
}

/**
 * How a static column is scaled: in all series alike, by its values in them, one of each. It is
 * constant within each, so that a scaler of the series' own would leave nothing of it.
 *
 * @param values one of each series
 */
export function staticScale(values: readonly number[], scaling: ScalingSpec): ColumnScale {
  const spread = (offset: number, scale: number): ColumnScale => ({
    offset,
    scale: scale > 0 ? scale : 1,
  });
  switch (scaling.type) {
    case 'none':
      return { offset: 0, scale: 1 };
    case 'divide':
      return { offset: 0, scale: scaling.by };
    case 'minMax': {
      const least = Math.min(...values);
      return spread(least, Math.max(...values) - least);
    }
    case 'standard': {
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
      return spread(mean, Math.sqrt(squares / values.length));
    }
  }
}

/** A scaler with further columns. */
export function scalerWith(scaler: Scaler, columns: Readonly<Record<string, ColumnScale>>): Scaler {
  const document = scaler.toJSON();
  return new Scaler({ ...document, columns: { ...document.columns, ...columns } });
}
