import { parseArgs } from 'node:util';

/** What a run may be told on the command line. */
export interface RunOptions {
  /** Most epochs to train; early stopping may end before. */
  readonly epochs: number;
  /** Folder that the plot, the scores and the trained model are written to. */
  readonly output: string;
  /** Of the first weights, dropout and the order of the samples. */
  readonly seed: number;
  readonly backend: 'onnx' | 'reference';
}

/** A command line that cannot be followed. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** What is run unless the command line says otherwise. */
export const defaults: RunOptions = {
  epochs: 40,
  output: 'output/seattle-forecast',
  seed: 42,
  backend: 'onnx',
};

/** The text of `--help`. */
export const usage = `Trains a 14-day forecaster of Seattle's daily maximum temperature, compares it
with baselines on days it has not seen, plots a forecast and saves the model.

npm start -- [options]
  --epochs <n>       most epochs to train                    (${defaults.epochs})
  --output <folder>  where plot, scores and model go         (${defaults.output})
  --seed <n>         of first weights, dropout and order     (${defaults.seed})
  --backend <name>   onnx, or reference (float64, slow)      (${defaults.backend})
  --help             this text`;

/**
 * Reads the command line, without node and script.
 *
 * @returns options, or `'help'` where that was asked for
 * @throws {@link UsageError} for an unknown option or a value that does not fit
 */
export function parseOptions(args: readonly string[]): RunOptions | 'help' {
  const values = readArgs(args);
  if (values.help) return 'help';
  const { output = defaults.output, backend = defaults.backend } = values;
  if (backend !== 'onnx' && backend !== 'reference')
    throw new UsageError(`--backend: expected onnx or reference, found "${backend}"`);
  if (output === '') throw new UsageError('--output: expected a folder, found nothing');
  return {
    epochs: integer('--epochs', values.epochs, defaults.epochs, 1),
    output,
    seed: integer('--seed', values.seed, defaults.seed, 0),
    backend,
  };
}

function readArgs(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        epochs: { type: 'string' },
        output: { type: 'string' },
        seed: { type: 'string' },
        backend: { type: 'string' },
        help: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    const isArgument =
      error instanceof TypeError &&
      'code' in error &&
      String(error.code).startsWith('ERR_PARSE_ARGS');
    if (!isArgument) throw error;
    throw new UsageError(error.message, { cause: error });
  }
}

function integer(flag: string, text: string | undefined, standard: number, least: number): number {
  if (text === undefined) return standard;
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (value >= least && value <= 0xffff_ffff) return value;
  throw new UsageError(`${flag}: expected a whole number from ${least}, found "${text}"`);
}
