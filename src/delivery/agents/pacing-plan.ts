import type { TrafficForecast } from './pacing-forecast.ts';

const HOUR_MS = 3_600_000;
/** Rounds of handing on what a day cannot take; each fixes at least one day, and few days are tight in practice. */
const MOST_ROUNDS = 40;

/** A flight as its plan needs it: epoch milliseconds and micros. */
export interface Flight {
  readonly start: number;
  readonly end: number;
  readonly totalBudget: number;
  readonly dailyBudget: number;
}

/** One clock hour of a flight, or the part of it that the flight covers. */
interface FlightHour {
  readonly from: number;
  readonly to: number;
  readonly hourOfWeek: number;
  /** Which day of the flight, as the clocks count days. */
  readonly day: number;
}

/**
 * How much of a flight's budget should be spent by when: in proportion to the traffic that is expected, and no more a
 * day than the daily budget. Remade from what is left whenever `replan` is called, which is an hour's work at most:
 * O(hours of the flight). Time beyond the flight plans nothing.
 */
export class FlightPlan {
  readonly #flight: Flight;
  readonly #forecast: TrafficForecast;
  readonly #hours: readonly FlightHour[];
  /** Planned micros of each hour, from its beginning or from the last `replan`, if that came later. */
  readonly #amounts: Float64Array;
  /** Planned micros from the last `replan` to the beginning of each hour, and at the end. */
  readonly #sums: Float64Array;
  #plannedAt: number;
  #spentThen = 0;

  constructor(flight: Flight, forecast: TrafficForecast) {
    this.#flight = flight;
    this.#forecast = forecast;
    this.#hours = hoursOf(flight, forecast);
    this.#amounts = new Float64Array(this.#hours.length);
    this.#sums = new Float64Array(this.#hours.length + 1);
    this.#plannedAt = flight.start;
    this.replan(flight.start, 0, 0);
  }

  /**
   * Spreads what is left at `at` over the rest of the flight, by the forecast as it is now. `spentToday` counts since
   * the day began; micros.
   */
  replan(at: number, spent: number, spentToday: number, totalBudget = this.#flight.totalBudget): void {
    const from = Math.min(Math.max(at, this.#flight.start), this.#flight.end);
    this.#plannedAt = from;
    this.#spentThen = spent;
    const weights = this.#hours.map((hour) => this.#weightFrom(hour, from));
    const days = new Map<number, number>();
    for (const [index, hour] of this.#hours.entries())
      if (weights[index]! > 0) days.set(hour.day, (days.get(hour.day) ?? 0) + weights[index]!);
    const today = days.keys().next().value ?? 0;
    const room = (day: number) =>
      Math.max(0, this.#flight.dailyBudget - (day === today ? Math.max(0, spentToday) : 0));
    const shares = shareOut(Math.max(0, totalBudget - spent), days, room);
    let sum = 0;
    for (const [index, hour] of this.#hours.entries()) {
      const weight = weights[index]!;
      this.#sums[index] = sum;
      const amount = weight > 0 ? (shares.get(hour.day)! * weight) / days.get(hour.day)! : 0;
      this.#amounts[index] = amount;
      sum += amount;
    }
    this.#sums[this.#hours.length] = sum;
  }

  /** Micros that should be spent by `at`: what was at the last `replan`, and what it planned since. */
  plannedBy(at: number): number {
    return this.#spentThen + this.#since(at);
  }

  /** Micros that the plan spends between two times. */
  plannedBetween(from: number, to: number): number {
    return Math.max(0, this.#since(to) - this.#since(from));
  }

  /** Micros that the plan spends from `at` to the end. */
  plannedAfter(at: number): number {
    return Math.max(0, this.#sums[this.#hours.length]! - this.#since(at));
  }

  #weightFrom(hour: FlightHour, from: number): number {
    const lasts = hour.to - Math.max(hour.from, from);
    return lasts > 0 ? (this.#forecast.weight(hour.hourOfWeek) * lasts) / HOUR_MS : 0;
  }

  /** Micros planned from the last `replan` to `at`. */
  #since(at: number): number {
    const { start, end } = this.#flight;
    if (at <= this.#plannedAt || this.#hours.length === 0) return 0;
    if (at >= end) return this.#sums[this.#hours.length]!;
    const index = Math.floor(at / HOUR_MS) - Math.floor(start / HOUR_MS);
    const hour = this.#hours[index]!;
    const from = Math.max(hour.from, this.#plannedAt);
    return this.#sums[index]! + (this.#amounts[index]! * (at - from)) / (hour.to - from);
  }
}

/** The hours a flight covers, by the clocks of the forecast's zone; none when it ends before it starts. */
function hoursOf(flight: Flight, forecast: TrafficForecast): FlightHour[] {
  const hours: FlightHour[] = [];
  let day = 0;
  for (let at = Math.floor(flight.start / HOUR_MS) * HOUR_MS; at < flight.end; at += HOUR_MS) {
    const hourOfWeek = forecast.hourOfWeek(at);
    const last = hours.at(-1);
    if (last !== undefined && Math.floor(last.hourOfWeek / 24) !== Math.floor(hourOfWeek / 24)) day += 1;
    hours.push({
      from: Math.max(at, flight.start),
      to: Math.min(at + HOUR_MS, flight.end),
      hourOfWeek,
      day,
    });
  }
  return hours;
}

/** `amount` over days by weight, no day above its room; what a full day cannot take goes to the others. */
function shareOut(
  amount: number,
  weights: ReadonlyMap<number, number>,
  room: (day: number) => number,
): Map<number, number> {
  const shares = new Map<number, number>();
  const open = new Map(weights);
  let left = amount;
  for (let round = 0; round < MOST_ROUNDS && open.size > 0; round += 1) {
    let weight = 0;
    for (const each of open.values()) weight += each;
    const full = [...open].filter(([day, each]) => (left * each) / weight >= room(day));
    if (full.length === 0) break;
    for (const [day] of full) {
      shares.set(day, room(day));
      left -= room(day);
      open.delete(day);
    }
  }
  let weight = 0;
  for (const each of open.values()) weight += each;
  for (const [day, each] of open) shares.set(day, Math.min(room(day), (left * each) / weight));
  return shares;
}
