/** The coverage table: what each backend makes of each primitive, composite, layer and so on. */
import type { CompiledPart, Realisation } from '@chronograd/backend';
import { GROUPS, type Group } from './case.ts';
import type { CaseReport, Report } from './runner.ts';

/** What stands in a cell, and how many of the row's cases fail. */
export interface Cell {
  /**
   * `native`: the engine's own operations, with no composite or loop to realise; `yes` in groups
   * that are not about operations. `fused`,
   * `expanded`, `unrolled`, `looped` as in compile reports, joined where there are several.
   * `unsupported`: every case fails or is skipped. Empty: no case was run.
   */
  readonly text: string;
  readonly failing: number;
  readonly cases: number;
}

/**
 * A Markdown table for each group: a row for each subject, a column for each report. Rows stand in
 * the order of the suite.
 */
export function coverageTable(reports: readonly Report[]): string {
  const heads = reports.map(({ backend, engine, device }) =>
    [backend, engine && `${engine}, ${device}`].filter(Boolean).join('<br>'),
  );
  const sections = GROUPS.flatMap((group) => {
    const subjects = subjectsOf(reports, group);
    if (subjects.length === 0) return [];
    const rows = subjects.map((subject) => [
      subject,
      ...reports.map((report) => formatCell(cellOf(report, group, subject))),
    ]);
    return [`## ${group}\n\n${markdownTable([group, ...heads], rows)}`];
  });
  return `${sections.join('\n\n')}\n`;
}

/** The cell of one row and one report. */
export function cellOf(report: Report, group: Group, subject: string): Cell {
  const cases = report.cases.filter(({ row }) => row.group === group && row.subject === subject);
  const works = cases.filter(({ status }) => status === 'passed');
  const failing = cases.filter(
    ({ status }) => status === 'failed' || status === 'expectedFailure',
  ).length;
  const text =
    cases.length === 0 ? '' : works.length === 0 ? 'unsupported' : realised(group, works);
  return { text, failing, cases: cases.length };
}

function subjectsOf(reports: readonly Report[], group: Group): string[] {
  const rows = reports.flatMap(({ cases }) => cases.map(({ row }) => row));
  return [...new Set(rows.filter((row) => row.group === group).map(({ subject }) => subject))];
}

/** `fused`; `fused, gradient expanded`; `expanded, looped`; `native` where nothing is to realise. */
function realised(group: Group, cases: readonly CaseReport[]): string {
  const parts = cases.flatMap((each) => each.parts);
  const loops = parts.filter(isLoop);
  const composites = parts.filter((part) => !isLoop(part));
  const forward = names(composites.filter(({ pass }) => pass === 'forward'));
  const backward = names(composites.filter(({ pass }) => pass === 'backward'));
  const pieces = [
    forward,
    backward && backward !== forward ? `gradient ${backward}` : '',
    names(loops),
  ].filter(Boolean);
  return pieces.join(', ') || (ABOUT_BEHAVIOUR.has(group) ? 'yes' : 'native');
}

/** Groups whose cases say how an executable behaves, not what its operations compute. */
const ABOUT_BEHAVIOUR: ReadonlySet<Group> = new Set(['state', 'errors', 'lifecycle']);

function isLoop({ realisation }: CompiledPart): boolean {
  return realisation === 'unrolled' || realisation === 'looped';
}

/** `fused or expanded`, in this order. */
function names(parts: readonly CompiledPart[]): string {
  const order: readonly Realisation[] = ['fused', 'expanded', 'unrolled', 'looped'];
  return order.filter((each) => parts.some((part) => part.realisation === each)).join(' or ');
}

function formatCell({ text, failing, cases }: Cell): string {
  return failing > 0 && text !== 'unsupported' ? `${text}; ${failing} of ${cases} fail` : text;
}

function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
