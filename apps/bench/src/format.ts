/** Numbers and lines as they stand in the tables. */
import type { Spread } from './statistics.ts';
import type { Report, Row } from './report.ts';

/** Three significant digits: `1.62`, `16.2`, `283`. */
export function significant(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const digits = value === 0 ? 0 : Math.floor(Math.log10(Math.abs(value)));
  return value.toFixed(Math.min(Math.max(2 - digits, 0), 6));
}

/** `1.58 – 1.71`: the quartiles. */
export function quartiles({ lower, upper }: Spread): string {
  return `${significant(lower)} – ${significant(upper)}`;
}

/** `agree`, or by how much they do not. */
export function lossVerdict({ lossCheck }: Row): string {
  const { agrees, first, largest } = lossCheck;
  if (agrees) return 'agree';
  return `DIFFER by ${first.toExponential(1)} at first, ${largest.toExponential(1)} later`;
}

/** `torch 2.13.0, numpy 2.4.0`. */
export function versionList(versions: Readonly<Record<string, string>>): string {
  return Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ');
}

/** A column that both tables have. */
export interface Column {
  readonly head: string;
  readonly align: 'left' | 'right';
  readonly cell: (row: Row) => string;
}

/** The columns of a report: what was not counted or compared in any row has none. */
export function columnsOf({ rows }: Report): Column[] {
  const has = (field: 'timesPytorch' | 'dispatches'): boolean =>
    rows.some((row) => row[field] !== undefined);
  const number = (value: number | undefined): string =>
    value === undefined ? '' : significant(value);
  const right = (head: string, cell: Column['cell']): Column => ({ head, align: 'right', cell });
  return [
    { head: '', align: 'left', cell: ({ label }) => label },
    right('ms / step', ({ milliseconds }) => significant(milliseconds.median)),
    right('quartiles', ({ milliseconds }) => quartiles(milliseconds)),
    right('CPU ms', ({ processor }) => significant(processor.median)),
    ...(has('dispatches')
      ? [right('dispatches', ({ dispatches }) => dispatches?.toFixed(0) ?? '')]
      : []),
    ...(has('timesPytorch') ? [right('× PyTorch', (row) => number(row.timesPytorch))] : []),
    { head: 'losses', align: 'left', cell: lossVerdict },
  ];
}

/** What stands below the tables, one line each: verdicts on the goals. */
export function goalLines(report: Report): string[] {
  return report.goals.map(({ goal, found, verdict }) =>
    found === undefined ? `${goal}: ${verdict}` : `${goal}: ${verdict} (${significant(found)})`,
  );
}

/** What the contenders compute on, by suite. */
const settings = {
  cpu: 'one thread each, CPU only',
  cuda: 'one thread each, and the GPU where a library finds one: see below',
  webgpu: 'WebGPU in Node on Dawn, one adapter for all, named below',
};

/** Where and how the times were taken, one line each. */
export function settingLines({ machine, effort, date, suite }: Report): string[] {
  return [
    `${machine.processor}, ${machine.cores} cores, ${machine.memoryGiB} GiB; ${machine.system}; Node ${machine.node}`,
    `${settings[suite]}; ${effort.rounds} rounds in turn, up to ${effort.steps} steps or ` +
      `${effort.turnMilliseconds} ms a turn; load before: ${machine.loadBefore}`,
    `taken ${date.slice(0, 16).replace('T', ' ')} UTC`,
  ];
}
