/** How good a model is on a part of its data, beside what needs no model. */
import type { Model } from 'chronograd';
import type { WindowSet } from '../data/window-set.ts';
import type { PartName } from '../experiment/data-document.ts';
import { baselines, seasonalScales } from '../judge/baselines.ts';
import { calibrate, withInterval, type Calibration } from '../judge/conformal.ts';
import { forecastErrors, type TargetErrors } from '../judge/errors.ts';
import { quantileScores, type QuantileScores } from '../judge/intervals.ts';
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
  /** Scores of the model's quantiles by target; of the calibrated interval where there is one. */
  readonly quantiles?: Readonly<Record<string, QuantileScores>>;
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
  const own = await forecastWindows(prepared, model, judged);
  const calibration = await calibrateIntervals(prepared, model);
  const forecasts: Record<string, ForecastValues> = {
    model: calibration ? withInterval(own, calibration) : own,
    ...baselines(prepared, judged, raw),
  };
  const truth = truthOf(raw);
  const errors = Object.fromEntries(
    Object.entries(forecasts).map(([name, forecast]) => [
      name,
      forecastErrors(forecast, truth, scales),
    ]),
  );
  const dropped = judged.members.reduce((sum, { windows }) => sum + windows.dropped, 0);
  const quantiles = quantileScores(forecasts['model'] as ForecastValues, truth);
  return {
    part,
    windows: judged.count,
    dropped,
    errors,
    ...(quantiles && { quantiles }),
    forecasts,
    truth,
  };
}

/**
 * Calibrates the interval that the task asks for on the calibration part; nothing where it asks for
 * none.
 *
 * @throws DataError where there is no calibration part, or no window fits it
 */
export async function calibrateIntervals(
  prepared: Prepared,
  model: Model,
): Promise<Calibration | undefined> {
  const { coverage } = prepared.spec.task;
  if (coverage === undefined) return undefined;
  const judged = partWindows(prepared, { part: 'calibration', view: 'judged' });
  const truth = truthOf(partWindows(prepared, { part: 'calibration', view: 'raw' }));
  return calibrate(await forecastWindows(prepared, model, judged), truth, coverage);
}

/** What came, `[windows, horizon, targets]`, of windows of the view `raw`. */
function truthOf(raw: WindowSet): Float64Array {
  const all = Array.from({ length: raw.count }, (_, i) => i);
  return Float64Array.from(raw.batch(all).targets.data);
}
