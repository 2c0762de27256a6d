/** The command that fills gaps. */
import { column, timeAt } from '@chronograd/data';
import { fillMissing, loadImputation, type FilledSeries } from '@chronograd/forecast';
import writeFileAtomic from 'write-file-atomic';
import { withBackend, type BackendOption } from '../engine.ts';
import { UsageError } from '../failures.ts';
import { show, type Io } from '../io.ts';

/** Options of {@link imputeCommand}. */
export interface ImputeCommandOptions extends BackendOption {
  /** Where the filled series go. */
  readonly output: string;
  readonly file?: string;
}

/** Fills what is missing in the data of a trained imputation, and writes all of it as CSV. */
export async function imputeCommand(
  io: Io,
  run: string,
  { backend: id, output, file }: ImputeCommandOptions,
): Promise<void> {
  await withBackend(id, async (backend) => {
    const loading = { backend, ...(file !== undefined && { file }) };
    const { prepared, model } = await loadImputation(run, loading);
    const { data } = prepared.spec;
    const all = await fillMissing(prepared, model);
    const text = csvOf(all, [data.time.column, data.series], prepared.design.columns);
    try {
      await writeFileAtomic(output, text);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      throw new UsageError(`--output: ${error.message}`, { cause: error });
    }
    const filled = all.reduce((sum, each) => sum + each.filled, 0);
    show(io, { output, filled }, () => `filled ${filled} missing values; saved to ${output}`);
  });
}

/** Times, ids where there are several series, and the filled columns. */
function csvOf(
  all: readonly FilledSeries[],
  [time, key]: readonly [string, string | undefined],
  names: readonly string[],
): string {
  const head = [time, ...(key === undefined ? [] : [key]), ...names];
  const rows = all.flatMap(({ id, series }) =>
    Array.from({ length: series.length }, (_, row) => [
      timeAt(series, row),
      ...(key === undefined ? [] : [id]),
      ...names.map((name) => String(column(series, name)[row])),
    ]),
  );
  return [head, ...rows].map((fields) => `${fields.map(csvField).join(',')}\n`).join('');
}

/** A field, in quotes where it needs them (RFC 4180). */
function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
