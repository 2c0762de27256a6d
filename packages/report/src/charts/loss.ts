/** How a training went. */
import type { History } from 'chronograd';
import { formatNumber } from '../numbers.ts';
import { chartWidth, guideRule, type Chart } from './chart.ts';
import { palette, series } from './palette.ts';

const others = new Set(['epoch', 'learningRate', 'milliseconds']);

/** Names of the quantities that were measured in training: the loss, then the metrics. */
export function measuredNames({ epochs }: History): string[] {
  const names = Object.keys(epochs[0] ?? {});
  return names.filter((name) => !others.has(name) && !/^val[A-Z]/.test(name));
}

/**
 * A quantity epoch by epoch, in training and on the validation part; where early stopping restored
 * the weights of an epoch, that epoch is marked. Epochs are counted from 1.
 *
 * @param history with at least one epoch
 * @param name of the quantity: `loss`, or a metric
 */
export function lossChart(history: History, name = 'loss'): Chart {
  const { epochs, restoredEpoch } = history;
  const lines = [
    { part: 'training', key: name },
    { part: 'validation', key: `val${name.charAt(0).toUpperCase()}${name.slice(1)}` },
  ].filter(({ key }) => epochs.some((record) => record[key] !== undefined));
  const rows = lines.flatMap(({ part, key }) =>
    epochs.map((record) => ({
      name: part,
      epoch: record.epoch + 1,
      value: finite(record[key]),
    })),
  );
  const values = rows.flatMap(({ value }) => (value === null ? [] : [value]));
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const isWide = least > 0 && most / least > 30;
  const x = {
    field: 'epoch',
    type: 'quantitative',
    scale: { nice: false, zero: false },
    axis: { title: 'epoch', tickMinStep: 1, format: 'd', grid: false, tickCount: 10 },
  } as const;
  const best = restoredEpoch === undefined ? undefined : restoredEpoch + 1;
  const text = best === undefined ? '' : `best weights: epoch ${best}`;
  const isLate = best !== undefined && best > ((epochs.at(-1)?.epoch ?? 0) + 1) / 2;
  return {
    id: name,
    title: `${capital(name)} by epoch`,
    text: lossText(history, name, lines),
    view: {
      width: chartWidth,
      height: 240,
      data: { values: rows },
      layer: [
        {
          mark: { type: 'line', ...(epochs.length <= 30 && { point: { size: 24 } }) },
          encoding: {
            x,
            y: {
              field: 'value',
              type: 'quantitative',
              scale: isWide ? { type: 'log' } : { zero: false },
              axis: { title: isWide ? `${name} (logarithmic)` : name, tickCount: 6 },
            },
            color: {
              field: 'name',
              type: 'nominal',
              scale: {
                domain: lines.map(({ part }) => part),
                range: [series[1]?.light ?? '', series[0].light],
              },
              legend: { symbolType: 'stroke' },
            },
          },
        },
        ...(best === undefined
          ? []
          : [
              guideRule({ epoch: best }, { x }),
              {
                data: { values: [{ epoch: best, text }] },
                mark: {
                  type: 'text',
                  align: isLate ? 'right' : 'left',
                  dx: isLate ? -6 : 6,
                  y: 8,
                  fontSize: 12,
                  color: palette.text.light,
                },
                encoding: { x, text: { field: 'text' } },
              } as const,
            ]),
      ],
    },
  };
}

function lossText(
  { epochs, restoredEpoch }: History,
  name: string,
  lines: readonly { readonly part: string; readonly key: string }[],
): string {
  const parts = lines.map(({ part, key }) => {
    const [first, last] = [epochs[0]?.[key] ?? NaN, epochs.at(-1)?.[key] ?? NaN];
    return `${part} from ${formatNumber(first)} to ${formatNumber(last)}`;
  });
  const best =
    restoredEpoch === undefined ? '' : ` The weights of epoch ${restoredEpoch + 1} were kept.`;
  const count = epochs.length === 1 ? '1 epoch' : `${epochs.length} epochs`;
  return `${capital(name)} over ${count}: ${parts.join(', ')}.${best}`;
}

function finite(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
