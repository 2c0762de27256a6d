/** Errors by how far ahead a forecast looks. */
import { formatNumber } from '../numbers.ts';
import { chartWidth, namedColour, valueAxis, type Chart } from './chart.ts';
import { coloursOf, palette } from './palette.ts';

/** Errors of a forecaster step by step. */
export interface StepErrors {
  readonly name: string;
  /** Mean absolute error of each step, `[horizon]`. */
  readonly mae: ArrayLike<number>;
}

/** What a chart of errors by horizon shows. */
export interface HorizonPlot {
  readonly id: string;
  readonly title: string;
  /** What is on the axis of errors. */
  readonly value: string;
  /** What a step is: `days ahead`. */
  readonly step: string;
  /** The model's first. */
  readonly errors: readonly StepErrors[];
}

/**
 * Mean absolute errors of forecasters by step of the horizon: lines; bars where there is one step.
 */
export function horizonChart(plot: HorizonPlot): Chart {
  const { id, title, errors } = plot;
  const isSingle = errors.every(({ mae }) => mae.length === 1);
  return { id, title, text: horizonText(plot), view: isSingle ? bars(plot) : lines(plot) };
}

function lines({ value, step, errors }: HorizonPlot): Chart['view'] {
  const names = errors.map(({ name }) => name);
  const [own = ''] = names;
  const horizon = Math.max(...errors.map(({ mae }) => mae.length));
  return {
    width: chartWidth,
    height: 220,
    layer: [
      {
        data: {
          values: errors.flatMap(({ name, mae }) =>
            Array.from(mae, (error, i) => ({
              name,
              step: i + 1,
              value: Number.isFinite(error) ? error : null,
            })),
          ),
        },
        mark: { type: 'line', ...(horizon <= 60 && { point: { size: 26 } }) },
        encoding: {
          x: {
            field: 'step',
            type: 'quantitative',
            axis: { title: step, tickMinStep: 1, format: 'd', tickCount: 14, grid: false },
            scale: { domainMin: 1, nice: false, zero: false },
          },
          y: valueAxis(value),
          color: namedColour(names, coloursOf(names)),
          strokeWidth: {
            condition: { test: `datum.name === ${JSON.stringify(own)}`, value: 2.5 },
            value: 1.3,
          },
        },
      },
    ],
  };
}

function bars({ value, errors }: HorizonPlot): Chart['view'] {
  const names = errors.map(({ name }) => name);
  const rows = errors.map(({ name, mae }) => {
    const error = mae[0] ?? NaN;
    return {
      name,
      value: Number.isFinite(error) ? error : null,
      label: formatNumber(error),
    };
  });
  const y = {
    field: 'name',
    type: 'nominal',
    sort: names,
    axis: { title: null, ticks: false, domain: false },
  } as const;
  return {
    width: chartWidth,
    height: { step: 30 },
    data: { values: rows },
    layer: [
      {
        mark: { type: 'bar', height: 20 },
        encoding: {
          x: valueAxis(value, true),
          y,
          color: {
            field: 'name',
            type: 'nominal',
            scale: { domain: names, range: coloursOf(names) },
            legend: null,
          },
        },
      },
      {
        mark: { type: 'text', align: 'left', dx: 5, fontSize: 12, color: palette.text.light },
        encoding: { x: valueAxis(value, true), y, text: { field: 'label' } },
      },
    ],
  };
}

function horizonText({ title, step, errors }: HorizonPlot): string {
  const parts = errors.map(({ name, mae }) => {
    const [first, last] = [mae[0] ?? NaN, mae[mae.length - 1] ?? NaN];
    const end = mae.length > 1 ? ` at 1 and ${formatNumber(last)} at ${mae.length}` : '';
    return `${name} ${formatNumber(first)}${end}`;
  });
  const horizon = errors.some(({ mae }) => mae.length > 1) ? `, by ${step}` : '';
  return `${title}${horizon}: ${parts.join('; ')}.`;
}
