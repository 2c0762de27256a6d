import { Command, InvalidArgumentError, Option } from 'commander';
import { mkdir, writeFile } from 'node:fs/promises';
import { arch, cpus, type } from 'node:os';
import { join } from 'node:path';
import { backends, type BackendId } from './backends.ts';
import { synthetic } from './geron/synthetic.ts';
import { longMemory } from './memory/long-memory.ts';
import { reportPage } from './report.ts';
import { isReached, type Reproduction, type RowResult } from './reproduction.ts';
import { runReproduction } from './run.ts';

const reproductions: readonly Reproduction[] = [synthetic, longMemory];

interface Options {
  readonly backend: BackendId[];
  readonly seeds: number;
  readonly filter?: string;
  readonly write: boolean;
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
  .option('--write', 'write the tables to docs/reproductions', false)
  .action(main);

async function main(ids: readonly string[], options: Options): Promise<void> {
  const chosen = ids.length === 0 ? reproductions : ids.map(reproductionOf);
  const seeds = Array.from({ length: options.seeds }, (_, i) => i);
  let missed = 0;
  for (const reproduction of chosen) {
    const missing = reproduction.missing?.();
    console.log(`\n${reproduction.title}${missing === undefined ? '' : `: left out, ${missing}`}`);
    if (missing !== undefined) continue;
    const results: RowResult[] = [];
    // Row by row, so that a run that is ended early leaves what it measured.
    const onRow = async (result: RowResult): Promise<void> => {
      results.push(result);
      if (options.write) await writePage(reproduction, results, seeds);
    };
    for (const [i, id] of options.backend.entries()) {
      const backend = await backends[id]();
      console.log(id);
      await runReproduction(reproduction, {
        backend,
        seeds,
        everywhereOnly: i > 0,
        say: (line) => console.log(`  ${line}`),
        onRow,
        ...(options.filter !== undefined && { filter: options.filter }),
      });
      await backend.dispose();
    }
    missed += results.filter((result) => !isReached(result)).length;
    if (options.write) console.log(`  written to docs/reproductions/${reproduction.id}.md`);
  }
  if (missed > 0) process.exitCode = 1;
}

async function writePage(
  reproduction: Reproduction,
  results: readonly RowResult[],
  seeds: readonly number[],
): Promise<void> {
  const folder = join(import.meta.dirname, '../../../docs/reproductions');
  await mkdir(folder, { recursive: true });
  const date = new Date().toISOString().slice(0, 10);
  const processor = cpus()[0]?.model.trim() ?? 'unknown processor';
  const machine = `${processor}, ${cpus().length} cores, ${type()} ${arch()}`;
  const page = reportPage(reproduction, results, { date, machine, seeds });
  await writeFile(join(folder, `${reproduction.id}.md`), page);
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
