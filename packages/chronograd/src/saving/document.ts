/** `model.json`: what a saved model is made of besides tensors. */
import {
  nameAdvice,
  parseModel,
  parseTraining,
  type ModelSpec,
  type TrainingSpec,
} from '@chronograd/spec';
import { SaveError } from '../errors.ts';
import type { TrainingPosition } from '../training/history.ts';

/** A file beside `model.json`. */
export interface FileReference {
  readonly name: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** The content of `model.json`. */
export interface SavedDocument {
  readonly format: 'chronograd-model';
  readonly formatVersion: 1;
  readonly model: ModelSpec;
  readonly training: TrainingSpec | null;
  readonly seed: number;
  readonly position: TrainingPosition;
  readonly files: {
    /** Parameters, as safetensors. */
    readonly weights: FileReference;
    /** Optimizer state and states of stateful layers, as safetensors, where there are any. */
    readonly training: FileReference | null;
  };
}

/** The name of the document in its folder. */
export const DOCUMENT = 'model.json';

type Path = string;

/** Reads parts of a JSON value, each of the kind that is expected. */
class Reader {
  readonly #file: Path;

  constructor(file: Path) {
    this.#file = file;
  }

  fail(path: string, expected: string, found: unknown, advice?: string): never {
    throw new SaveError({
      code: 'bad-document',
      subject: `${this.#file}: ${path}`,
      expected,
      found: found === undefined ? 'nothing' : JSON.stringify(found).slice(0, 80),
      ...(advice !== undefined && { advice }),
    });
  }

  /** An object with these keys and no others. */
  record(path: string, value: unknown, keys: readonly string[]): Readonly<Record<string, unknown>> {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return this.fail(path, `an object with ${keys.join(', ')}`, value);
    const record: Record<string, unknown> = { ...value };
    for (const key of Object.keys(record))
      if (!keys.includes(key))
        this.fail(`${path}.${key}`, 'a known key', key, nameAdvice(key, keys));
    for (const key of keys) if (!(key in record)) this.fail(`${path}.${key}`, 'a value', undefined);
    return record;
  }

  integer(path: string, value: unknown): number {
    if (!Number.isSafeInteger(value) || (value as number) < 0)
      return this.fail(path, 'a whole number, not negative', value);
    return value as number;
  }

  number(path: string, value: unknown): number {
    if (!Number.isFinite(value) || (value as number) < 0)
      return this.fail(path, 'a number, not negative', value);
    return value as number;
  }

  file(path: string, value: unknown, kind: 'weights' | 'training'): FileReference {
    const record = this.record(path, value, ['name', 'sha256', 'bytes']);
    const { name, sha256 } = record;
    // A fixed pattern, so that no document makes us read elsewhere than in its folder.
    if (typeof name !== 'string' || !new RegExp(`^${kind}-[0-9a-f]{16}\\.safetensors$`).test(name))
      return this.fail(`${path}.name`, `${kind}-<16 hexadecimal digits>.safetensors`, name);
    if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256))
      return this.fail(`${path}.sha256`, '64 hexadecimal digits', sha256);
    return { name, sha256, bytes: this.integer(`${path}.bytes`, record.bytes) };
  }
}

/**
 * Reads `model.json`.
 * @param file its path, for errors
 * @throws {@link SaveError} `corrupt-file` for what is no JSON, `bad-document` for another document
 * @throws {@link SpecError} where the model or training in it is wrong
 */
export function readDocument(file: Path, text: string): SavedDocument {
  const reader = new Reader(file);
  const value = parseJson(file, text);
  const known =
    typeof value === 'object' && value !== null ? (value as Partial<SavedDocument>) : {};
  if (known.format !== 'chronograd-model')
    return reader.fail('$.format', '"chronograd-model"', known.format, 'It is not a saved model');
  if (known.formatVersion !== 1)
    return reader.fail(
      '$.formatVersion',
      '1',
      known.formatVersion,
      'It may have been saved by a later version of chronograd',
    );
  const root = reader.record('$', value, [
    'format',
    'formatVersion',
    'model',
    'training',
    'seed',
    'position',
    'files',
  ]);
  const position = reader.record('$.position', root.position, [
    'step',
    'epoch',
    'batch',
    'learningRateFactor',
  ]);
  const files = reader.record('$.files', root.files, ['weights', 'training']);
  return {
    format: 'chronograd-model',
    formatVersion: 1,
    model: parseModel(root.model),
    training: root.training === null ? null : parseTraining(root.training),
    seed: reader.integer('$.seed', root.seed),
    position: {
      step: reader.integer('$.position.step', position.step),
      epoch: reader.integer('$.position.epoch', position.epoch),
      batch: reader.integer('$.position.batch', position.batch),
      learningRateFactor: reader.number(
        '$.position.learningRateFactor',
        position.learningRateFactor,
      ),
    },
    files: {
      weights: reader.file('$.files.weights', files.weights, 'weights'),
      training:
        files.training === null
          ? null
          : reader.file('$.files.training', files.training, 'training'),
    },
  };
}

function parseJson(file: Path, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new SaveError(
      { code: 'corrupt-file', subject: file, expected: 'JSON', found: cause.message },
      { cause },
    );
  }
}
