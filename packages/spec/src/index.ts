export { formatIssue, nameAdvice, nearest, SpecError, type SpecIssue } from './issues.ts';
export type { JsonSchema } from './codec/described.ts';
export {
  activationNames,
  nameOfActivation,
  type Activation,
  type ActivationName,
} from './documents/activations.ts';
export type { InitializerDocument, InitializerSpec } from './documents/initializers.ts';
export {
  directionsOf,
  outputNames,
  isRecurrent,
  recurrentOptions,
  stateNames,
  stepLayerOf,
  statesOf,
  type ActivationLayer,
  type BidirectionalLayer,
  type DirectedLayer,
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
  type RecurrentState,
  type RnnLayer,
  type SimpleRnnLayer,
} from './documents/layers.ts';
export { expandLayers, type Expanded, type Layer, type LayerOrBlock } from './expand/expand.ts';
export { expandModel } from './expand/expand-model.ts';
export { headSize } from './expand/wavenet.ts';
export { receptiveField } from './resolve/receptive-field.ts';
export { isMerging } from './documents/merging.ts';
export { sidesOf } from './documents/shaping.ts';
export { isLossTable, type LossTable, type LossTableDocument } from './documents/loss-table.ts';
export type { LossDocument, LossSpec } from './documents/losses.ts';
export { metricName, type MetricDocument, type MetricSpec } from './documents/metrics.ts';
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
export type {
  ConstraintDocument,
  ConstraintSpec,
  RegularizerDocument,
  RegularizerSpec,
} from './documents/regularizers.ts';
export type { StepLayer, StepLayerDocument } from './documents/time-distributed.ts';
export { formatVersion } from './documents/version.ts';
export {
  activation,
  bidirectional,
  dense,
  dropout,
  flatten,
  gru,
  input,
  lstm,
  masking,
  model,
  rnn,
  simpleRnn,
} from './builders.ts';
export {
  add,
  average,
  averagePooling1d,
  batchNormalization,
  concatenate,
  conv1d,
  conv1dTranspose,
  cropping1d,
  embedding,
  gatedActivation,
  gaussianNoise,
  globalAveragePooling1d,
  globalMaxPooling1d,
  layerNormalization,
  maxPooling1d,
  maximum,
  minimum,
  multiply,
  permute,
  repeat,
  repeatVector,
  reshape,
  residual,
  separableConv1d,
  subtract,
  timeDistributed,
  upSampling1d,
  wavenet,
  zeroPadding1d,
} from './layer-builders.ts';
export {
  gateOrders,
  gatePermutation,
  reorderGates,
  type GatedLayer,
  type GateLayout,
} from './gates.ts';
export { parseEquation, type CellExpression, type CellOperator } from './cell/parse.ts';
export { resolveCell, type ResolvedCell } from './cell/resolve.ts';
export { isCellFunction, type CellFunction } from './cell/shapes.ts';
export { bindShapes } from './resolve/bind.ts';
export {
  placesOf,
  reachOf,
  transposedPlaces,
  type Places,
  type TransposedPlaces,
} from './resolve/sequence-rules.ts';
export { axisOf } from './resolve/shaping-rules.ts';
export { lossesByOutput } from './resolve/losses.ts';
export { countParameters, normVariables } from './resolve/parameters.ts';
export { resolveModel } from './resolve/resolve.ts';
export { ownerOf } from './resolve/sharing.ts';
export type {
  LayerOutput,
  LayerShape,
  ParameterSpec,
  ResolvedLayer,
  ResolvedModel,
} from './resolve/resolved.ts';
export { summary } from './resolve/summary.ts';
