import { GavotteError } from '../../kernel/index.ts';

const HOUR_MS = 3_600_000;
const HOURS_OF_WEEK = 168;
/** Weight of the newest week in what an hour is expected to bring. */
const NEWEST = 0.3;
/** One hour's surprise moves the expectation by at most this factor: a flood today is no forecast for next week. */
const MOST_SURPRISE = 4;
/** Every hour is expected to bring at least this share of the mean, so no plan is ever divided by nothing. */
const LEAST_WEIGHT = 0.02;
/** No hour brings more requests than this; a larger count is a fault of whoever counts, and is not learned from. */
const MOST_REQUESTS = 1e12;
/** An hour seen for less than this says nothing about itself. */
const LEAST_SEEN_MS = 600_000;
/** Between two looks further apart than this the process slept; what came then was not seen. */
const MOST_GAP_MS = 60_000;

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/**
 * How traffic spreads over the hours of a week in a time zone, learned from what came. At first all hours are alike;
 * an hour never seen is expected to be as its hour of day, and failing that as the mean. The hours of a day are counted
 * as its clocks show them, so a day has 23, 24 or 25.
 */
export class TrafficForecast {
  readonly #clock: Intl.DateTimeFormat;
  /** Requests expected in each hour of the week; NaN while never seen. */
  readonly #expected = new Float64Array(HOURS_OF_WEEK).fill(Number.NaN);
  /** Relative weight of each hour of the week; about 1 in the mean. */
  readonly #weights = new Float64Array(HOURS_OF_WEEK).fill(1);
  #hour = -1;
  #requests = 0;
  #seenMs = 0;
  #lookedAt = 0;
  #version = 0;

  /** @throws GV_BAD_INPUT when `timeZone` is not an IANA name. */
  constructor(timeZone: string) {
    this.#clock = clockOf(timeZone);
  }

  /** Changes whenever the weights do: once an hour. */
  get version(): number {
    return this.#version;
  }

  /** The hour of the week (0 is Monday's first) that clocks show at `at`, in epoch milliseconds. */
  hourOfWeek(at: number): number {
    let day = 0;
    let hour = 0;
    for (const part of this.#clock.formatToParts(at)) {
      if (part.type === 'weekday') day = DAYS.indexOf(part.value);
      else if (part.type === 'hour') hour = Number(part.value);
    }
    return day * 24 + hour;
  }

  /** Expected traffic of an hour of the week, relative to the mean hour; above 0. */
  weight(hourOfWeek: number): number {
    return this.#weights[hourOfWeek] ?? 1;
  }

  /** Requests that an hour of the week is expected to bring; undefined while neither it nor its hour of day was seen. */
  requests(hourOfWeek: number): number | undefined {
    const seen = this.#expected[hourOfWeek]!;
    return Number.isNaN(seen) ? meanOf(this.#expected, hourOfWeek % 24, 24) : seen;
  }

  /** Tells that `requests` came since the last look, up to `at` (epoch milliseconds). Call about once a second. */
  observe(at: number, requests: number): void {
    const hour = Math.floor(at / HOUR_MS);
    if (hour !== this.#hour) this.#close(hour);
    const gap = at - this.#lookedAt;
    this.#lookedAt = at;
    if (!(gap > 0) || gap > MOST_GAP_MS || !(requests >= 0)) return;
    this.#seenMs += gap;
    this.#requests += requests;
  }

  /** Learns from the hour that ended, scaled to a whole one, and begins the next. */
  #close(next: number): void {
    if (this.#seenMs >= LEAST_SEEN_MS)
      this.learn(this.hourOfWeek(this.#hour * HOUR_MS), (this.#requests * HOUR_MS) / this.#seenMs);
    this.#hour = next;
    this.#requests = 0;
    this.#seenMs = 0;
  }

  /** Learns that an hour of the week brought `requests`; also for history from elsewhere. */
  learn(hourOfWeek: number, requests: number): void {
    const before = this.#expected[hourOfWeek];
    if (before === undefined || !(requests >= 0 && requests <= MOST_REQUESTS)) return;
    const believed = Number.isNaN(before)
      ? requests
      : Math.min(requests, Math.max(before, 1) * MOST_SURPRISE);
    this.#expected[hourOfWeek] = Number.isNaN(before) ? believed : before + NEWEST * (believed - before);
    this.#weigh();
  }

  #weigh(): void {
    this.#version += 1;
    const mean = meanOf(this.#expected, 0, 1) ?? 0;
    for (let hour = 0; hour < HOURS_OF_WEEK; hour += 1) {
      const seen = this.#expected[hour]!;
      const expected = Number.isNaN(seen) ? (meanOf(this.#expected, hour % 24, 24) ?? mean) : seen;
      this.#weights[hour] = mean > 0 ? Math.max(LEAST_WEIGHT, expected / mean) : 1;
    }
  }
}

/** Mean of every `step`-th entry from `from` that is a number; `undefined` when none is. */
function meanOf(values: Float64Array, from: number, step: number): number | undefined {
  let sum = 0;
  let count = 0;
  for (let index = from; index < values.length; index += step) {
    const value = values[index]!;
    if (Number.isNaN(value)) continue;
    sum += value;
    count += 1;
  }
  return count === 0 ? undefined : sum / count;
}

/** One for each time zone, of which there are some hundred: each takes tens of kilobytes. */
const CLOCKS = new Map<string, Intl.DateTimeFormat>();

function clockOf(timeZone: string): Intl.DateTimeFormat {
  let clock = CLOCKS.get(timeZone);
  if (clock === undefined) {
    try {
      clock = new Intl.DateTimeFormat('en-US', {
        timeZone,
        weekday: 'short',
        hour: '2-digit',
        hourCycle: 'h23',
      });
    } catch (cause) {
      throw new GavotteError('GV_BAD_INPUT', `timeZone ${JSON.stringify(timeZone)} is not known`, {
        fix: 'Use an IANA name, such as Europe/Berlin.',
        cause,
      });
    }
    CLOCKS.set(timeZone, clock);
  }
  return clock;
}
