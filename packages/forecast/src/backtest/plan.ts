/** Where the folds of a backtest begin and end. */
import { DataError, timeAt } from '@chronograd/data';
import type { Member } from '../data/panel.ts';
import type { Prepared } from '../run/prepare.ts';

/** How the origins of a backtest roll, and what each fold learns from. */
export interface FoldOptions {
  /** Part over which origins roll. Default: test, or validation where there is no test. */
  readonly part?: 'validation' | 'test';
  /** Number of folds. Default 5, or as many as fit with the stride that is given. */
  readonly folds?: number;
  /** Rows from one origin to the next. Default: so many that the folds fill the part. */
  readonly stride?: number;
  /** Whether scalers and model are fitted anew for each fold. Default false. */
  readonly refit?: boolean;
  /**
   * With `refit`, what a fold learns from: `expanding`, all rows from the first of the training part
   * to its origin (default); `sliding`, as many rows before its origin as the training part has.
   */
  readonly training?: 'expanding' | 'sliding';
}

/** The folds of a backtest. */
export interface FoldPlan {
  readonly part: 'validation' | 'test';
  readonly stride: number;
  readonly refit: boolean;
  readonly training: 'expanding' | 'sliding';
  /** Parts of each series in each fold; `test` is what is judged. */
  readonly folds: readonly (readonly Member['parts'][])[];
}

const defaultFolds = 5;

/**
 * Plans folds: the first origin is the row before the part, each further one lies a stride later. A
 * fold judges the rows from its origin to the next one, and at least a horizon.
 *
 * With `refit`, training, validation and calibration parts move along so that they end at the
 * origin. Validation keeps its number of rows where the training stops early by it, else its rows
 * are learnt from too; calibration keeps its own where intervals are calibrated. Without `refit` the
 * parts stay where they are.
 *
 * @throws DataError for options that do not fit, a part that is not there or is too short, and series
 *   whose parts begin at different times
 */
export function planFolds(prepared: Prepared, options: FoldOptions): FoldPlan {
  const { data, task } = prepared.spec;
  const { members } = prepared.panel;
  const { refit = false, training = 'expanding' } = options;
  const part = options.part ?? (data.split.test ? 'test' : 'validation');
  if (!refit && options.training === 'sliding')
    throw refused('training', 'refit, with which alone a training window slides', 'none');
  if (data.split[part] === undefined)
    throw refused(
      `part "${part}"`,
      `one of ${Object.keys(data.split).join(', ')}`,
      'none of that name in data.split',
    );
  const rows = Math.min(...members.map(({ parts }) => length(parts[part])));
  checkSameTime(members, part);
  const { stride, count } = strideOf(options, rows, task.horizon, part);
  const span = Math.max(stride, task.horizon);
  const folds = Array.from({ length: count }, (_, fold) =>
    members.map((member) => {
      const from = (member.parts[part]?.from ?? NaN) + fold * stride;
      const test = { from, to: from + span };
      return { ...(refit ? moved(prepared, member, from, training) : kept(member, part)), test };
    }),
  );
  return { part, stride, refit, training, folds };
}

function length(rows: { readonly from: number; readonly to: number } | undefined): number {
  return rows === undefined ? 0 : rows.to - rows.from;
}

function refused(subject: string, expected: string, found: string): DataError {
  return new DataError({ code: 'bad-argument', subject, expected, found });
}

/** Else what one series learns from would lie behind the origin of another. */
function checkSameTime(members: readonly Member[], part: 'validation' | 'test'): void {
  const begins = members.map(({ series, parts }) => timeAt(series, parts[part]?.from ?? NaN));
  const other = begins.findIndex((time) => time !== begins[0]);
  if (other < 0) return;
  throw new DataError({
    code: 'bad-argument',
    file: members[other]?.source ?? '',
    subject: `part "${part}"`,
    expected: `rows from ${begins[0]} on, as in the first series, so that origins are the same times`,
    found: `rows from ${begins[other]} on`,
  });
}

function strideOf(
  options: FoldOptions,
  rows: number,
  horizon: number,
  part: string,
): { readonly stride: number; readonly count: number } {
  for (const name of ['folds', 'stride'] as const) {
    const value = options[name];
    if (value !== undefined && !(Number.isInteger(value) && value > 0))
      throw refused(name, 'a whole number from 1', String(value));
  }
  const fit = (stride: number): number =>
    Math.floor((rows - Math.max(stride, horizon)) / stride) + 1;
  const wanted = options.folds ?? (options.stride === undefined ? defaultFolds : undefined);
  const widest = (count: number): number => {
    const filled = Math.floor(rows / count);
    // Where origins lie closer than a horizon, the last fold still needs a whole one.
    return filled >= horizon || count === 1 ? filled : Math.floor((rows - horizon) / (count - 1));
  };
  const stride = options.stride ?? widest(wanted ?? defaultFolds);
  const most = stride < 1 || rows < horizon ? 0 : fit(stride);
  if (most >= (wanted ?? 1)) return { stride, count: wanted ?? most };
  throw new DataError({
    code: 'too-short',
    subject: `part "${part}"`,
    expected: `rows for ${wanted ?? 1} folds with a horizon of ${horizon}${options.stride === undefined ? '' : ` and a stride of ${options.stride}`}`,
    found: `${rows} rows, in which ${Math.max(most, 0)} fit`,
    advice: 'Take fewer folds or a shorter stride',
  });
}

/** The parts as they are, those that lie before the one that is judged. */
function kept({ parts }: Member, part: 'validation' | 'test'): Member['parts'] {
  const { train, validation, calibration } = parts;
  return {
    ...(train && { train }),
    ...(part === 'test' && validation && { validation }),
    ...(part === 'test' && calibration && { calibration }),
  };
}

/** The parts moved so that they end before the row `origin`. */
function moved(
  { spec }: Prepared,
  { parts, source, series }: Member,
  origin: number,
  training: 'expanding' | 'sliding',
): Member['parts'] {
  const { from: begin = 0 } = parts.train ?? {};
  const validation = spec.training.earlyStopping ? length(parts.validation) : 0;
  const calibration = spec.task.coverage === undefined ? 0 : length(parts.calibration);
  const end = origin - calibration - validation;
  const from = training === 'sliding' ? Math.max(begin, end - length(parts.train)) : begin;
  if (end <= from)
    throw new DataError({
      code: 'too-short',
      file: source,
      subject: `fold from ${timeAt(series, origin)}`,
      expected: `rows to learn from, before ${validation} of validation and ${calibration} of calibration`,
      found: `${Math.max(origin - begin, 0)} rows before it`,
    });
  return {
    train: { from, to: end },
    ...(validation > 0 && { validation: { from: end, to: end + validation } }),
    ...(calibration > 0 && { calibration: { from: origin - calibration, to: origin } }),
  };
}
