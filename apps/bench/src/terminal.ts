/** The report on a terminal. */
import Table from 'cli-table3';
import { columnsOf, goalLines, settingLines, significant, versionList } from './format.ts';
import type { Report } from './report.ts';

/** Tables, then what was left out and whether the goals are met. */
export function terminalReport(report: Report): string {
  // No colours: the text also goes to files.
  const style = { head: [], border: [] };
  const columns = columnsOf(report);
  const times = new Table({
    head: columns.map(({ head }) => head),
    style,
    colAligns: columns.map(({ align }) => align),
  });
  for (const row of report.rows) times.push(columns.map(({ cell }) => cell(row)));
  const parts = [`${report.heading}: one training step`, times.toString()];
  if (report.compileTimes.length > 0) {
    const compile = new Table({
      head: ['compile', 'program ms', 'engine ms', 'nodes', 'ms / step'],
      style,
      colAligns: ['left', 'right', 'right', 'right', 'right'],
    });
    for (const { time, compile: took, milliseconds } of report.compileTimes) {
      compile.push([
        `T=${time}`,
        took.buildMilliseconds.toFixed(0),
        took.compileMilliseconds.toFixed(0),
        took.nodes,
        significant(milliseconds),
      ]);
    }
    parts.push(compile.toString());
  }
  parts.push(
    ...report.rows.map(
      ({ label, versions, notes }) =>
        `${label}: ${[versionList(versions), ...notes].filter(Boolean).join('; ')}`,
    ),
    ...report.leftOut.map(({ id, reason }) => `left out ${id}: ${reason}`),
    ...settingLines(report),
    ...goalLines(report).map((line) => `goal: ${line}`),
  );
  return parts.join('\n');
}
