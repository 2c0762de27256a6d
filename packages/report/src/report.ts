/** What a report says, before it is a page. */
import type { ExperimentSpec, Member } from '@chronograd/forecast';
import { describeParts } from '@chronograd/forecast';
import type { History, Model } from 'chronograd';
import type { Chart } from './charts/chart.ts';
import { lossChart, measuredNames } from './charts/loss.ts';
import { formatNumber } from './numbers.ts';
import type { DataTable } from './tables.ts';

/** A report of a trained experiment. */
export interface Report {
  /** The experiment's name. */
  readonly title: string;
  /** What it is for. */
  readonly subtitle: string;
  /** What there is to know, by its name. */
  readonly facts: readonly (readonly [name: string, value: string])[];
  readonly sections: readonly Section[];
}

/** A part of a report. */
export interface Section {
  readonly title: string;
  readonly text?: string;
  readonly tables: readonly DataTable[];
  readonly charts: readonly Chart[];
  /** Texts to be shown as they are; one with a title is shown when it is asked for. */
  readonly code: readonly { readonly title?: string; readonly text: string }[];
}

/** A trained experiment, as `loadExperiment` gives it and `train` leaves it. */
export interface TrainedExperiment<Task> {
  readonly prepared: Task;
  readonly model: Model;
  readonly history: History;
}

/** What of an experiment is shown. */
export interface ReportOptions {
  /** Ids of the series that have plots of their own. Default: the first {@link mostSeries}. */
  readonly series?: readonly string[];
  /** What is to be said of the errors, e.g. which part could not be judged and why. */
  readonly notes?: readonly string[];
}

/** So many series have plots of their own unless others are asked for. */
export const mostSeries = 3;

/** A section with what it has. */
export function section(title: string, parts: Partial<Omit<Section, 'title'>>): Section {
  return { title, tables: [], charts: [], code: [], ...parts };
}

/** A section's text of what there is to say; none where there is nothing. */
export function textOf(texts: readonly (string | undefined)[]): { readonly text?: string } {
  const text = texts.filter((each) => each !== undefined).join(' ');
  return text === '' ? {} : { text };
}

/** How the training went, epoch by epoch. */
export function trainingSection(history: History): Section {
  if (history.epochs.length === 0)
    return section('Training', { text: 'No epoch of the training was finished.' });
  const charts = measuredNames(history).map((name) => lossChart(history, name));
  return section('Training', { charts });
}

/** The model, and the document of the experiment. */
export function modelSections(model: Model, spec: ExperimentSpec): Section[] {
  return [
    section('Model', { code: [{ text: model.summary() }] }),
    section('Experiment', {
      code: [{ title: 'The document, with defaults filled', text: JSON.stringify(spec, null, 2) }],
    }),
  ];
}

/** What is told of every experiment, with what there is in its file. */
export function commonFacts(
  { name, data: { source }, training }: ExperimentSpec,
  data: Report['facts'],
  { model, history }: Pick<TrainedExperiment<unknown>, 'model' | 'history'>,
): Report['facts'] {
  const { engine, device, deviceReason, precision } = model.report();
  const { epochs, stoppedBy, restoredEpoch } = history;
  const seconds = epochs.reduce((sum, { milliseconds }) => sum + milliseconds, 0) / 1000;
  const weights =
    restoredEpoch === undefined ? '' : `, with the weights of epoch ${restoredEpoch + 1}`;
  return [
    ['experiment', name],
    ['data', source.path],
    ...data,
    [
      'training',
      `${epochs.length} of at most ${training.epochs} epochs in ${formatNumber(seconds)} s, ${ends[stoppedBy]}${weights}`,
    ],
    ['engine', `${engine} on ${device} (${deviceReason}), ${precision}`],
  ];
}

/** What there is of series. */
export function seriesFacts(members: readonly Member[]): Report['facts'] {
  const [first] = members;
  const isSingle = members.length === 1;
  return [
    ...(isSingle ? [] : [['series', `${members.length}`] as const]),
    [isSingle ? 'rows' : `rows of ${first?.id ?? ''}`, first ? describeParts(first) : ''],
  ];
}

const ends: Readonly<Record<History['stoppedBy'], string>> = {
  epochs: 'all that were asked for',
  earlyStopping: 'ended by early stopping',
  callback: 'ended by a callback',
  abort: 'interrupted',
};
