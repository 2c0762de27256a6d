/** A folder with a small series and an experiment on it, and commands that are run there. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Terminal } from '../io.ts';
import { run } from '../run.ts';

/** What a command wrote, and its exit status. */
export interface Outcome {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** A temporary folder in which commands are tried. */
export class Workplace {
  private constructor(readonly folder: string) {}

  /** Makes one with `visits.csv` and `experiment.json`. */
  static async make(): Promise<Workplace> {
    const place = new Workplace(await mkdtemp(join(tmpdir(), 'chronograd-cli-')));
    await place.write('visits.csv', visitsCsv());
    await place.write('experiment.json', visitsExperiment());
    return place;
  }

  /** Path of a file of the folder. */
  path(name: string): string {
    return join(this.folder, name);
  }

  /** Writes a text, or a value as JSON. Returns the path. */
  async write(name: string, content: unknown): Promise<string> {
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    await writeFile(this.path(name), text);
    return this.path(name);
  }

  /** Runs a command line. */
  async run(
    args: readonly string[],
    signal: AbortSignal = new AbortController().signal,
    terminal?: Terminal,
  ): Promise<Outcome> {
    let out = '';
    let err = '';
    const status = await run(args, {
      out: { write: (text) => (out += text) },
      err: { write: (text) => (err += text) },
      signal,
      ...(terminal && { terminal }),
    });
    return { status, out, err };
  }

  /** Contents of all files of the folder, by path, in base64. */
  async contents(): Promise<Readonly<Record<string, string>>> {
    const entries = await readdir(this.folder, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile());
    const read = files.map(async ({ parentPath, name }) => {
      const path = join(parentPath, name);
      return [path, await readFile(path, 'base64')] as const;
    });
    return Object.fromEntries((await Promise.all(read)).sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true });
  }
}

/** 120 days with a weekly rhythm that slowly grows, closed on every eleventh day. */
export function visitsCsv(): string {
  const rows = Array.from({ length: 120 }, (_, i) => {
    const date = new Date(Date.UTC(2021, 0, 1 + i)).toISOString().slice(0, 10);
    const isOpen = i % 11 !== 0;
    const visits = isOpen ? 50 + i / 4 + 20 * Math.sin((2 * Math.PI * i) / 7) + (i % 3) : 3;
    return `${date},${visits.toFixed(2)},${isOpen ? 'yes' : 'no'}`;
  });
  return `${['day,visits,open', ...rows].join('\n')}\n`;
}

/** An experiment on {@link visitsCsv}, with parts of it replaced. */
export function visitsExperiment(
  parts: { data?: object; task?: object; model?: object; training?: object } = {},
) {
  return {
    data: {
      source: { type: 'csv', path: 'visits.csv' },
      time: { column: 'day' },
      columns: {
        visits: { type: 'number' },
        open: { type: 'category', categories: ['no', 'yes'] },
      },
      derived: [{ type: 'oneHot', column: 'open' }],
      split: {
        train: { to: '2021-03-15' },
        validation: { to: '2021-04-05' },
        test: { from: '2021-04-06' },
      },
      ...parts.data,
    },
    task: {
      type: 'forecast',
      targets: ['visits'],
      inputs: ['visits', 'open'],
      window: 9,
      horizon: 2,
      season: 7,
      ...parts.task,
    },
    model: { layers: [{ type: 'gru', units: 4 }], ...parts.model },
    training: { epochs: 3, batchSize: 8, seed: 5, ...parts.training },
  };
}
