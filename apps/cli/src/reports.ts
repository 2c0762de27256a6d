/** Reports as files. */
import { renderReport, type Report } from '@chronograd/report';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { UsageError } from './failures.ts';

/** What a run calls its report: the page, and the folder of plots. */
export const reportNames = { page: 'report.html', plots: 'plots' } as const;

/** Where a report goes. */
export interface ReportFiles {
  /** The page. */
  readonly page?: string;
  /** A folder for the plots, which is made where there is none. */
  readonly plots?: string;
}

/**
 * Writes the report of a run into its folder, in place of an earlier one.
 *
 * @returns the paths of the page and the plots
 */
export async function writeRunReport(run: string, report: Report): Promise<WrittenReport> {
  const plots = join(run, reportNames.plots);
  const written = await writeReport(report, { page: join(run, reportNames.page), plots });
  const own = new Set(written.plots);
  const stale = (await readdir(plots))
    .map((name) => join(plots, name))
    .filter((path) => path.endsWith('.svg') && !own.has(path));
  await Promise.all(stale.map((path) => rm(path)));
  return written;
}

/** Paths of what was written. */
export interface WrittenReport {
  readonly page?: string;
  readonly plots: readonly string[];
}

/**
 * Draws a report and writes it; each file is replaced as a whole.
 *
 * @throws UsageError for what cannot be written
 */
export async function writeReport(
  report: Report,
  { page, plots }: ReportFiles,
): Promise<WrittenReport> {
  const drawn = await renderReport(report);
  const paths: string[] = [];
  if (plots !== undefined) {
    await writing('--plots', () => mkdir(plots, { recursive: true }));
    for (const [name, svg] of drawn.plots) {
      const path = join(plots, `${name}.svg`);
      await writing('--plots', () => writeFileAtomic(path, svg));
      paths.push(path);
    }
  }
  if (page === undefined) return { plots: paths };
  await writing('--output', () => writeFileAtomic(page, drawn.html));
  return { page, plots: paths };
}

async function writing(option: string, write: () => Promise<unknown>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new UsageError(`${option}: ${error.message}`, { cause: error });
  }
}
