/** The command that writes a first experiment. */
import {
  DataError,
  inspectCsv,
  inspectTimes,
  readText,
  type ColumnLook,
  type CsvLook,
} from '@chronograd/data';
import {
  draftExperiment,
  draftSizes,
  experimentSchema,
  type DraftOptions,
} from '@chronograd/forecast';
import { nameAdvice } from '@chronograd/spec';
import { mkdir, readdir } from 'node:fs/promises';
import { basename, extname, join, relative, resolve, sep } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { UsageError } from '../failures.ts';
import { whatIs } from '../files.ts';
import { show, type Io } from '../io.ts';
import { questionsOn, type Questions } from '../questions.ts';
import { withKit } from '../tasks.ts';

/** Options of {@link initCommand}; what is left out is asked for, or found in the file. */
export interface InitCommandOptions {
  readonly csv?: string;
  readonly time?: string;
  readonly timeFormat?: string;
  readonly zone?: string;
  readonly series?: string;
  readonly task?: DraftOptions['task'];
  readonly targets?: readonly string[];
  readonly inputs?: readonly string[];
  readonly window?: number;
  readonly horizon?: number;
  readonly season?: number;
  readonly layer?: NonNullable<DraftOptions['layer']>;
  readonly epochs?: number;
  readonly force: boolean;
}

const documentName = 'experiment.json';
const schemaName = 'experiment.schema.json';

/**
 * Looks at a CSV file and writes an experiment on it that validates, with its JSON Schema beside
 * it. On a terminal it asks for what no flag says.
 *
 * @throws UsageError where there is something in the way, or no terminal to ask on; DataError for
 *   the file, and for sizes that its rows do not reach for; Interrupted
 */
