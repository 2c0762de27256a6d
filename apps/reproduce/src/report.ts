/** The table of a reproduction as a Markdown page. */
import { markdownTable } from 'markdown-table';
import { isReached, spread, type Reproduction, type RowResult } from './reproduction.ts';
import { significant } from './run.ts';

/** Where and when results were measured. */
export interface Circumstances {
  readonly date: string;
  readonly machine: string;
  readonly seeds: readonly number[];
}

/** A page with what was published, what came out, and by how much. */
export function reportPage(
  { title, source, unit }: Reproduction,
  results: readonly RowResult[],
  { date, machine, seeds }: Circumstances,
): string {
  const head = ['', 'backend', 'published', 'mean', '± seeds', 'best', 'worst', 's / run', ''];
  const rows = results.map((result) => {
    const { row, backend, values, seconds } = result;
    const { mean, deviation } = spread(values);
    return [
      row.name,
      backend,
      String(row.published),
      significant(mean),
      row.rule === 'exact' ? '' : significant(deviation),
      significant(Math.min(...values)),
      significant(Math.max(...values)),
      (seconds / values.length).toFixed(1),
      isReached(result) ? 'reached' : 'missed',
    ];
  });
  const align = ['l', 'l', 'r', 'r', 'r', 'r', 'r', 'r', 'l'];
  return [
    `# ${title}`,
    source,
    `Numbers are ${unit}; seeds ${seeds.join(', ')}; ${date}, ${machine}. ` +
      '“reached” is: the same digits where nothing is trained, else a mean of at most 1.25 times ' +
      'the published number, or each seed below a bound.',
    markdownTable([head, ...rows], { align }),
    '',
  ].join('\n\n');
}
