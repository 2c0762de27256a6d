/** The table of a reproduction as a Markdown page. */
import { markdownTable } from 'markdown-table';
import {
  isOnce,
  isReached,
  rowsOf,
  spread,
  type Reproduction,
  type Row,
  type RowResult,
} from './reproduction.ts';
import { significant } from './run.ts';

/** Where and when results were measured. */
export interface Circumstances {
  readonly date: string;
  readonly machine: string;
  /** Whether times are shown. Default: they are. */
  readonly timed?: boolean;
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
  'each seed',
];
const align = ['l', 'l', 'r', 'r', 'r', 'r', 'r', 'r', 'r', 'l', 'l', 'l'];
const [meanColumn, verdictColumn] = [3, 9];

/** A result as a row of a page. */
export function pageRow(
  result: RowResult,
  { date, machine, timed = true }: Circumstances,
): PageRow {
  const { row, backend, values, seconds } = result;
  const { mean, deviation } = spread(values);
  return [
    row.name,
    backend,
    String(row.published ?? ''),
    significant(mean),
    isOnce(row) || values.length < 2 ? '' : significant(deviation),
    significant(Math.min(...values)),
    significant(Math.max(...values)),
    isOnce(row) ? '' : String(values.length),
    timed ? (seconds / values.length).toFixed(1) : '',
    verdict(result),
    `${date}, ${machine}`,
    values.length < 2 ? '' : values.map(significant).join(', '),
  ];
}

function verdict(result: RowResult): string {
  if (!isReached(result)) return 'missed';
  return result.row.rule === 'measured' ? '' : 'reached';
}

/** The rows that a page of {@link reportPage} holds. */
export function rowsOfPage(page: string): PageRow[] {
  const rows: PageRow[] = [];
  let places: readonly number[] = [];
  for (const line of page.split('\n')) {
    if (!line.startsWith('|')) continue;
    const cells = line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim());
    const [name = ''] = cells;
    if (name === '') places = placesOf(cells);
    else if (!/^:?-+:?$/.test(name)) rows.push(head.map((_, i) => cells[places.indexOf(i)] ?? ''));
  }
  return rows;
}

/** Which columns of {@link head} a table has; they are in the same order. */
function placesOf(cells: readonly string[]): number[] {
  let last = -1;
  return cells.map((cell) => (last = head.indexOf(cell, last + 1)));
}

/** A table without the columns in which nothing stands. */
function tableOf(rows: readonly PageRow[]): string {
  const places = head.flatMap((_, i) => (i === 0 || rows.some((row) => row[i] !== '') ? [i] : []));
  const cut = <T>(all: readonly T[]): T[] => all.filter((_, i) => places.includes(i));
  return markdownTable([cut(head), ...rows.map(cut)], { align: cut(align) });
}

/** Whether two rows say the same thing is measured on the same backend. */
export const isSameRow = (one: PageRow, other: PageRow): boolean =>
  one[0] === other[0] && one[1] === other[1];

/**
 * The rows with those of an earlier page that were not measured anew, backend by backend as they
 * first appear, in the order of the reproduction. What the reproduction no longer has goes.
 */
export function mergeRows(
  reproduction: Reproduction,
  earlier: readonly PageRow[],
  measured: readonly PageRow[],
): PageRow[] {
  const kept = earlier.filter((row) => !measured.some((other) => isSameRow(row, other)));
  const all = [...kept, ...measured];
  const backends = [...new Set([...earlier, ...measured].map(([, backend]) => backend))];
  return backends.flatMap((backend) =>
    rowsOf(reproduction).flatMap(({ name }) =>
      all.filter((row) => row[0] === name && row[1] === backend),
    ),
  );
}

/** A page with what was published, what came out, and by how much. */
export function reportPage(
  { title, source, unit, rows: first, remarks, sections = [] }: Reproduction,
  rows: readonly PageRow[],
): string {
  const of = (own: readonly Row[]): PageRow[] =>
    rows.filter((row) => own.some(({ name }) => name === row[0]));
  const blocks = [
    `# ${title}`,
    source,
    `Numbers are ${unit}; n seeds are 0 to n - 1.` +
      (first.some(({ rule }) => rule !== 'measured') ? ` ${reached}` : ''),
    tableOf(of(first)),
    ...(remarks === undefined ? [] : [remarks]),
    ...sections.flatMap((section) => {
      const own = of(section.rows);
      if (own.length === 0) return [];
      const compared = own.map((row) => withDifference(row, section.versus, own));
      return [
        `## ${section.title}`,
        section.text,
        `Numbers are ${section.unit}.`,
        tableOf(compared),
      ];
    }),
  ];
  return `${blocks.join('\n\n')}\n`;
}

const reached =
  '“reached” is: the same digits where nothing is trained, else a mean of at most 1.25 times the ' +
  'published number, or each seed below a bound.';

/** A row that says by how much its mean differs from that of another on the same backend. */
function withDifference(
  row: PageRow,
  versus: string | undefined,
  rows: readonly PageRow[],
): PageRow {
  const other = rows.find(([name, backend]) => name === versus && backend === row[1]);
  if (other === undefined || other === row) return row;
  const difference = Number(row[meanColumn]) / Number(other[meanColumn]) - 1;
  const percent = `${difference > 0 ? '+' : '-'}${(100 * Math.abs(difference)).toFixed(1)} %`;
  return row.map((cell, i) => (i === verdictColumn ? percent : cell));
}
