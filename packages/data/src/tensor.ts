/** A float32 tensor in JavaScript memory, row by row; what chronograd's models take and give. */
export interface FloatTensor {
  readonly dtype: 'float32';
  readonly shape: readonly number[];
  readonly data: Float32Array;
}
