/** Commands that look at documents: validate, summary, schema. */
import { experimentSchema } from '@chronograd/forecast';
import { countParameters, expandModel, resolveModel, summary } from '@chronograd/spec';
import { aboutFile, readExperiment } from '../files.ts';
import { show, type Io } from '../io.ts';
import { withKit } from '../tasks.ts';

/**
 * Checks an experiment: the document, the columns that it names, the layers for the task, and the
 * data, and whether they reach for its windows, unless that is not asked for.
 */
export async function validate(io: Io, file: string, options: { data: boolean }): Promise<void> {
  const { document, folder, spec } = await readExperiment(file);
  await aboutFile(file, () => withKit(spec.task.type, (kit) => kit.design(spec)));
  if (!options.data) {
    show(io, { valid: true }, () => `${file}: a valid experiment; its data were not looked at`);
    return;
  }
  const { value, lines } = await withKit(spec.task.type, async (kit) => {
    const prepared = await kit.prepare(document, folder);
    kit.check(prepared);
    return kit.describe(prepared);
  });
  show(io, { valid: true, ...value }, () =>
    [`${file}: a valid experiment`, ...lines.map((line) => `  ${line}`)].join('\n'),
  );
}

/** Shows the model of an experiment: layers, output shapes, parameters. */
export async function summarise(io: Io, file: string): Promise<void> {
  const { spec } = await readExperiment(file);
  const { model } = await aboutFile(file, () => withKit(spec.task.type, (kit) => kit.design(spec)));
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

/** Shows the model of an experiment as a document of ordinary layers, its blocks written out. */
export async function expand(io: Io, file: string): Promise<void> {
  const { spec } = await readExperiment(file);
  const { model } = await aboutFile(file, () => withKit(spec.task.type, (kit) => kit.design(spec)));
  io.out.write(`${JSON.stringify(expandModel(model), null, 2)}\n`);
}

/** The JSON Schema of an experiment, for an editor. */
export function schema(io: Io): void {
  io.out.write(`${JSON.stringify(experimentSchema, null, 2)}\n`);
}
