/** The command: options, the backend that they name, files, exit status. */
import type { Backend } from '@chronograd/backend';
import { access, constants, readFile, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { coverageTable } from './coverage.ts';
import { ManifestError, type KnownFailures } from './manifest.ts';
import { runSuite, type CaseReport, type Report } from './runner.ts';

/** What the command is used for. */
export const USAGE = `usage: chronograd-conformance --backend ID [options]

  --backend ID      reference, onnx-cuda, tfjs-cuda, webgpu, or a module (a package or a path) that
                    makes a backend: its default export, or the one named after '#', as in
                    ./mine.mjs#myBackend
  --manifest FILE   known failures: a JSON object of reasons by case name
  --filter TEXT     only cases whose name holds the text
  --quick           only the cases for daily work
  --json FILE       writes the report
  --markdown FILE   writes the coverage table
  --with FILE       a report of an earlier run, as one more column of the table; more than once

Exit status: 0 where all cases pass or fail as the manifest says, 1 where not, 2 for a command
that cannot be run.
`;

/** Backends that the command knows by their ids: module and export. */
const KNOWN: Readonly<Record<string, string>> = {
  reference: '@chronograd/backend-reference#referenceBackend',
  'onnx-cuda': '@chronograd/backend-onnx-cuda#onnxBackend',
  'tfjs-cuda': '@chronograd/backend-tfjs-cuda#tfjsCuda',
  webgpu: '@chronograd/backend-webgpu/conformance#webgpuBackend',
};

/** A command that cannot be run as it was given. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/**
 * Runs the command.
 * @param args what follows its name
 * @param print writes a line for people to read
 * @returns the exit status
 */
export async function main(
  args: readonly string[],
  print: (line: string) => void,
): Promise<number> {
  try {
    const options = parse(args);
    if (options === 'help') {
      print(USAGE);
      return 0;
    }
    const { backend, manifest, filter, quick, json, markdown } = options;
    // All files are tried before the cases run, whose minutes would be lost.
    const earlier = await Promise.all((options.with ?? []).map(readReport));
    await checkWritable('--json', json);
    await checkWritable('--markdown', markdown);
    const report = await runSuite({
      backend: await findBackend(backend),
      ...(manifest !== undefined && { manifest: await readManifest(manifest) }),
      ...(filter !== undefined && { filter }),
      quick,
      onCase: (each) => tell(each, print),
    });
    if (report.cases.length === 0) throw new UsageError(`no case's name holds "${filter ?? ''}"`);
    if (json !== undefined) await writeFile(json, `${JSON.stringify(report, undefined, 2)}\n`);
    if (markdown !== undefined) await writeFile(markdown, coverageTable([...earlier, report]));
    print(summary(report));
    return report.failed === 0 ? 0 : 1;
  } catch (error) {
    if (!(error instanceof UsageError) && !(error instanceof ManifestError)) throw error;
    print(error.message);
    return 2;
  }
}

interface Options {
  readonly backend: string;
  readonly manifest?: string;
  readonly filter?: string;
  readonly quick: boolean;
  readonly json?: string;
  readonly markdown?: string;
  readonly with?: readonly string[];
}

function parse(args: readonly string[]): Options | 'help' {
  const text = { type: 'string' } as const;
  const options = {
    backend: text,
    manifest: text,
    filter: text,
    quick: { type: 'boolean', default: false },
    json: text,
    markdown: text,
    with: { type: 'string', multiple: true },
    help: { type: 'boolean', default: false },
  } as const;
  try {
    const { values } = parseArgs({ args: [...args], options });
    const { help, backend, ...rest } = values;
    if (help) return 'help';
    if (backend === undefined) throw new UsageError(`which backend?\n\n${USAGE}`);
    return { backend, ...rest };
  } catch (error) {
    // Node's parser throws a TypeError for an option that it does not know.
    if (error instanceof TypeError) throw new UsageError(`${error.message}\n\n${USAGE}`);
    throw error;
  }
}

/** The factory that an id or a module specifier names. */
async function findBackend(id: string): Promise<() => Promise<Backend>> {
  const [specifier = '', exported = 'default'] = (
    Object.hasOwn(KNOWN, id) ? (KNOWN[id] as string) : id
  ).split('#');
  const isPath = /^\.{0,2}\//.test(specifier) || specifier.startsWith('file:');
  const url =
    isPath && !specifier.startsWith('file:') ? pathToFileURL(resolve(specifier)).href : specifier;
  const module = (await load(url, id)) as Readonly<Record<string, unknown>>;
  const factory = module[exported];
  if (typeof factory !== 'function')
    throw new UsageError(
      `--backend ${id}: expected ${specifier} to export a function "${exported}", found ${
        Object.keys(module).join(', ') || 'no exports'
      }`,
    );
  return async () => (await factory()) as Backend;
}

async function load(url: string, id: string): Promise<unknown> {
  try {
    return await import(url);
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (code !== 'ERR_MODULE_NOT_FOUND') throw error;
    const known = Object.keys(KNOWN).join(', ');
    throw new UsageError(
      `--backend ${id}: expected ${known} or a module, found none (${(error as Error).message})`,
      { cause: error },
    );
  }
}

async function readManifest(file: string): Promise<KnownFailures> {
  const manifest = await readJson('--manifest', file);
  if (
    typeof manifest !== 'object' ||
    manifest === null ||
    Object.values(manifest).some((reason) => typeof reason !== 'string')
  )
    throw new UsageError(`--manifest ${file}: expected an object of reasons by case name`);
  return manifest as KnownFailures;
}

async function readReport(file: string): Promise<Report> {
  const report = await readJson('--with', file);
  if (
    typeof report !== 'object' ||
    report === null ||
    !('backend' in report && 'cases' in report && Array.isArray(report.cases))
  )
    throw new UsageError(`--with ${file}: expected a report that --json has written`);
  return report as Report;
}

async function readJson(option: string, file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as unknown;
  } catch (cause) {
    if (!(cause instanceof SyntaxError) && !hasErrorCode(cause)) throw cause;
    throw new UsageError(`${option} ${file}: expected a JSON file, found ${cause.message}`, {
      cause,
    });
  }
}

async function checkWritable(option: string, file: string | undefined): Promise<void> {
  if (file === undefined) return;
  try {
    await access(dirname(resolve(file)), constants.W_OK);
  } catch (cause) {
    if (!hasErrorCode(cause)) throw cause;
    throw new UsageError(
      `${option} ${file}: expected a folder that can be written to, found ${cause.message}`,
      { cause },
    );
  }
}

/** Whether it is an error of the operating system. */
function hasErrorCode(error: unknown): error is Error & { readonly code: unknown } {
  return error instanceof Error && 'code' in error;
}

function tell({ status, name, message }: CaseReport, print: (line: string) => void): void {
  if (status === 'failed') print(`FAIL  ${name}\n      ${message ?? ''}`);
}

function summary(report: Report): string {
  const { backend, engine, device, passed, failed, expectedFailures, skipped, seconds } = report;
  const counts = [
    `${passed} passed`,
    `${failed} failed`,
    `${expectedFailures} failed as expected`,
    `${skipped} skipped`,
  ];
  return `${backend} (${engine}, ${device}): ${counts.join(', ')} in ${seconds} s`;
}
