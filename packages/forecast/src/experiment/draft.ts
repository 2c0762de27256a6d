/** A first experiment on a file of which little is known. */
import {
  calendarParts,
  formatTime,
  type CalendarPart,
  type CsvLook,
  type Step,
  type TimesLook,
} from '@chronograd/data';
import type { ExperimentDocument } from './experiment.ts';

/** What is known of an experiment that is to be drafted. */
export interface DraftOptions {
  /** The file as it looks, and its times. */
  readonly look: CsvLook;
  readonly times: TimesLook;
  /** Path of the file from the folder of the document. */
  readonly path: string;
  readonly name?: string;
  /** Column of times, and how they are written. */
  readonly time: string;
  readonly format: string;
  readonly zone?: string;
  /** Column that tells series apart. */
  readonly series?: string;
  readonly task: 'forecast' | 'impute';
  /** Columns to forecast or to fill. */
  readonly targets: readonly string[];
  /** More columns that the model sees. Default none. */
  readonly inputs?: readonly string[];
  /** Default by the step: {@link draftSizes}. */
  readonly window?: number;
  readonly horizon?: number;
  readonly season?: number;
  /** The recurrent layer. Default `gru`, of 32 units. */
  readonly layer?: 'gru' | 'lstm' | 'simpleRnn';
  /** Default 100. */
  readonly epochs?: number;
}

/** Sizes that suit a step of time. */
export interface DraftSizes {
  readonly window: number;
  readonly horizon: number;
  /** Rows of a season, where the step has one. */
  readonly season?: number;
}

/** Rows of a day, week or year, by the unit that is counted, and what the calendar tells of them. */
const seasons: Readonly<
  Record<string, { readonly rows: number; readonly calendar: readonly CalendarPart[] }>
> = {
  second: { rows: 60, calendar: ['hourOfDay'] },
  minute: { rows: 1440, calendar: ['hourOfDay', 'dayOfWeek'] },
  hour: { rows: 24, calendar: ['hourOfDay', 'dayOfWeek'] },
  day: { rows: 7, calendar: ['dayOfWeek', 'dayOfYear'] },
  week: { rows: 52, calendar: ['weekOfYear'] },
  month: { rows: 12, calendar: ['monthOfYear'] },
  quarter: { rows: 4, calendar: ['monthOfYear'] },
  year: { rows: 1, calendar: [] },
};

function seasonOf(step: Step | undefined): (typeof seasons)[string] {
  const { every, unit } =
    typeof step === 'object' ? step : { every: 1, unit: typeof step === 'string' ? step : 'year' };
  const { rows = 1, calendar = [] } = seasons[unit] ?? {};
  return { rows: rows % every === 0 ? rows / every : 1, calendar };
}

/**
 * Window, horizon and season for a step: a horizon of one season and a window of several, as far as
 * the rows reach.
 */
export function draftSizes(rows: number, step: Step | undefined): DraftSizes {
  const season = seasonOf(step).rows;
  const horizon = atLeastOne(Math.min(season, rows / 20));
  const window = atLeastOne(Math.min(Math.max(4 * season, 8), 168, rows / 5));
  return { window, horizon, ...(season > 1 && season < rows / 4 && { season }) };
}

function atLeastOne(value: number): number {
  return Math.max(1, Math.floor(value));
}

/**
 * Drafts an experiment: a recurrent layer on the targets and what the calendar tells, 70 % of the
 * time to learn from, 15 % to validate and 15 % to test. What is out of order in the file is named
 * in the document, so that reading it does what it says.
 */
export function draftExperiment(options: DraftOptions): ExperimentDocument {
  const { look, times, path, time, format, zone, series, task, targets, inputs = [] } = options;
  const named = [...new Set([...targets, ...inputs])];
  const columns = Object.fromEntries(
    look.columns
      .filter(({ name }) => named.includes(name))
      .map(({ name, categories }) => [
        name,
        categories ? ({ type: 'category', categories } as const) : ({ type: 'number' } as const),
      ]),
  );
  const sizes = draftSizes(look.rows, times.step);
  const season = options.season ?? sizes.season;
  const { calendar } = seasonOf(times.step);
  const isForecast = task === 'forecast';
  const gru = { type: options.layer ?? 'gru', units: 32 } as const;
  const oneHot = look.columns.flatMap(({ name, categories }) =>
    categories && named.includes(name) ? [{ type: 'oneHot', column: name } as const] : [],
  );
  const known = isForecast ? calendarParts.filter((part) => calendar.includes(part)) : [];
  const at = (share: number): string => {
    const moment = times.first + share * (times.last - times.first);
    // A day is enough where rows are days and more apart.
    const unit = times.last - times.first > 20 * 86_400_000 ? 86_400_000 : 1000;
    return formatTime(Math.floor(moment / unit) * unit);
  };
  return {
    formatVersion: 1,
    name: options.name ?? 'experiment',
    data: {
      source: { type: 'csv', path, ...(look.delimiter !== ',' && { delimiter: look.delimiter }) },
      time: {
        column: time,
        format,
        ...(times.step !== undefined && typeof times.step !== 'number' && { step: times.step }),
        ...(zone !== undefined && { zone }),
        ...(times.unsorted && { unsorted: 'sort' }),
        ...(times.repeated && { duplicates: 'dropIdentical' }),
        ...(times.gaps && { gaps: 'fill' }),
      },
      ...(series !== undefined && { series }),
      columns,
      derived: [...oneHot, ...known.map((of) => ({ type: 'calendar', of }) as const)],
      split: { train: { to: at(0.7) }, validation: { to: at(0.85) }, test: {} },
    },
    task: isForecast
      ? {
          type: 'forecast',
          targets,
          ...(inputs.length > 0 && { inputs: named }),
          ...(known.length > 0 && { future: known }),
          window: options.window ?? sizes.window,
          horizon: options.horizon ?? sizes.horizon,
          ...(season !== undefined && { season }),
        }
      : {
          type: 'impute',
          columns: targets,
          ...(inputs.length > 0 && { inputs }),
          window: options.window ?? sizes.window,
        },
    model: {
      layers: isForecast
        ? [gru]
        : [{ type: 'bidirectional', layer: { ...gru, returnSequences: true } }],
    },
    training: { epochs: options.epochs ?? 100, earlyStopping: { patience: 10 } },
  };
}
