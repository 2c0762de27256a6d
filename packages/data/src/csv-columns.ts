/** Where a column of the series comes from and what its fields hold. */
export type ColumnOptions =
  /** Numbers, under the column's own name. */
  | 'number'
  | {
      readonly type: 'number';
      /** Name in the file's header. Default: the series' name of it. */
      readonly from?: string;
      /** Least value that can be; a smaller one is an error. */
      readonly min?: number;
      /** Greatest value that can be; a greater one is an error. */
      readonly max?: number;
    }
  | {
      /** One of a few texts; the series holds its number in `categories`. */
      readonly type: 'category';
      readonly from?: string;
      readonly categories: readonly string[];
    };

/** Reads the fields of one column. */
export interface CellReader {
  /** Name in the header. */
  readonly title: string;
  /** What a field should be, for errors. */
  readonly expected: string;
  /** The field as a number; undefined if it is not what is expected. */
  read(cell: string): number | undefined;
}

/** A decimal number, as in JSON but with a plus sign and without a leading zero where one likes. */
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/** The reader of a column that the series calls `name`. */
export function cellReader(name: string, options: ColumnOptions): CellReader {
  if (options === 'number') return cellReader(name, { type: 'number' });
  const title = options.from ?? name;
  if (options.type === 'category') {
    const { categories } = options;
    return {
      title,
      expected: `one of ${categories.map((category) => `"${category}"`).join(', ')}`,
      read: (cell) => {
        const code = categories.indexOf(cell);
        return code < 0 ? undefined : code;
      },
    };
  }
  const { min = -Infinity, max = Infinity } = options;
  const bounded = options.min !== undefined || options.max !== undefined;
  return {
    title,
    expected: bounded ? `a number from ${min} to ${max}` : 'a number',
    read: (cell) => {
      const value = NUMBER.test(cell) ? Number(cell) : NaN;
      return Number.isFinite(value) && value >= min && value <= max ? value : undefined;
    },
  };
}
