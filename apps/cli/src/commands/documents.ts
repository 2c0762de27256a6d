/** Commands that look at documents: validate, summary, schema. */
import {
  asForecast,
  asImputation,
  checkColumns,
  describeParts,
  designForecast,
  designImputation,
  experimentSchema,
  prepare,
  prepareImputation,
  type ExperimentSpec,
} from '@chronograd/forecast';
import { countParameters, resolveModel, summary, type ModelSpec } from '@chronograd/spec';
import { aboutFile, readExperiment } from '../files.ts';
import { show, type Io } from '../io.ts';

/**
 * Checks an experiment: the document, the columns that it names, the layers for the task, and the
 * data unless that is not asked for.
 */
export async function validate(io: Io, file: string, options: { data: boolean }): Promise<void> {
  const { document, folder, spec } = await readExperiment(file);
  await aboutFile(file, () => designOf(spec));
  if (!options.data) {
    show(io, { valid: true }, () => `${file}: a valid experiment; its data were not looked at`);
    return;
  }
  const { panel } =
    spec.task.type === 'impute'
      ? await prepareImputation(document, folder)
      : await prepare(document, folder);
  const series = panel.members.map((member) => ({ id: member.id, parts: describeParts(member) }));
  show(io, { valid: true, series }, () =>
    [
      `${file}: a valid experiment`,
      ...series.map(({ id, parts }) => `  ${id === '' ? '' : `${id}: `}${parts}`),
    ].join('\n'),
  );
}

/** Columns and layers of an experiment, checked for its task. */
function designOf(spec: ExperimentSpec): { readonly model: ModelSpec } {
  checkColumns(spec);
  return spec.task.type === 'impute'
    ? designImputation(asImputation(spec))
    : designForecast(asForecast(spec));
}

/** Shows the model of an experiment: layers, output shapes, parameters. */
export async function summarise(io: Io, file: string): Promise<void> {
  const { spec } = await readExperiment(file);
  const { model } = await aboutFile(file, () => designOf(spec));
  const resolved = resolveModel(model);
  show(
    io,
    {
      layers: resolved.layers.map(({ spec: layer, outputs, parameters }) => ({
        name: layer.name,
        type: layer.type,
        shape: outputs[0]?.shape,
        parameters: parameters.map(({ name, shape }) => ({ name, shape })),
      })),
      parameters: countParameters(resolved),
    },
    () => summary(resolved),
  );
}

/** The JSON Schema of an experiment, for an editor. */
export function schema(io: Io): void {
  io.out.write(`${JSON.stringify(experimentSchema, null, 2)}\n`);
}
