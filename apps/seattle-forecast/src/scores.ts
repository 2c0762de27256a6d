import type { HorizonErrors } from '@chronograd/data';
import Table from 'cli-table3';

/** A forecaster with its errors on the test part, in °C. */
export interface Score {
  readonly name: string;
  readonly errors: HorizonErrors;
}

/** Mean absolute errors in °C as a table: a row for each day of the horizon, one for the mean. */
export function scoreTable(scores: readonly Score[], color: boolean): string {
  const table = new Table({
    head: ['days ahead', ...scores.map(({ name }) => name)],
    colAligns: ['right', ...scores.map(() => 'right' as const)],
    style: color ? { head: ['bold'], border: ['gray'], compact: true } : PLAIN,
  });
  const horizon = scores[0]?.errors.mae.length ?? 0;
  for (let step = 0; step < horizon; step++)
    table.push([
      String(step + 1),
      ...scores.map(({ errors }) => (errors.mae[step] ?? NaN).toFixed(2)),
    ]);
  table.push(['mean', ...scores.map(({ errors }) => errors.meanMae.toFixed(2))]);
  return table.toString();
}

const PLAIN = { head: [], border: [], compact: true };

/** How the first score compares with the best of the others, on average over the horizon. */
export function verdict(scores: readonly Score[]): string {
  const [own, ...others] = scores;
  const [best] = [...others].sort((a, b) => a.errors.meanMae - b.errors.meanMae);
  if (own === undefined || best === undefined) return '';
  const gain = 1 - own.errors.meanMae / best.errors.meanMae;
  const share = `${Math.abs(100 * gain).toFixed(1)} %`;
  return gain > 0
    ? `${own.name} beats every baseline: its mean error is ${share} less than that of ${best.name}.`
    : `${own.name} does not beat ${best.name}: its mean error is ${share} greater.`;
}
