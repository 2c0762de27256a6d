/** The command that shows a trained experiment: plots and tables on one page. */
import { DataError } from '@chronograd/data';
import { savedTask, type AnyPrepared, type PartName } from '@chronograd/forecast';
import { withBackend, type BackendOption } from '../engine.ts';
import { show, type Io } from '../io.ts';
import { writeReport, writeRunReport } from '../reports.ts';
import { withKit, type TaskKit } from '../tasks.ts';
import { judgedPart } from './train.ts';

/** Options of {@link reportCommand}. */
export interface ReportCommandOptions extends BackendOption {
  /** Where the page goes. Default: into the run, and the plots beside it. */
  readonly output?: string;
  /** A folder for the plots as SVG. */
  readonly plots?: string;
  /** The part whose forecasts are plotted. */
  readonly part?: PartName;
  /** Ids of the series that have plots of their own. */
  readonly series?: readonly string[];
  readonly file?: string;
}

/** Writes the report of a trained experiment. */
export async function reportCommand(
  io: Io,
  run: string,
  options: ReportCommandOptions,
): Promise<void> {
  await withKit(await savedTask(run), (kit) => reportTask(io, kit, { ...options, run }));
}

async function reportTask<Task extends AnyPrepared, Judged>(
  io: Io,
  task: TaskKit<Task, Judged>,
  options: ReportCommandOptions & { readonly run: string },
): Promise<void> {
  const { run, output, plots, file, series } = options;
  await withBackend(options.backend, async (backend) => {
    const trained = await task.load(run, { backend, ...(file !== undefined && { file }) });
    const { prepared, model } = trained;
    const first = options.part ?? judgedPart(prepared.spec);
    const judged: Judged[] = [await task.judge(prepared, model, first)];
    const notes: string[] = [];
    for (const part of otherParts(prepared, first))
      try {
        judged.push(await task.judge(prepared, model, part));
      } catch (error) {
        // A baseline may need rows from before the first, which the training part does not have.
        if (!(error instanceof DataError)) throw error;
        notes.push(`The part ${part} cannot be judged: ${error.message}.`);
      }
    const report = await task.report(trained, judged, { notes, ...(series && { series }) });
    const written =
      output === undefined && plots === undefined
        ? await writeRunReport(run, report)
        : await writeReport(report, {
            ...(output !== undefined && { page: output }),
            ...(plots !== undefined && { plots }),
          });
    const values = judged.map((each) => task.told(each).value);
    show(io, { ...written, parts: values }, () =>
      [
        ...(written.page === undefined ? [] : [`saved the report to ${written.page}`]),
        ...written.plots.map((path) => `  ${path}`),
      ].join('\n'),
    );
  });
}

/** The parts that are judged beside the one that is plotted, the last in time first. */
function otherParts({ spec }: AnyPrepared, first: PartName): PartName[] {
  const names = ['test', 'validation', 'train'] as const;
  return names.filter((name) => name !== first && spec.data.split[name] !== undefined);
}
