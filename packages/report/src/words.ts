/** Words of axes and files. */
import {
  addSteps,
  DataError,
  describeSpacing,
  listed,
  zoneClock,
  type Series,
} from '@chronograd/data';
import type { Member, Panel } from '@chronograd/forecast';
import { mostSeries } from './report.ts';

/** What the axes of a series are called. */
export interface TimeWords {
  /** Of times. */
  readonly axis: string;
  /** Of steps of a horizon. */
  readonly ahead: string;
  /** A step: `day`; `step` where rows are several units apart. */
  readonly step: string;
}

/** The words for the times of a series. */
export function timeWords({ step, zone }: Pick<Series, 'step' | 'zone'>): TimeWords {
  const spacing = describeSpacing(step);
  const [count, unit = 'step'] = spacing.split(' ');
  const isDate = ['day', 'week', 'month', 'year'].some((each) => unit.startsWith(each));
  return {
    axis: isDate ? 'date' : `time (${zone ?? 'UTC'})`,
    ...(count === '1'
      ? { ahead: `${unit}s ahead`, step: unit }
      : { ahead: `steps of ${spacing} ahead`, step: 'step' }),
  };
}

/**
 * The time of a row as it is drawn: what the clocks of the series' zone show then, since Vega knows
 * but UTC and the zone of the machine.
 */
export function drawnTime({ time, step, zone }: Series, row: number): number {
  const at = time[row] ?? addSteps(time[0] ?? 0, row, step);
  return zone === undefined ? at : zoneClock(zone).wallOf(at);
}

/** So many steps: `1 day`, `14 days`. */
export function countOf(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}

/**
 * Makes names of charts that a file can have, each but once.
 *
 * @example
 * const nameOf = chartNames();
 * nameOf('forecast', 'Rail (CTA)'); // forecast-rail-cta
 */
export function chartNames(): (...words: readonly string[]) => string {
  const given = new Set<string>();
  return (...words) => {
    const plain = words
      .filter((word) => word !== '')
      .map((word) =>
        word
          .normalize('NFKD')
          .toLowerCase()
          .replaceAll(/\p{M}/gu, '')
          .replaceAll(/[^a-z0-9]+/g, '-')
          .replaceAll(/^-|-$/g, ''),
      )
      .map((word) => (word === '' ? 'x' : word))
      .join('-')
      .slice(0, 80);
    let name = plain;
    for (let i = 2; given.has(name); i++) name = `${plain}-${i}`;
    given.add(name);
    return name;
  };
}

/** A series of a panel that has plots of its own. */
export interface ShownMember {
  /** Its place in the panel. */
  readonly place: number;
  readonly member: Member;
}

/**
 * The series that have plots of their own: those asked for, else the first ones.
 *
 * @throws DataError for an id that no series has
 */
export function shownMembers({ members }: Panel, ids?: readonly string[]): ShownMember[] {
  const all = members.map((member, place) => ({ place, member }));
  if (ids === undefined) return all.slice(0, mostSeries);
  return ids.map((id) => {
    const found = all.find(({ member }) => member.id === id);
    if (found) return found;
    throw new DataError({
      code: 'bad-argument',
      subject: 'series',
      expected: `one of the series: ${listed(members.map((member) => member.id || '(the only one)'))}`,
      found: `"${id}"`,
    });
  });
}

/** Which series are shown, where there are others. */
export function shownText({ members }: Panel, shown: readonly ShownMember[]): string | undefined {
  if (shown.length === members.length) return undefined;
  const names = shown.map(({ member }) => member.id).join(', ');
  return `Plots of ${shown.length} of the ${members.length} series: ${names}. Tables, histograms and errors by horizon are of all.`;
}
