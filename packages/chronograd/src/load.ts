/** From a folder to a model. */
import type { Backend } from '@chronograd/backend';
import { sameShape, sizedStates, statefulName, type Shape } from '@chronograd/graph';
import {
  isRecurrent,
  recurrentOptions,
  parseTraining,
  resolveModel,
  type ResolvedModel,
  type TrainingDocument,
  type TrainingSpec,
} from '@chronograd/spec';
import { assemble, checkOptions, exampleProgram, type JsonObject } from './compile.ts';
import type { HostTensors } from './engine/state.ts';
import { SaveError, formatShape, listed } from './errors.ts';
import type { Model } from './model.ts';
import { firstNotFinite } from './tensors/tensor.ts';

/** Options of {@link load}. */
export interface LoadOptions {
  /** Made by the factory of a backend package; it need not be the one that the model was saved from. */
  readonly backend: Backend;
  /**
   * Another training in place of the saved one. The optimizer then begins anew, unless the document
   * says the same.
   */
  readonly training?: TrainingDocument | TrainingSpec | JsonObject;
  /** As for `compile`. */
  readonly programCacheSize?: number;
}

/**
 * Loads a model that {@link Model.save} has written. Every file is checked: that it is there, whole
 * and unchanged, and that its tensors are those of the model.
 * @throws {@link SaveError} `missing-file`, `corrupt-file`, `bad-document`, `wrong-weights`;
 * {@link SpecError}, {@link ModelError}, {@link BackendError} as {@link compile}
 * @example
 * const model = await load('folder', { backend: onnxBackend() });
 * await model.fit(data, { epochs: 10 }); // goes on where the saved model stood
 */
export async function load(folder: string, options: LoadOptions): Promise<Model> {
  checkOptions(options, ['backend', 'training', 'programCacheSize']);
  const { backend, programCacheSize } = options;
  const { readFolder } = await import('./saving/folder.ts');
  const saved = await readFolder(folder);
  const { document } = saved;
  const model = resolveModel(document.model);
  const savedTraining = document.training ?? undefined;
  const training = options.training === undefined ? savedTraining : parseTraining(options.training);
  checkTensors(
    `${folder}: weights`,
    new Map(model.parameters.map(({ name, shape }) => [name, shape])),
    saved.weights,
  );
  checkTensors(
    `${folder}: training state`,
    trainingShapes(model, savedTraining, saved.training),
    saved.training,
  );
  const goesOn = JSON.stringify(training) === JSON.stringify(savedTraining);
  const kept = Object.entries(saved.training).filter(
    ([name]) => goesOn || !name.startsWith('optimizer/'),
  );
  return assemble({
    spec: document.model,
    training,
    backend,
    seed: document.seed,
    programCacheSize,
    position: document.position,
    saved: { ...saved.weights, ...Object.fromEntries(kept) },
  });
}

/** The state beside the parameters that a file may hold, given which of it is there. */
function trainingShapes(
  model: ResolvedModel,
  training: TrainingSpec | undefined,
  found: HostTensors,
): ReadonlyMap<string, Shape> {
  const shapes = new Map<string, Shape>();
  for (const { spec, inputs } of model.layers) {
    if (!isRecurrent(spec) || !recurrentOptions(spec).stateful) continue;
    for (const state of sizedStates(spec, inputs[0]?.shape.at(-1) ?? 0)) {
      const name = statefulName(spec.name, state.name);
      const batch = found[name]?.shape[0];
      if (batch !== undefined) shapes.set(name, [batch, state.size]);
    }
  }
  if (training && Object.keys(found).some((name) => name.startsWith('optimizer/')))
    for (const [name, { shape }] of Object.entries(
      exampleProgram(model, training, 'trainStep').state,
    ))
      if (name.startsWith('optimizer/')) shapes.set(name, shape);
  return shapes;
}

/** All of these tensors in these shapes, and no others. */
function checkTensors(
  subject: string,
  shapes: ReadonlyMap<string, Shape>,
  values: HostTensors,
): void {
  const fail = (expected: string, found: string): never => {
    throw new SaveError({
      code: 'wrong-weights',
      subject,
      expected,
      found,
      advice: 'The files of a folder belong together: do not mix those of several models',
    });
  };
  const unknown = Object.keys(values).filter((name) => !shapes.has(name));
  if (unknown.length > 0) fail(`only ${listed([...shapes.keys()])}`, listed(unknown));
  for (const [name, shape] of shapes) {
    const value = values[name];
    if (!value) return fail(`"${name}" ${formatShape(shape)}`, 'none');
    if (value.dtype !== 'float32' || !sameShape(value.shape, shape))
      return fail(
        `"${name}" float32 ${formatShape(shape)}`,
        `${value.dtype} ${formatShape(value.shape)}`,
      );
    const place = firstNotFinite(value.data);
    if (place !== undefined) return fail(`finite numbers in "${name}"`, `${value.data[place]}`);
  }
}
