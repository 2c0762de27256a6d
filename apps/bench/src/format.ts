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

/** The columns that both tables have. */
export const columns = ['', 'ms / step', 'quartiles', 'CPU ms', '× PyTorch', 'losses'] as const;

/** The cells of a contender. */
export function cells(row: Row): string[] {
  return [
    row.label,
    significant(row.milliseconds.median),
    quartiles(row.milliseconds),
    significant(row.processor.median),
    row.timesPytorch === undefined ? '' : significant(row.timesPytorch),
    lossVerdict(row),
  ];
}

/** What stands below the tables, one line each: verdicts on the goals. */
export function goalLines(report: Report): string[] {
  return report.goals.map(({ goal, found, verdict }) =>
    found === undefined ? `${goal}: ${verdict}` : `${goal}: ${verdict} (${significant(found)})`,
  );
}

/** Where and how the times were taken, one line each. */
export function settingLines({ machine, effort, date }: Report): string[] {
  return [
    `${machine.processor}, ${machine.cores} cores, ${machine.memoryGiB} GiB; ${machine.system}; Node ${machine.node}`,
    `one thread each, CPU only; ${effort.rounds} rounds in turn, up to ${effort.steps} steps or ` +
      `${effort.turnMilliseconds} ms a turn; load before: ${machine.loadBefore}`,
    `taken ${date.slice(0, 16).replace('T', ' ')} UTC`,
  ];
}
