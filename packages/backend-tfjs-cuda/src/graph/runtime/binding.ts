/**
 * What is used of tfjs-node: its native addon, on which its own `loadSavedModel` is built. That one
 * knows one signature at a time, parses the graph once more in JavaScript and wraps every tensor
 * twice, which takes as long as a small step; and loading it would make `tensorflow` the backend of
 * whatever else uses tfjs in the process.
 */
import type { DType } from '@chronograd/graph';

/** A tensor that came out of a run. */
export interface TensorMetadata {
  readonly id: number;
  readonly shape: readonly number[];
  /** TensorFlow's number of the element type. */
  readonly dtype: number;
}

/** Typed arrays that the addon takes and gives. */
export type NativeArray = Float32Array | Int32Array | Uint8Array;

/** The addon: tensors and loaded models are known by numbers. */
export interface TfBinding {
  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
  readonly TF_BOOL: number;
  readonly TF_Version: string;
  /** Keeps the array itself, which must not be written to any more. */
  createTensor(shape: readonly number[], dtype: number, data: NativeArray): number;
  deleteTensor(id: number): void;
  /** A copy of the elements. */
  tensorDataSync(id: number): NativeArray;
  loadSavedModel(folder: string, tags: string): number;
  deleteSavedModel(id: number): void;
  /** Endpoints `node:output`, separated by commas. */
  runSavedModel(
    id: number,
    tensors: readonly number[],
    feeds: string,
    fetches: string,
  ): readonly TensorMetadata[];
  isUsingGpuDevice(): boolean;
}

/** The addon's number of an element type; uint32 goes as int32 of the same bits. */
export function nativeType(binding: TfBinding, dtype: DType): number {
  switch (dtype) {
    case 'float32':
      return binding.TF_FLOAT;
    case 'int32':
    case 'uint32':
      return binding.TF_INT32;
    case 'bool':
      return binding.TF_BOOL;
  }
}
