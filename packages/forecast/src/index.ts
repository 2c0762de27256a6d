export {
  asForecast,
  asImputation,
  experimentCodec,
  experimentSchema,
  parseExperiment,
  type ExperimentDocument,
  type ExperimentSpec,
  type ForecastExperiment,
  type ImputeExperiment,
} from './experiment/experiment.ts';
export type { ColumnSpec, DataSpec, DerivedSpec, PartName } from './experiment/data-document.ts';
export type {
  ForecastSpec,
  HidingSpec,
  ImputeSpec,
  OutputSpec,
  ScalingSpec,
  TaskSpec,
} from './experiment/task-document.ts';
export { checkColumns } from './experiment/columns.ts';
export { describeParts, extendSeries, readPanel, type Member, type Panel } from './data/panel.ts';
export { WindowSet, type MemberWindows, type WindowPlace } from './data/window-set.ts';
export { designForecast, type AheadColumn, type ForecastDesign } from './task/design.ts';
export { partWindows, prepare, type PartWindowOptions, type Prepared } from './run/prepare.ts';
export {
  compileExperiment,
  sampleInputs,
  train,
  type Trained,
  type TrainOptions,
} from './run/train.ts';
export { forecastWindows, withDistribution, type ForecastValues } from './run/forecast.ts';
export { calibrateIntervals, evaluate, type Evaluation } from './run/evaluate.ts';
export {
  baselines,
  seasonalScales,
  type Baselines,
  type JudgedWindows,
} from './judge/baselines.ts';
export { calibrate, conformalQuantile, withInterval, type Calibration } from './judge/conformal.ts';
export {
  pinballLoss,
  uncertaintyScores,
  type IntervalScore,
  type UncertaintyScores,
} from './judge/uncertainty.ts';
export { errorDistribution } from './judge/error-distribution.ts';
export {
  distributionQuantiles,
  sampleCrps,
  sampleQuantile,
  standardOf,
  type EmpiricalDistribution,
  type ForecastDistribution,
  type GaussianDistribution,
  type StudentTDistribution,
} from './distribution/forecast-distribution.ts';
export { normal } from './distribution/normal.ts';
export type { Standard } from './distribution/standard.ts';
export { studentT } from './distribution/student-t.ts';
export { forecastErrors, type TargetErrors } from './judge/errors.ts';
export {
  backtest,
  type Backtest,
  type BacktestFold,
  type BacktestOptions,
  type FoldPlace,
  type TimeRange,
} from './backtest/backtest.ts';
export { planFolds, type FoldOptions, type FoldPlan } from './backtest/plan.ts';
export type { BacktestSummary, FoldErrors, Spread } from './backtest/summary.ts';
export { forecastNext, type NextForecast } from './run/next.ts';
export {
  loadExperiment,
  loadImputation,
  loadModel,
  savedDocumentName,
  savedTask,
  saveExperiment,
  type LoadedExperiment,
  type SaveExperimentOptions,
  type LoadExperimentOptions,
} from './run/saved.ts';
export { designImputation, type ImputeDesign } from './impute/design.ts';
export { chooseHidden } from './impute/hide.ts';
export { prepareImputation, type PreparedImputation } from './impute/prepare.ts';
export {
  evaluateImputation,
  sampleImputation,
  trainImputation,
  type FillErrors,
  type ImputeEvaluation,
} from './impute/train.ts';
export { fillMissing, type FilledSeries } from './impute/fill.ts';
