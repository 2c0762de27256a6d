export {
  asClassification,
  asForecast,
  asGeneration,
  asImputation,
  experimentCodec,
  experimentSchema,
  parseExperiment,
  type ClassifyExperiment,
  type ExperimentDocument,
  type ExperimentSpec,
  type ForecastExperiment,
  type GenerateExperiment,
  type ImputeExperiment,
} from './experiment/experiment.ts';
export {
  draftExperiment,
  draftSizes,
  type DraftOptions,
  type DraftSizes,
} from './experiment/draft.ts';
export type { ColumnSpec, DataSpec, DerivedSpec, PartName } from './experiment/data-document.ts';
export type {
  ClassifySpec,
  ForecastSpec,
  GenerateSpec,
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
  symmetricPairs,
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
export {
  forecastErrors,
  pointErrors,
  type PointErrors,
  type TargetErrors,
} from './judge/errors.ts';
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
  loadClassification,
  loadExperiment,
  loadGeneration,
  loadImputation,
  loadModel,
  savedDocumentName,
  savedTask,
  saveExperiment,
  type AnyPrepared,
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
  type HiddenEntry,
  type ImputeEvaluation,
} from './impute/train.ts';
export { fillMissing, type FilledSeries } from './impute/fill.ts';
export type { SequencePart, SequencesSpec } from './experiment/sequences-document.ts';
export { describeSequences, partOf, type Sequence, type SequenceParts } from './sequences/read.ts';
export { designGeneration, type GenerateDesign } from './generate/design.ts';
export { Vocabulary } from './generate/vocabulary.ts';
export { prepareGeneration, type PreparedGeneration } from './generate/prepare.ts';
export {
  evaluateGeneration,
  sampleGeneration,
  trainGeneration,
  type GenerateEvaluation,
} from './generate/train.ts';
export {
  generateSequence,
  type GeneratedSequence,
  type GenerateSequenceOptions,
} from './generate/sample.ts';
export { designClassification, type ClassifyDesign, type Feature } from './classify/design.ts';
export { prepareClassification, type PreparedClassification } from './classify/prepare.ts';
export {
  classifySequences,
  evaluateClassification,
  sampleClassification,
  trainClassification,
  type Classified,
  type ClassifyEvaluation,
} from './classify/train.ts';
export type { ClassScores } from './judge/classes.ts';
export type { Fitted } from './run/fitted.ts';
