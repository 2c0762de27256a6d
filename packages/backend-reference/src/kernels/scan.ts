/** The recurrence. */
import { sizeOf, type ScanAttributes, type TensorType } from '@chronograd/graph';
import { allocate, type Tensor64 } from '../tensor.ts';
import type { Kernel } from './kernel.ts';

/** The slice `[…]` of a step of a tensor `[length, …]`; shares its elements. */
function step(tensor: Tensor64, t: number): Tensor64 {
  const shape = tensor.shape.slice(1);
  const size = sizeOf(shape);
  return { dtype: tensor.dtype, shape, data: tensor.data.subarray(t * size, (t + 1) * size) };
}

/** `[consts…, initial carries…, xs…] -> [final carries…, ys…]` */
export const scan: Kernel<ScanAttributes> = (
  inputs,
  { body, length, consts, carries, reverse },
  results,
  evaluate,
) => {
  const constants = inputs.slice(0, consts);
  let carried = inputs.slice(consts, consts + carries);
  const xs = inputs.slice(consts + carries);
  const ys = results.slice(carries).map((type: TensorType) => allocate(type));
  for (let i = 0; i < length; i++) {
    const t = reverse ? length - 1 - i : i;
    const outputs = evaluate(body, [...constants, ...carried, ...xs.map((x) => step(x, t))]);
    carried = outputs.slice(0, carries);
    ys.forEach((y, k) => {
      const { data } = outputs[carries + k] as Tensor64;
      y.data.set(data, t * data.length);
    });
  }
  return [...carried, ...ys];
};
