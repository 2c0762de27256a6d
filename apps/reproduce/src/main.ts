import { Command, InvalidArgumentError, Option } from 'commander';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { arch, cpus, tmpdir, type } from 'node:os';
import { join } from 'node:path';
import { backends, type BackendId } from './backends.ts';
import { synthetic } from './geron/synthetic.ts';
import { longMemory } from './memory/long-memory.ts';
import {
  mergeRows,
  pageRow,
  reportPage,
  rowsOfPage,
  type Circumstances,
  type PageRow,
} from './report.ts';
import { isReached, type Reproduction, type RowResult } from './reproduction.ts';
import { ridership } from './ridership/ridership.ts';
import { ridershipSearch } from './ridership/search.ts';
import { runReproduction } from './run.ts';

const reproductions: readonly Reproduction[] = [synthetic, longMemory, ridership, ridershipSearch];

interface Options {
  readonly backend: BackendId[];
  readonly seeds: number;
  readonly filter?: string;
  readonly write: boolean;
  readonly missing: boolean;
  readonly runs?: string;
}

function positive(text: string): number {
  const value = /^\d+$/.test(text) ? Number(text) : 0;
  if (value > 0) return value;
  throw new InvalidArgumentError('expected a whole number above 0.');
}

const program = new Command('npm run reproduce --')
  .description('Trains what books and papers have trained, and holds the results to theirs.')
  .argument('[reproductions...]', `which: ${reproductions.map(({ id }) => id).join(', ')}; all`)
  .addOption(
    new Option('--backend <id...>', 'the first runs all rows, the others a few')
      .choices(Object.keys(backends))
      .default(['onnx-cuda']),
  )
  .option('--seeds <n>', 'seeds 0 to n - 1', positive, 5)
  .option('--filter <text>', 'rows whose name holds the text')
  .option('--write', 'write to docs/reproductions; rows that were not run stay', false)
  .option(
    '--runs <folder>',
    'keep trained experiments (of ridership) here, and take up those that are here',
  )
  .option('--missing', 'only rows that docs/reproductions does not hold', false)
  .action(main);

async function main(ids: readonly string[], options: Options): Promise<void> {
  const chosen = ids.length === 0 ? reproductions : ids.map(reproductionOf);
  const seeds = Array.from({ length: options.seeds }, (_, i) => i);
  const runs = options.runs ?? (await mkdtemp(join(tmpdir(), 'chronograd-reproduce-')));
  let missed = 0;
  for (const reproduction of chosen) {
    const missing = reproduction.missing?.();
    console.log(`\n${reproduction.title}${missing === undefined ? '' : `: left out, ${missing}`}`);
    if (missing !== undefined) continue;
    const results: RowResult[] = [];
    const measured: PageRow[] = [];
    const earlier = rowsOfPage(await readPage(reproduction));
    // Row by row, so that a run that is ended early leaves what it measured.
    const onRow = async (result: RowResult): Promise<void> => {
      results.push(result);
      measured.push(pageRow(result, circumstances(reproduction)));
      if (options.write) await writePage(reproduction, mergeRows(reproduction, earlier, measured));
    };
    for (const [i, id] of options.backend.entries()) {
      const backend = await backends[id]();
      console.log(id);
      await runReproduction(reproduction, {
        backend,
        seeds,
        runs,
        everywhereOnly: i > 0,
        ...(options.missing && {
          without: earlier.filter((row) => row[1] === backend.id).map(([name = '']) => name),
        }),
        say: (line) => console.log(`  ${line}`),
        onRow,
        ...(options.filter !== undefined && { filter: options.filter }),
      });
      await backend.dispose();
    }
    missed += results.filter((result) => !isReached(result)).length;
    if (options.write) console.log(`  written to docs/reproductions/${reproduction.id}.md`);
  }
  if (options.runs === undefined) await rm(runs, { recursive: true });
  if (missed > 0) process.exitCode = 1;
}

const folder = join(import.meta.dirname, '../../../docs/reproductions');

const pathOf = ({ id }: Reproduction): string => join(folder, `${id}.md`);

/** The page of a reproduction; empty where there is none. */
async function readPage(reproduction: Reproduction): Promise<string> {
  try {
    return await readFile(pathOf(reproduction), 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
}

async function writePage(reproduction: Reproduction, rows: readonly PageRow[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  const path = pathOf(reproduction);
  await writeFile(`${path}.part`, reportPage(reproduction, rows));
  await rename(`${path}.part`, path);
}

function circumstances({ timed }: Reproduction): Circumstances {
  const processor = cpus()[0]?.model.trim() ?? 'unknown processor';
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: `${processor}, ${cpus().length} cores, ${type()} ${arch()}`,
    ...(timed !== undefined && { timed }),
  };
}

function reproductionOf(id: string): Reproduction {
  const found = reproductions.find((reproduction) => reproduction.id === id);
  if (found) return found;
  return program.error(
    `error: expected one of ${reproductions.map((each) => each.id).join(', ')}, found "${id}"`,
    { exitCode: 2 },
  );
}

await program.parseAsync();
