import type { History } from 'chronograd';
import { parse, View } from 'vega';
import { compile } from 'vega-lite';
import { describe, expect, it } from 'vitest';
import { ChartError, renderSvg } from '../svg.ts';
import { chartSpec, type Chart } from './chart.ts';
import { forecastChart } from './forecast.ts';
import { gapsChart } from './gaps.ts';
import { horizonChart } from './horizon.ts';
import { lossChart } from './loss.ts';
import { histogramChart, residualsChart } from './residuals.ts';

const day = 86_400_000;
const times = (count: number, from = 0): number[] =>
  Array.from({ length: count }, (_, i) => Date.UTC(2024, 2, 28) + (from + i) * day);

const svgOf = (chart: Chart): Promise<string> => renderSvg(chartSpec([chart]));

/** A history whose loss falls, then rises. */
const history = (restoredEpoch?: number, losses = [4, 2, 1, 3]): History => ({
  epochs: losses.map((loss, epoch) => ({
    epoch,
    loss,
    valLoss: loss * 2,
    learningRate: 0.1,
    milliseconds: 5,
  })),
  stoppedBy: 'earlyStopping',
  ...(restoredEpoch !== undefined && { restoredEpoch }),
});

const plot = {
  id: 'forecast',
  title: 'Forecasts of visits',
  value: 'visits',
  time: 'date',
  measured: { times: times(6), values: [1, 2, NaN, 4, 5, 6] },
  forecasts: [
    { name: 'model', times: times(2, 4), values: [4.5, 5.5] },
    { name: "naive's", times: times(2, 4), values: [4, 4] },
  ],
  bands: [{ share: 0.9, times: times(2, 4), lower: [3, 4], upper: [6, 7] }],
  origin: times(4)[3] ?? NaN,
};

describe('lossChart', () => {
  it('counts epochs from 1, and marks the one whose weights were kept', async () => {
    const svg = await svgOf(lossChart(history(2)));
    for (const text of ['training', 'validation', 'best weights: epoch 3', '>loss<'])
      expect(svg).toContain(text);
    expect(lossChart(history(2)).text).toBe(
      'Loss over 4 epochs: training from 4 to 3, validation from 8 to 6. The weights of epoch 3 were kept.',
    );
    expect(await svgOf(lossChart(history()))).not.toContain('best weights');
  });

  it('is logarithmic where a loss falls far', async () => {
    expect(await svgOf(lossChart(history(1, [1000, 10, 1])))).toContain('loss (logarithmic)');
  });

  it('shows a single epoch', async () => {
    expect(await svgOf(lossChart(history(0, [7])))).toContain('best weights: epoch 1');
  });
});

describe('forecastChart', () => {
  it('breaks lines where values are missing, and keeps dates in UTC', async () => {
    const chart = forecastChart(plot);
    const svg = await svgOf(chart);
    for (const text of ['measured', 'model', 'naive', '28 Mar', 'visits', 'date'])
      expect(svg).toContain(text);
    expect(svg).not.toContain('27 Mar');
    expect(chart.text).toBe(
      "visits by date, 2024-03-28 to 2024-04-02: measured 1 to 6, model 4.5 to 5.5, naive's 4 to 4. Bands: intervals of 90 %.",
    );
    const [line] = [...svg.matchAll(/<path [^>]*d="([^"]*)"[^>]*stroke="#222222"/g)].filter(
      ([, path]) => (path?.match(/L/g) ?? []).length > 1,
    );
    expect(line?.[1]?.match(/M/g)).toHaveLength(2);
  });

  it('stands beside others in one document', async () => {
    const spec = chartSpec([forecastChart(plot), lossChart(history(1))], 'Both');
    const svg = await renderSvg(spec);
    for (const text of ['Both', 'Forecasts of visits', 'Loss by epoch'])
      expect(svg).toContain(text);
  });
});

