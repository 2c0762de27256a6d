export { compile, type CompileModelOptions, type JsonObject } from './compile.ts';
export { load, type LoadOptions } from './load.ts';
export { Model, type BatchOptions, type Evaluation, type ProgramShapes } from './model.ts';
export type { GenerateOptions } from './inference/generate.ts';
export { Stream, type StreamOptions, type StreamState } from './inference/stream.ts';
export type { EntryName } from './engine/programs.ts';
export type { Tensors } from './data/by-name.ts';
export type { FitData } from './data/dataset.ts';
export type { Batches, BatchSource, TrainingData } from './data/batches.ts';
export {
  Tensor,
  tensor,
  type NestedNumbers,
  type TensorData,
  type TensorLike,
} from './tensors/tensor.ts';
export type { FitOptions } from './training/fit-options.ts';
export type { BatchRecord, Callback, Progress, TrainingContext } from './training/callbacks.ts';
export {
  earlyStopping,
  type EarlyStopping,
  type EarlyStoppingOptions,
  type EarlyStoppingState,
} from './training/early-stopping.ts';
export { reduceOnPlateau, type ReduceOnPlateauOptions } from './training/reduce-on-plateau.ts';
export type { MonitorOptions } from './training/monitor.ts';
export {
  TrainingError,
  type EpochRecord,
  type History,
  type StoppedBy,
  type TrainingErrorCode,
  type TrainingFailure,
  type TrainingPosition,
} from './training/history.ts';
export {
  readSafetensors,
  SafetensorsError,
  writeSafetensors,
  type SafetensorsContent,
} from './saving/safetensors.ts';
export {
  ChronogradError,
  DataError,
  ModelError,
  SaveError,
  type DataErrorCode,
  type ErrorDetails,
  type ModelErrorCode,
  type SaveErrorCode,
} from './errors.ts';
