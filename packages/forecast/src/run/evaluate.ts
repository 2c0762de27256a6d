/** How good a model is on a part of its data, beside what needs no model. */
import type { Model } from 'chronograd';
import type { WindowSet } from '../data/window-set.ts';
import type { PartName } from '../experiment/data-document.ts';
import { baselines, seasonalScales, type JudgedWindows } from '../judge/baselines.ts';
import { calibrate, withInterval, type Calibration } from '../judge/conformal.ts';
import { errorDistribution } from '../judge/error-distribution.ts';
import { forecastErrors, type TargetErrors } from '../judge/errors.ts';
import { uncertaintyScores, type UncertaintyScores } from '../judge/uncertainty.ts';
import { forecastWindows, withDistribution, type ForecastValues } from './forecast.ts';
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
  /**
   * Scores of quantiles, intervals and distributions by forecaster and target, where the model gives
   * some. A baseline's are those of the errors that it had in the calibration part, or without one
   * in the training part.
   */
  readonly uncertainty?: Readonly<Record<string, Readonly<Record<string, UncertaintyScores>>>>;
  /** Forecasts by forecaster. */
  readonly forecasts: Readonly<Record<string, ForecastValues>>;
  /** What came, `[windows, horizon, targets]`. */
  readonly truth: Float64Array;
}

/**
 * Forecasts a part and holds model and baselines to what came. An interval is calibrated for the
 * test part alone: the calibration part lies behind the others.
 *
 * @throws DataError where the experiment has no such part, no window fits it, or it does not reach
 *   back far enough for a baseline
 */
export async function evaluate(
  prepared: Prepared,
  model: Model,
  part: PartName,
): Promise<Evaluation> {
  const { judged, raw } = viewsOf(prepared, part);
  const { season } = prepared.spec.task;
  const scales = season === undefined ? undefined : seasonalScales(prepared, season);
  const own = await forecastWindows(prepared, model, judged);
  const calibration = part === 'test' ? await calibrateIntervals(prepared, model) : undefined;
  const ofModel = calibration ? withInterval(own, calibration) : own;
  const forecastBaselines = baselines(prepared);
  const others = forecastBaselines({ judged, raw });
  const withErrors = ofModel.quantiles
    ? errorsElsewhere(prepared, part, forecastBaselines)
    : undefined;
  const forecasts: Record<string, ForecastValues> = {
    model: ofModel,
    ...(withErrors ? mapped(others, (each, name) => withErrors(name, each, ofModel)) : others),
  };
  const truth = truthOf(raw);
  const dropped = judged.members.reduce((sum, { windows }) => sum + windows.dropped, 0);
  return {
    part,
    windows: judged.count,
    dropped,
    errors: mapped(forecasts, (forecast) => forecastErrors(forecast, truth, scales)),
    ...(ofModel.quantiles && {
      uncertainty: mapped(forecasts, (forecast) => uncertaintyScores(forecast, truth) ?? {}),
    }),
    forecasts,
    truth,
  };
}

/**
 * Gives a baseline quantiles at the model's levels, by the errors that it had elsewhere. Its scores
 * are found in the same way as the model's: from the distribution where the model has one.
 */
function errorsElsewhere(
  prepared: Prepared,
  part: PartName,
  forecastBaselines: ReturnType<typeof baselines>,
): (name: string, forecast: ForecastValues, model: ForecastValues) => ForecastValues {
  const hasCalibration = prepared.spec.data.split.calibration !== undefined;
  const windows = viewsOf(prepared, hasCalibration && part === 'test' ? 'calibration' : 'train');
  const elsewhere = forecastBaselines({ ...windows, missing: 'keep' });
  const truth = truthOf(windows.raw);
  return (name, forecast, { quantiles, distribution }) => {
    const errors = errorDistribution(elsewhere[name] as ForecastValues, truth);
    const made = withDistribution(forecast, quantiles?.levels ?? [], errors);
    if (distribution !== undefined) return made;
    const { distribution: _, ...rest } = made;
    return rest;
  };
}

function viewsOf(prepared: Prepared, part: PartName): JudgedWindows {
  return {
    judged: partWindows(prepared, { part, view: 'judged' }),
    raw: partWindows(prepared, { part, view: 'raw' }),
  };
}

function mapped<In, Out>(
  record: Readonly<Record<string, In>>,
  change: (value: In, name: string) => Out,
): Record<string, Out> {
  return Object.fromEntries(
    Object.entries(record).map(([name, value]) => [name, change(value, name)]),
  );
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
