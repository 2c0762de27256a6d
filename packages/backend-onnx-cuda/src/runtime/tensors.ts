/** Tensors on their way between the contract and the engine. */
import type { HostArrays, HostTensor } from '@chronograd/backend';
import type { DType, TensorType } from '@chronograd/graph';
import type { Tensor } from 'onnxruntime-node';
import type { Engine } from './engine.ts';

type HostArray = HostArrays[DType];

/** An engine tensor around the elements, which it does not copy. */
export function engineTensor(engine: Engine, type: TensorType, data: HostArray): Tensor {
  return new engine.Tensor(type.dtype, data, type.shape);
}

/** A copy of an engine tensor in JavaScript memory. */
export function hostTensor(type: TensorType, tensor: Tensor): HostTensor {
  return { dtype: type.dtype, shape: type.shape, data: copyOf(tensor.data as HostArray) };
}

/** The same elements in memory of their own. */
export function copyOf<A extends HostArray>(data: A): A {
  return data.slice() as A;
}
