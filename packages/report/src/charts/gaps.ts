/** What was missing or hidden, and with what it was filled. */
import { formatNumber } from '../numbers.ts';
import { chartWidth, namedColour, rowsOf, timeAxis, valueAxis, type Chart } from './chart.ts';
import { measuredName } from './forecast.ts';
import { coloursOf, palette } from './palette.ts';

/** Points by what they are called. */
export interface Points {
  readonly name: string;
  /** Milliseconds since 1970 that clocks show. */
  readonly times: readonly number[];
  readonly values: readonly number[];
}

/** What a chart of gaps shows. */
export interface GapsPlot {
  readonly id: string;
  readonly title: string;
  readonly subtitle?: string;
  readonly value: string;
  readonly time: string;
  /** What the model saw: NaN where a value is missing or hidden. */
  readonly measured: { readonly times: ArrayLike<number>; readonly values: ArrayLike<number> };
  /** What was hidden, in the same order as the fills; none where values are really missing. */
  readonly hidden?: Points;
  /** The model's first. */
  readonly fills: readonly Points[];
}

/**
 * A series with what fills its gaps. Where the true values are known, they are circles, from each of
 * which a line leads to what the model has put there: its error.
 */
export function gapsChart(plot: GapsPlot): Chart {
  const { id, title, subtitle, value, time, measured, hidden, fills } = plot;
  const names = fills.map(({ name }) => name);
  const x = timeAxis(time);
  const y = valueAxis(value);
  const known = hidden ? [hidden.name] : [];
  const color = {
    ...namedColour(
      [measuredName, ...known, ...names],
      [palette.ink.light, ...known.map(() => palette.guide.light), ...coloursOf(names)],
    ),
    legend: { symbolType: 'circle', symbolFillColor: 'transparent' },
  } as const;
  const [own] = fills;
  const errors = hidden
    ? hidden.times.map((at, i) => ({
        time: at,
        value: finite(hidden.values[i]),
        filled: finite(own?.values[i]),
      }))
    : [];
  const few = measured.times.length <= 150;
  return {
    id,
    title,
    text: gapsText(plot),
    view: {
      width: chartWidth,
      height: 260,
      title: { text: title, ...(subtitle !== undefined && { subtitle }) },
      layer: [
        {
          data: { values: rowsOf({ name: measuredName, ...measured }) },
          mark: { type: 'line', strokeWidth: 1.3, ...(few && { point: { size: 12 } }) },
          encoding: { x, y, color },
        },
        ...(hidden
          ? [
              {
                data: { values: errors },
                mark: { type: 'rule', color: palette.guide.light },
                encoding: { x, y, y2: { field: 'filled' } },
              } as const,
            ]
          : []),
        ...[...fills].reverse().map(
          (points) =>
            ({
              data: { values: rowsOf(points) },
              mark: { type: 'point', filled: true, size: points === own ? 34 : 22, opacity: 0.9 },
              encoding: { x, y, color },
            }) as const,
        ),
        ...(hidden
          ? [
              {
                data: { values: rowsOf(hidden) },
                mark: { type: 'point', filled: false, size: 34, strokeWidth: 1.5 },
                encoding: { x, y, color },
              } as const,
            ]
          : []),
      ],
    },
  };
}

function gapsText({ value, hidden, fills }: GapsPlot): string {
  const [own] = fills;
  const count = own?.values.length ?? 0;
  if (!hidden) {
    const there = (own?.values ?? []).filter(Number.isFinite);
    const range = `${formatNumber(Math.min(...there))} to ${formatNumber(Math.max(...there))}`;
    return `${value} with ${counted(count, 'missing value')} filled, ${range}.`;
  }
  const parts = fills.map(({ name, values }) => {
    const errors = values.map((filled, i) => Math.abs(filled - (hidden.values[i] ?? NaN)));
    const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
    return `${name} ${formatNumber(mean)}`;
  });
  return `${value} with ${counted(count, 'value')} hidden and filled. Mean absolute error: ${parts.join(', ')}.`;
}

function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}

function finite(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}
