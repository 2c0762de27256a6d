/** Time zones: what the clocks of a place show, and when they are set. */
import { Temporal } from '@js-temporal/polyfill';
import { DataError } from './errors.ts';

/**
 * Milliseconds since 1970 that clocks of a place show, as if they were UTC: `2024-07-01 12:00` in
 * Berlin is `Date.UTC(2024, 6, 1, 12)`.
 */
export type WallTime = number;

/** The times at which clocks show something. */
export interface ShownTimes {
  /** The time; the earlier one, where clocks show it twice; where they never do, as much later. */
  readonly first: number;
  /** The later one, where clocks were set back and show it twice. */
  readonly second?: number;
  /** Whether clocks never show it, because they were set forward over it. */
  readonly skipped: boolean;
}

/** The clocks of a time zone. */
export class ZoneClock {
  /** From when on each offset holds, ascending; the first may be -Infinity. */
  private readonly starts: number[] = [];
  /** Milliseconds that clocks are ahead of UTC from each start on. */
  private readonly offsets: number[] = [];
  /** Place that was asked for last: times mostly follow each other. */
  private last = 0;
  /** Up to when the table goes. */
  private end = -Infinity;

  /** Use {@link zoneClock}, which keeps them. */
  constructor(readonly zone: string) {}

  /** What clocks show at a time. */
  wallOf(time: number): WallTime {
    return time + (this.offsets[this.place(time)] ?? NaN);
  }

  /** When clocks show something. */
  timesOf(wall: WallTime): ShownTimes {
    // Offsets are less than a day: of the periods around it, those that show it.
    const [from, to] = [this.place(wall - day), this.place(wall + day)];
    const times: number[] = [];
    for (let i = from; i <= to; i++) {
      const time = wall - (this.offsets[i] ?? NaN);
      if (time >= (this.starts[i] ?? NaN) && time < (this.starts[i + 1] ?? Infinity))
        times.push(time);
    }
    const [first, second] = times;
    // As the clock would show it had it not been set (Temporal's "compatible").
    if (first === undefined) return { first: wall - (this.offsets[from] ?? NaN), skipped: true };
    return { first, ...(second !== undefined && { second }), skipped: false };
  }

  /** Where in the table a time lies, which is made to hold it. */
  private place(time: number): number {
    const { starts, last } = this;
    if (time >= (starts[last] ?? NaN) && time < (starts[last + 1] ?? this.end)) return last;
    this.cover(time);
    let [low, high] = [0, this.starts.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.starts[middle] ?? NaN) <= time) low = middle;
      else high = middle - 1;
    }
    this.last = low;
    return low;
  }

  /** Extends the table to a time. */
  private cover(time: number): void {
    if (this.starts.length === 0) this.begin(time);
    while (time < (this.starts[0] ?? NaN)) {
      this.last = 0;
      const earlier = this.at((this.starts[0] ?? NaN) - 1);
      this.starts.unshift(
        earlier.getTimeZoneTransition('previous')?.epochMilliseconds ?? -Infinity,
      );
      this.offsets.unshift(earlier.offsetNanoseconds / 1e6);
    }
    while (time >= this.end) {
      const last = this.at(this.end);
      this.starts.push(this.end);
      this.offsets.push(last.offsetNanoseconds / 1e6);
      this.end = last.getTimeZoneTransition('next')?.epochMilliseconds ?? Infinity;
    }
  }

  private begin(time: number): void {
    const at = this.at(time);
    // The transition before the next instant: at a transition itself it is that one.
    const before = this.at(time + 1).getTimeZoneTransition('previous');
    this.starts.push(before?.epochMilliseconds ?? -Infinity);
    this.offsets.push(at.offsetNanoseconds / 1e6);
    this.end = at.getTimeZoneTransition('next')?.epochMilliseconds ?? Infinity;
  }

  private at(time: number): Temporal.ZonedDateTime {
    return Temporal.Instant.fromEpochMilliseconds(time).toZonedDateTimeISO(this.zone);
  }
}

const day = 86_400_000;

const clocks = new Map<string, ZoneClock>();

/**
 * The clocks of a zone.
 *
 * @param zone its IANA name, e.g. `Europe/Berlin`
 * @throws {@link DataError} for a name that there is not
 */
export function zoneClock(zone: string): ZoneClock {
  const known = clocks.get(zone);
  if (known) return known;
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new DataError(
      {
        code: 'bad-argument',
        subject: 'time zone',
        expected: 'an IANA name such as Europe/Berlin, America/Chicago or UTC',
        found: `"${zone}"`,
      },
      { cause },
    );
  }
  const made = new ZoneClock(zone);
  clocks.set(zone, made);
  return made;
}