describe('horizonChart', () => {
  const options = { id: 'h', title: 'Errors', value: 'MAE', step: 'days ahead' };

  it('draws lines by step, bars where there is one', async () => {
    const lines = horizonChart({ ...options, errors: [{ name: 'model', mae: [1, 2, 3] }] });
    expect(await svgOf(lines)).toContain('days ahead');
    expect(lines.text).toBe('Errors, by days ahead: model 1 at 1 and 3 at 3.');
    const bars = horizonChart({
      ...options,
      errors: [
        { name: 'model', mae: [31_126.4] },
        { name: 'naive', mae: [NaN] },
      ],
    });
    const svg = await svgOf(bars);
    expect(svg).toContain('>31126<');
    expect(svg).not.toContain('days ahead');
  });
});

describe('histogramChart', () => {
  it('counts every value once, whatever there is of them', async () => {
    const values = [-3, -1, -1, 0, 0.5, 2, 2, 2, 7, NaN];
    const chart = histogramChart({
      id: 'h',
      title: 'Residuals',
      value: 'residual',
      samples: [{ name: 'model "x"', values }],
    });
    const view = new View(parse(compile(chartSpec([chart])).spec), { renderer: 'none' });
    await view.runAsync();
    const counted = Object.keys(view.getState({ data: () => true }).data ?? {})
      .flatMap((name) => view.data(name) as { __count?: number }[])
      .reduce((sum, row) => sum + (row.__count ?? 0), 0);
    view.finalize();
    expect(counted).toBe(9);
    expect(chart.text).toContain('mean 0.94444');
    await svgOf(chart);
    for (const few of [[1], [0, 0]])
      await svgOf(histogramChart({ ...chart, value: 'v', samples: [{ name: 'm', values: few }] }));
  });
});

describe('residualsChart and gapsChart', () => {
  it('draw points over time', async () => {
    const line = { name: '1 day ahead', times: times(4), values: [1, -1, NaN, 2] };
    const residuals = residualsChart({
      id: 'r',
      title: 'Residuals',
      value: 'visits',
      time: 'date',
      residuals: [line, { ...line, name: '2 days ahead' }],
    });
    expect(await svgOf(residuals)).toContain('2 days ahead');
    expect(residuals.text).toContain('mean 0.66667');
    const gaps = gapsChart({
      id: 'g',
      title: 'Hidden',
      value: 'co2',
      time: 'date',
      measured: { times: times(5), values: [1, NaN, 3, NaN, 5] },
      hidden: { name: 'hidden', times: [times(5)[1] ?? NaN], values: [2.5] },
      fills: [
        { name: 'model', times: [times(5)[1] ?? NaN], values: [2.25] },
        { name: 'linearInterpolation', times: [times(5)[1] ?? NaN], values: [2] },
      ],
    });
    expect(gaps.text).toBe(
      'co2 with 1 value hidden and filled. Mean absolute error: model 0.25, linearInterpolation 0.5.',
    );
    const svg = await svgOf(gaps);
    for (const text of ['measured', 'hidden', 'model', 'linearInterpolation'])
      expect(svg).toContain(`>${text}<`);
  });
});

describe('renderSvg', () => {
  it('escapes names, and gives the picture its words', async () => {
    const evil = '<script>alert("1")</script>';
    const chart = forecastChart({ ...plot, title: evil, value: evil });
    const svg = await svgOf(chart);
    expect(svg).not.toContain('<script');
    expect(svg).toContain('&lt;script&gt;');
    expect(svg).toMatch(/^<svg role="img" aria-label="&lt;script&gt;alert\(&quot;1&quot;\)/);
  });

  it('refuses a document that Vega-Lite warns of', async () => {
    const spec = chartSpec([lossChart(history(1))]);
    const wrong = { ...spec, data: { values: [] }, layer: [{ mark: 'ber' }] };
    await expect(renderSvg(wrong as typeof spec)).rejects.toThrow();
    const empty = lossChart({ ...history(), epochs: [] });
    await expect(svgOf(empty)).rejects.toThrow(ChartError);
  });
});
