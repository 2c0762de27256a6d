/** The report as a Markdown page. */
import { columnsOf, goalLines, settingLines, significant, versionList } from './format.ts';
import type { Report } from './report.ts';

type Alignment = 'left' | 'right';

/** Bars would end a cell, line breaks the row. */
function escapeCell(cell: string): string {
  return cell.replaceAll('|', '\\|').replaceAll(/\s*\n\s*/g, ' ');
}

/** A Markdown table, its columns padded to one width as prettier does. */
export function markdownTable(
  head: readonly string[],
  alignments: readonly Alignment[],
  rows: readonly (readonly string[])[],
): string {
  const lines = [head, ...rows].map((row) => row.map(escapeCell));
  const widths = head.map((_, column) =>
    Math.max(3, ...lines.map((row) => (row[column] ?? '').length)),
  );
  const pad = (cell: string, column: number) =>
    alignments[column] === 'right'
      ? cell.padStart(widths[column] ?? 0)
      : cell.padEnd(widths[column] ?? 0);
  const rule = widths.map((width, column) =>
    alignments[column] === 'right' ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width),
  );
  const [headLine = [], ...body] = lines.map((row) => row.map(pad));
  return [headLine, rule, ...body].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

const list = (lines: readonly string[]) => lines.map((line) => `- ${escapeCell(line)}`).join('\n');

/** Whose ratios the page has. */
function ratioTold({ rows }: Report): string {
  const hasPytorch = rows.some(({ timesPytorch }) => timesPytorch !== undefined);
  return hasPytorch ? 'the ratio to PyTorch is' : 'the ratios that goals are judged by are';
}

/** A page with a heading, tables and how to read them. */
export function markdownReport(report: Report): string {
  const columns = columnsOf(report);
  const right = 'right';
  const left = 'left';
  const sections = [
    `# ${report.heading}`,
    'One training step (forward, gradients, Adam), milliseconds, median of all steps after ' +
      `warm-up. Contenders take turns within one run; ${ratioTold(report)} the median over ` +
      'rounds of the ratio within a round.',
    list(settingLines(report)),
    markdownTable(
      columns.map(({ head }) => head),
      columns.map(({ align }) => align),
      report.rows.map((row) => columns.map(({ cell }) => cell(row))),
    ),
  ];
  if (report.goals.length > 0) sections.push('## Goals', list(goalLines(report)));
  if (report.compileTimes.length > 0) {
    sections.push(
      '## Compiling',
      'From document to program, and from program to what the engine runs (training step only).',
      markdownTable(
        ['time steps', 'program ms', 'engine ms', 'nodes', 'ms / step'],
        [left, right, right, right, right],
        report.compileTimes.map(({ time, compile, milliseconds }) => [
          String(time),
          compile.buildMilliseconds.toFixed(0),
          compile.compileMilliseconds.toFixed(0),
          String(compile.nodes),
          significant(milliseconds),
        ]),
      ),
    );
  }
  sections.push(
    '## Versions',
    list(
      report.rows.map(
        ({ label, versions, notes }) =>
          `${label}: ${[versionList(versions), ...notes].filter(Boolean).join('; ')}`,
      ),
    ),
  );
  if (report.leftOut.length > 0) {
    sections.push('## Left out', list(report.leftOut.map(({ id, reason }) => `${id}: ${reason}`)));
  }
  return `${sections.join('\n\n')}\n`;
}