export async function initCommand(
  io: Io,
  folder: string,
  options: InitCommandOptions,
): Promise<void> {
  await checkFree(folder, options);
  const questions = io.terminal && questionsOn(io.terminal, io.signal);
  const draft = await answered(folder, options, questions);
  const document = { $schema: `./${schemaName}`, ...draftExperiment(draft) };
  // What is written is valid, the data and all.
  await withKit(document.task.type, async (kit) => kit.check(await kit.prepare(document, folder)));
  try {
    await mkdir(folder, { recursive: true });
    await writeFileAtomic(join(folder, schemaName), json(experimentSchema));
    await writeFileAtomic(join(folder, documentName), json(document));
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new UsageError(`${folder}: ${error.message}`, { cause: error });
  }
  const path = join(folder, documentName);
  show(io, { experiment: path, schema: join(folder, schemaName), document }, () =>
    [
      `wrote ${path}, and ${schemaName} by which an editor completes and checks it`,
      `next: chronograd train ${path} --output ${join(folder, 'run')}`,
    ].join('\n'),
  );
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** @throws UsageError for files in the way */
async function checkFree(folder: string, { force }: InitCommandOptions): Promise<void> {
  if ((await whatIs(folder)) === 'file')
    throw new UsageError(`expected a folder, found ${folder}, a file`);
  if (force) return;
  for (const name of [documentName, schemaName])
    if ((await whatIs(join(folder, name))) !== 'nothing')
      throw new UsageError(
        `expected a folder without ${name}, found ${join(folder, name)}. Replace it by --force, or give another folder`,
      );
}

/** What the experiment is to be: by flags, by what the file tells, and by questions. */
async function answered(
  folder: string,
  options: InitCommandOptions,
  questions: Questions | undefined,
): Promise<DraftOptions> {
  const csv = options.csv ?? (await askCsv(folder, options, questions));
  const look = inspectCsv(await readText(csv), csv);
  const of = (kind: ColumnLook['kind']): string[] =>
    look.columns.filter((column) => column.kind === kind).map(({ name }) => name);
  const stamps = of('time');
  checkNames(csv, look, options);
  const numbers = of('number');
  const missing = missingFlags({ stamps, numbers }, options);
  if (!questions && missing.length > 0) throw needed(missing, csv);
  const time = options.time ?? (stamps.length === 1 ? stamps[0] : undefined);
  const timeColumn = time ?? (await questions?.one('Column of times', requireSome(stamps, csv)));
  const format = options.timeFormat ?? look.columns.find(({ name }) => name === timeColumn)?.format;
  if (timeColumn === undefined || format === undefined)
    throw new UsageError(
      `--time-format: expected a pattern such as YYYY-MM-DD, found none, and "${timeColumn}" of ${csv} is not written in a common way`,
    );
  const series = options.series ?? seriesColumn(look, timeColumn);
  const keys = series === undefined ? undefined : look.fields(series);
  const times = inspectTimes(look.fields(timeColumn), format, keys);
  const task = options.task ?? (await askTask(questions));
  const targets =
    options.targets ??
    (numbers.length === 1
      ? numbers
      : await questions?.some(
          task === 'impute' ? 'Columns to fill' : 'Columns to forecast',
          requireSome(numbers, csv),
          { required: true },
        )) ??
    [];
  const others = [...numbers, ...of('category')].filter(
    (name) => !targets.includes(name) && name !== series,
  );
  const inputs =
    options.inputs ??
    (others.length === 0
      ? []
      : await questions?.some('Other columns that the model sees', others, { required: false })) ??
    [];
  const rows = Math.floor(look.rows / (keys ? new Set(keys).size : 1));
  const sizes = draftSizes(rows, times.step);
  const ask = async (given: number | undefined, message: string, usual: number) =>
    given ?? (await questions?.count(message, { default: usual })) ?? usual;
  const window = await ask(options.window, 'Rows that the model sees', sizes.window);
  const horizon =
    task === 'impute'
      ? sizes.horizon
      : await ask(options.horizon, 'Rows to forecast', sizes.horizon);
  const { season, layer, epochs, zone } = options;
  return {
    look,
    times,
    path: relative(resolve(folder), resolve(csv)).split(sep).join('/'),
    name: basename(csv, extname(csv)).replaceAll(/[^A-Za-z0-9_.-]/g, '-') || 'experiment',
    time: timeColumn,
    format,
    task,
    targets,
    inputs,
    window,
    horizon,
    ...(series !== undefined && { series }),
    ...(season !== undefined && { season }),
    ...(layer !== undefined && { layer }),
    ...(epochs !== undefined && { epochs }),
    ...(zone !== undefined && { zone }),
  };
}

/** Flags without which there is no experiment, where the file does not tell. */
function missingFlags(
  { stamps, numbers }: { readonly stamps: readonly string[]; readonly numbers: readonly string[] },
  { time, targets }: InitCommandOptions,
): string[] {
  return [
    ...(time === undefined && stamps.length !== 1 ? [`--time (${listedOr(stamps)})`] : []),
    ...(targets === undefined && numbers.length !== 1 ? [`--targets (${listedOr(numbers)})`] : []),
  ];
}

function listedOr(names: readonly string[]): string {
  return names.length > 0 ? names.join(', ') : 'no column looks like it';
}

function needed(flags: readonly string[], csv?: string): UsageError {
  const where = csv === undefined ? '' : ` for ${csv}`;
  return new UsageError(
    `there is no terminal to ask on${where}: missing ${flags.join(', ')}. Give them as flags; see chronograd init --help`,
  );
}

async function askCsv(
  folder: string,
  { time, targets }: InitCommandOptions,
  questions: Questions | undefined,
): Promise<string> {
  const missing = [
    '--csv',
    ...(time === undefined ? ['--time'] : []),
    ...(targets === undefined ? ['--targets'] : []),
  ];
  if (!questions) throw needed(missing);
  const there = (await whatIs(folder)) === 'folder' ? await readdir(folder) : [];
  const [found] = there.filter((name) => name.endsWith('.csv')).sort();
  const usual = found === undefined ? {} : { default: join(folder, found) };
  return questions.text('CSV file', usual);
}

async function askTask(questions: Questions | undefined): Promise<DraftOptions['task']> {
  const answer = await questions?.one('Task', ['forecast', 'impute']);
  return answer === 'impute' ? 'impute' : 'forecast';
}

/** @throws UsageError for flags that name columns which are not there */
function checkNames(csv: string, look: CsvLook, options: InitCommandOptions): void {
  const names = look.columns.map(({ name }) => name);
  const { time, series, targets = [], inputs = [] } = options;
  const flags: [string, readonly (string | undefined)[]][] = [
    ['--time', [time]],
    ['--series', [series]],
    ['--targets', targets],
    ['--inputs', inputs],
  ];
  for (const [flag, given] of flags)
    for (const name of given)
      if (name !== undefined && !names.includes(name))
        throw new UsageError(
          `${flag}: expected a column of ${csv}, found "${name}". ${nameAdvice(name, names)}`,
        );
  for (const name of [...targets, ...inputs]) {
    const { kind, other } = look.columns.find((column) => column.name === name) ?? {};
    const wanted = targets.includes(name) ? ['number'] : ['number', 'category'];
    if (kind !== undefined && !wanted.includes(kind))
      throw new UsageError(
        `${targets.includes(name) ? '--targets' : '--inputs'}: expected a column of ${wanted.join('s or ')}s, found "${name}" of ${csv}, which holds ${kind === 'empty' ? 'nothing' : kind}${other ? `: "${other.text}" in line ${other.line}` : ''}`,
      );
  }
}

function requireSome(names: readonly string[], csv: string): readonly string[] {
  if (names.length > 0) return names;
  throw new DataError({
    code: 'missing-column',
    file: csv,
    expected: 'a column of times, and one of numbers',
    found: 'none that looks like it',
    advice: 'Name it by --time and --time-format, or --targets',
  });
}

/** The column that tells series apart: with it, each time stands once, and without it not. */
function seriesColumn(look: CsvLook, time: string): string | undefined {
  const stamps = look.fields(time);
  const isUnique = (keys: readonly string[] | undefined): boolean =>
    new Set(stamps.map((stamp, row) => `${keys?.[row] ?? ''}\n${stamp}`)).size === stamps.length;
  if (isUnique(undefined)) return undefined;
  const candidates = look.columns.filter(({ kind }) => kind === 'category' || kind === 'text');
  return candidates.find(({ name }) => isUnique(look.fields(name)))?.name;
}
