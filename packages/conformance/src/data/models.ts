/** Models with parameters, and cuts of sequences, for cases that make several programs of one. */
import type { HostTensor } from '@chronograd/backend';
import { toHost } from '@chronograd/backend-reference';
import { initialState, type Program } from '@chronograd/graph';
import { bindShapes, type ResolvedModel } from '@chronograd/spec';
import { drawParameters, type ModelData } from '../kinds/document.ts';
import { mapValues } from '../kinds/script.ts';
import { tensorOf } from './draw.ts';

/** Parameters that are all different, slots and counters as a training begins with, zeros else. */
export function startOf(
  program: Program,
  model: ResolvedModel,
  data: Partial<ModelData>,
  seed: string,
): Record<string, HostTensor> {
  const parameters = drawParameters(model, { layers: [], ...data }, seed);
  return { ...initialState(program, model, 0), ...mapValues(parameters, toHost) };
}

/** The model whose one input is `x`, `[time, features]`, at this length. */
export function atLength(model: ResolvedModel, time: number): ResolvedModel {
  const [input] = model.inputs;
  return bindShapes(model, { x: [time, input?.shape[1] ?? 0] });
}

/** Steps `from` to `to` of `[batch, time, features]`. */
export function steps(x: HostTensor, from: number, to: number): HostTensor {
  const [batch = 0, time = 0, features = 0] = x.shape;
  const values = Array.from({ length: batch }, (_, row) =>
    Array.from(x.data.slice((row * time + from) * features, (row * time + to) * features)),
  ).flat();
  return tensorOf('float32', [batch, to - from, features], values);
}

/** Step `t` of `[batch, time, features]`, without the axis of time. */
export function step(x: HostTensor, t: number): HostTensor {
  const { shape, data } = steps(x, t, t + 1);
  return tensorOf('float32', [shape[0] ?? 0, shape[2] ?? 0], Array.from(data));
}

/** Sequences `[batch, time, features]` after each other in time. */
export function joined(parts: readonly HostTensor[]): HostTensor {
  const [batch = 0, , features = 0] = parts[0]?.shape ?? [];
  const lengths = parts.map(({ shape }) => shape[1] ?? 0);
  const time = lengths.reduce((sum, length) => sum + length, 0);
  const values = Array.from({ length: batch }, (_, row) =>
    parts.map(({ data }, i) => {
      const size = (lengths[i] ?? 0) * features;
      return Array.from(data.slice(row * size, (row + 1) * size));
    }),
  ).flat(2);
  return tensorOf('float32', [batch, time, features], values);
}

/** `[batch, features]` as a sequence of one step. */
export function asStep({ shape, data }: HostTensor): HostTensor {
  return tensorOf('float32', [shape[0] ?? 0, 1, shape[1] ?? 0], Array.from(data));
}

/** Zeros of the shapes of these tensors. */
export function zerosLike(tensors: Readonly<Record<string, HostTensor>>) {
  return mapValues(tensors, ({ dtype, shape, data }) =>
    tensorOf(
      dtype,
      shape,
      Array.from({ length: data.length }, () => 0),
    ),
  );
}
