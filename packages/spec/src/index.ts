export { formatIssue, nameAdvice, nearest, SpecError, type SpecIssue } from './issues.ts';
export type { JsonSchema } from './codec/described.ts';
export { activationNames, type Activation } from './documents/activations.ts';
export type { InitializerDocument, InitializerSpec } from './documents/initializers.ts';
export {
  isRecurrent,
  stateNames,
  type ActivationLayer,
  type DenseLayer,
  type DropoutLayer,
  type FlattenLayer,
  type GruLayer,
  type InputLayer,
  type LayerBase,
  type LayerDocument,
  type LayerSpec,
  type LayerType,
  type LstmLayer,
  type RecurrentLayer,
  type SimpleRnnLayer,
} from './documents/layers.ts';
export { isLossTable, type LossTable, type LossTableDocument } from './documents/loss-table.ts';
export type { LossDocument, LossSpec } from './documents/losses.ts';
export type { MetricDocument, MetricSpec } from './documents/metrics.ts';
export { modelCodec, parseModel, type ModelDocument, type ModelSpec } from './documents/model.ts';
export type { OptimizerDocument, OptimizerSpec } from './documents/optimizers.ts';
export { modelSchema, trainingSchema } from './documents/json-schema.ts';
export { learningRateAt, type ScheduleDocument, type ScheduleSpec } from './documents/schedules.ts';
export {
  parseTraining,
  trainingCodec,
  type TrainingDocument,
  type TrainingSpec,
} from './documents/training.ts';
export { formatVersion } from './documents/version.ts';
export {
  activation,
  dense,
  dropout,
  flatten,
  gru,
  input,
  lstm,
  model,
  simpleRnn,
} from './builders.ts';
export {
  gateOrders,
  gatePermutation,
  reorderGates,
  type GatedLayer,
  type GateLayout,
} from './gates.ts';
export { bindShapes } from './resolve/bind.ts';
export { lossesByOutput } from './resolve/losses.ts';
export { countParameters } from './resolve/parameters.ts';
export { resolveModel } from './resolve/resolve.ts';
export type {
  LayerOutput,
  LayerShape,
  ParameterSpec,
  ResolvedLayer,
  ResolvedModel,
} from './resolve/resolved.ts';
export { summary } from './resolve/summary.ts';
