/** How good a model is on a part of its data, beside what needs no model. */
import type { Model } from 'chronograd';
import type { PartName } from '../experiment/data-document.ts';
import { baselines, seasonalScales } from '../judge/baselines.ts';
import { forecastErrors, type TargetErrors } from '../judge/errors.ts';
import { forecastWindows, type ForecastValues } from './forecast.ts';
import { partWindows, type Prepared } from './prepare.ts';

/** What was forecast for a part, and how it was. */
export interface Evaluation {
  readonly part: PartName;
  /** Number of forecasts. */
  readonly windows: number;
  /** Windows left out for missing values. */
  readonly dropped: number;
  /** Errors by forecaster (`model`, then the baselines) and target. */
  readonly errors: Readonly<Record<string, Readonly<Record<string, TargetErrors>>>>;
  /** Forecasts by forecaster. */
  readonly forecasts: Readonly<Record<string, ForecastValues>>;
  /** What came, `[windows, horizon, targets]`. */
  readonly truth: Float64Array;
}

/**
 * Forecasts a part and holds model and baselines to what came.
 *
 * @throws DataError where the experiment has no such part, no window fits it, or it does not reach
 *   back far enough for a baseline
 */
export async function evaluate(
  prepared: Prepared,
  model: Model,
  part: PartName,
): Promise<Evaluation> {
  const judged = partWindows(prepared, { part, view: 'judged' });
  const raw = partWindows(prepared, { part, view: 'raw' });
  const { season } = prepared.spec.task;
  const scales = season === undefined ? undefined : seasonalScales(prepared, season);
  const forecasts: Record<string, ForecastValues> = {
    model: await forecastWindows(prepared, model, judged),
    ...baselines(prepared, judged, raw),
  };
  const all = Array.from({ length: raw.count }, (_, i) => i);
  const truth = Float64Array.from(raw.batch(all).targets.data);
  const errors = Object.fromEntries(
    Object.entries(forecasts).map(([name, forecast]) => [
      name,
      forecastErrors(forecast, truth, scales),
    ]),
  );
  const dropped = judged.members.reduce((sum, { windows }) => sum + windows.dropped, 0);
  return { part, windows: judged.count, dropped, errors, forecasts, truth };
}
