/** The command that makes new sequences. */
import { encodeWav } from '@chronograd/data';
import {
  generateSequence,
  loadGeneration,
  partOf,
  type GeneratedSequence,
  type PreparedGeneration,
  type Sequence,
} from '@chronograd/forecast';
import { extname } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { withBackend, type BackendOption } from '../engine.ts';
import { UsageError } from '../failures.ts';
import { show, type Io } from '../io.ts';
import { midiFile, type Tempo } from '../music/midi.ts';
import { voicesOf, type Note } from '../music/notes.ts';
import { playVoices, sampleRate } from '../music/synth.ts';

/** Options of {@link generateCommand}. */
export interface GenerateCommandOptions extends BackendOption {
  /** Where it goes: a name that ends in `.mid`, `.wav` or `.csv`. */
  readonly output: string;
  /** Rows to make. */
  readonly steps: number;
  readonly temperature: number;
  readonly seed: number;
  /** A CSV file whose first sequence is gone on with. Default: the first of the test part. */
  readonly prime?: string;
  /** How many of its rows come first. Default: all of a file, 8 of the test part. */
  readonly primeSteps?: number;
  /** Beats in a minute. */
  readonly tempo: number;
  /** Rows in a beat. */
  readonly stepsPerBeat: number;
}

/** Endings of the files that can be written. */
const formats = ['.mid', '.midi', '.wav', '.csv'] as const;

/** Rows that are gone on with where no file is named. */
const openingSteps = 8;

/** Makes a sequence with the model of a trained generation, and writes it as music or numbers. */
export async function generateCommand(
  io: Io,
  run: string,
  options: GenerateCommandOptions,
): Promise<void> {
  const { output, steps, temperature, seed, prime: file } = options;
  const format = formats.find((ending) => ending === extname(output).toLowerCase());
  if (format === undefined)
    throw new UsageError(
      `--output: expected a name that ends in ${formats.join(', ')}, found ${output}`,
    );
  await withBackend(options.backend, async (backend) => {
    const loading = { backend, ...(file !== undefined && { file }) };
    const { prepared, model } = await loadGeneration(run, loading);
    const made = await generateSequence(prepared, model, {
      steps,
      temperature,
      seed,
      prime: openingOf(prepared),
      ...primeStepsOf(options),
    });
    const bytes = format === '.csv' ? csvOf(made) : musicOf(prepared, made, { ...options, format });
    try {
      await writeFileAtomic(output, Buffer.from(bytes));
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      throw new UsageError(`--output: ${error.message}`, { cause: error });
    }
    const told = { output, prime: made.prime, primeSteps: made.primeSteps, steps };
    show(
      io,
      { ...told, columns: made.columns, rows: made.rows },
      () => `${steps} steps after ${made.primeSteps} of ${made.prime}; saved to ${output}`,
    );
  });
}

function primeStepsOf({ prime, primeSteps }: GenerateCommandOptions) {
  const rows = primeSteps ?? (prime === undefined ? openingSteps : undefined);
  return rows === undefined ? {} : { primeSteps: rows };
}

/** The first sequence of the part that is for judging, else of the first that there is. */
function openingOf({ parts }: PreparedGeneration): Sequence {
  const name = ['test', 'validation', 'train'].find((each) => each in parts) ?? 'train';
  const [first] = partOf(parts, name);
  if (first === undefined) throw new RangeError(`The part "${name}" is empty`);
  return first;
}

function csvOf({ columns, rows }: GeneratedSequence): Uint8Array {
  const text = [columns, ...rows].map((row) => `${row.join(',')}\n`).join('');
  return new TextEncoder().encode(text);
}

/** @throws UsageError for numbers that are no pitches */
function musicOf(
  prepared: PreparedGeneration,
  { rows }: GeneratedSequence,
  options: GenerateCommandOptions & { readonly format: '.mid' | '.midi' | '.wav' },
): Uint8Array {
  const { vocabulary } = prepared.spec.task;
  const voices = voicesOf(rows, 'rest' in vocabulary ? vocabulary.rest : undefined);
  const wrong = voices.flat().find(({ pitch }: Note) => pitch < 0 || pitch > 127);
  if (wrong !== undefined)
    throw new UsageError(
      `--output: expected numbers from 0 to 127, the notes of MIDI, found ${wrong.pitch}. Write a file that ends in .csv`,
    );
  const tempo: Tempo = { beatsPerMinute: options.tempo, stepsPerBeat: options.stepsPerBeat };
  return options.format === '.wav'
    ? encodeWav(playVoices(voices, rows.length, tempo), sampleRate)
    : midiFile(voices, rows.length, tempo);
}
