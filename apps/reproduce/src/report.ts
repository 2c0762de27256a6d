/** The table of a reproduction as a Markdown page. */
import { markdownTable } from 'markdown-table';
import { isReached, spread, type Reproduction, type RowResult } from './reproduction.ts';
import { significant } from './run.ts';

/** Where and when results were measured. */
export interface Circumstances {
  readonly date: string;
  readonly machine: string;
}

/** A row of a page, as texts: name, backend, published, mean, and so on. */
export type PageRow = readonly string[];

const head = [
  '',
  'backend',
  'published',
  'mean',
  '± seeds',
  'best',
  'worst',
  'seeds',
  's / run',
  '',
  'measured',
];
const align = ['l', 'l', 'r', 'r', 'r', 'r', 'r', 'r', 'r', 'l', 'l'];

/** A result as a row of a page. */
export function pageRow(result: RowResult, { date, machine }: Circumstances): PageRow {
  const { row, backend, values, seconds } = result;
  const { mean, deviation } = spread(values);
  return [
    row.name,
    backend,
    String(row.published),
    significant(mean),
    row.rule === 'exact' || values.length < 2 ? '' : significant(deviation),
    significant(Math.min(...values)),
    significant(Math.max(...values)),
    row.rule === 'exact' ? '' : String(values.length),
    (seconds / values.length).toFixed(1),
    isReached(result) ? 'reached' : 'missed',
    `${date}, ${machine}`,
  ];
}

/** The rows that a page of {@link reportPage} holds. */
export function rowsOfPage(page: string): PageRow[] {
  const lines = page.split('\n').filter((line) => line.startsWith('|'));
  return lines.slice(2).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** Whether two rows say the same thing is measured on the same backend. */
export const isSameRow = (one: PageRow, other: PageRow): boolean =>
  one[0] === other[0] && one[1] === other[1];

/**
 * The rows with those of an earlier page that were not measured anew, backend by backend as they
 * first appear, in the order of the reproduction. What the reproduction no longer has goes.
 */
export function mergeRows(
  { rows }: Reproduction,
  earlier: readonly PageRow[],
  measured: readonly PageRow[],
): PageRow[] {
  const kept = earlier.filter((row) => !measured.some((other) => isSameRow(row, other)));
  const all = [...kept, ...measured];
  const backends = [...new Set([...earlier, ...measured].map(([, backend]) => backend))];
  return backends.flatMap((backend) =>
    rows.flatMap(({ name }) => all.filter((row) => row[0] === name && row[1] === backend)),
  );
}

/** A page with what was published, what came out, and by how much. */
export function reportPage(
  { title, source, unit }: Reproduction,
  rows: readonly PageRow[],
): string {
  return [
    `# ${title}`,
    source,
    `Numbers are ${unit}; n seeds are 0 to n - 1. “reached” is: the same digits where nothing is ` +
      'trained, else a mean of at most 1.25 times the published number, or each seed below a bound.',
    markdownTable([head, ...rows], { align }),
    '',
  ].join('\n\n');
}
