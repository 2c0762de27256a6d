/** The command that takes a trained model out of its folder, for other programs. */
import { BackendError } from '@chronograd/backend';
import { exportOnnx } from '@chronograd/backend-onnx-cuda';
import { referenceBackend } from '@chronograd/backend-reference';
import { loadModel } from '@chronograd/forecast';
import { writeSafetensors, type Model } from 'chronograd';
import { extname } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { UsageError } from '../failures.ts';
import { show, type Io } from '../io.ts';

/** Formats of files that a model can be written to. */
export const exportFormats = ['onnx', 'safetensors'] as const;
/** Name of a format. */
export type ExportFormat = (typeof exportFormats)[number];

/** Options of {@link exportCommand}. */
export interface ExportCommandOptions {
  readonly output: string;
  /** Default: the ending of the file's name. */
  readonly format?: ExportFormat;
  /** Windows that go through the ONNX model at once. */
  readonly batch: number;
  /** Rows of inputs that may be of any length, which an ONNX model has fixed. */
  readonly time?: number;
}

/**
 * Writes the model of a run to one file: `onnx`, the prediction with its weights inside, in
 * operators of the standard alone; or `safetensors`, the weights by their names.
 *
 * @throws UsageError for a file that cannot be written and a format that is not named; BackendError
 *   with the name of the file where the model has no ONNX form
 */
export async function exportCommand(
  io: Io,
  run: string,
  options: ExportCommandOptions,
): Promise<void> {
  const { output } = options;
  const format = options.format ?? formatOf(output);
  // Nothing is computed, only read: the backend that is always there will do.
  const backend = referenceBackend();
  try {
    const model = await loadModel(run, { backend });
    const { bytes, told } =
      format === 'onnx' ? await onnxFile(model, options) : await safetensorsFile(model);
    try {
      await writeFileAtomic(output, Buffer.from(bytes));
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      throw new UsageError(`--output: ${error.message}`, { cause: error });
    }
    const names = Object.entries(told).map(([what, shapes]) =>
      Object.entries(shapes).map(([name, shape]) => `  ${what} ${name} [${shape.join(', ')}]`),
    );
    show(io, { output, format, bytes: bytes.length, ...told }, () =>
      [`saved ${bytes.length} bytes of ${format} to ${output}`, ...names.flat()].join('\n'),
    );
  } finally {
    await backend.dispose();
  }
}

type Shapes = Readonly<Record<string, readonly number[]>>;

/** A file and what stands in it: shapes by name, by kind. */
interface Exported {
  readonly bytes: Uint8Array;
  readonly told: Readonly<Record<string, Shapes>>;
}

async function onnxFile(
  model: Model,
  { output, batch, time }: ExportCommandOptions,
): Promise<Exported> {
  const program = model.program('predict', { batch, inputs: openShapes(model, time) });
  const { reads = [], writes = [], inputs = [], outputs = [] } = program.entries['predict'] ?? {};
  // What a prediction writes, as the states of stateful layers, is no constant: it stays an input.
  const baked = new Set(reads.filter((name) => !writes.includes(name)));
  const weights = Object.entries(await model.getWeights()).filter(([name]) => baked.has(name));
  const shapesOf = (all: typeof inputs): Shapes =>
    Object.fromEntries(all.map(({ name, type }) => [name, type.shape]));
  try {
    return {
      bytes: exportOnnx(program, 'predict', { state: Object.fromEntries(weights) }),
      told: { inputs: shapesOf(inputs), outputs: shapesOf(outputs) },
    };
  } catch (error) {
    if (!(error instanceof BackendError)) throw error;
    const { details } = error;
    throw new BackendError(
      error.code,
      { ...details, subject: `${output}: ${details.subject}` },
      { cause: error },
    );
  }
}

/**
 * Shapes of the inputs that are of any length in the model's document, with the time that is asked
 * for.
 *
 * @throws UsageError where that is not, but is needed
 */
function openShapes({ spec }: Model, time: number | undefined): Shapes {
  const open = spec.layers.flatMap((layer) =>
    layer.type === 'input' && layer.shape.includes(null) ? [layer] : [],
  );
  const [first] = open;
  if (first !== undefined && time === undefined)
    throw new UsageError(
      `--time: expected the number of rows of the input "${first.name}", which may be of any length, found none`,
    );
  return Object.fromEntries(
    open.map(({ name, shape }) => [name, shape.map((size) => size ?? time ?? NaN)]),
  );
}

async function safetensorsFile(model: Model): Promise<Exported> {
  const weights = await model.getWeights();
  const entries = Object.entries(weights).map(([name, { shape }]) => [name, shape] as const);
  return {
    bytes: writeSafetensors(weights, { format: 'chronograd' }),
    told: { weights: Object.fromEntries(entries) },
  };
}

function formatOf(output: string): ExportFormat {
  const ending = extname(output).slice(1);
  const found = exportFormats.find((format) => format === ending);
  if (found) return found;
  throw new UsageError(
    `--format: expected one of ${exportFormats.join(', ')}, found none, nor a file of such an ending in ${output}`,
  );
}
