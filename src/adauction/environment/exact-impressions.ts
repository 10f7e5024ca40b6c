import { type Day, PURPOSE, VALUE_SIGMA } from './day.ts';
import { REST, SEEN_SIGMA, TRUST } from './meeting.ts';
import { CAMPAIGNS, CELLS, FORMATS, SEGMENTS, TICKS, TRAFFIC, USERS } from './scenario.ts';

/** An impression that comes. What is drawn of it depends on its place in the day alone. */
export interface Impression {
  readonly id: string;
  /** Who sees it; people of different formats are different people. */
  readonly user: string;
  /** Tick and cell, tick × CELLS + cell. */
  readonly place: number;
  readonly cell: number;
  /** Its number in its place. */
  readonly count: number;
}

/** What an impression is worth to a campaign, CPM micros, before its creative and what the user has seen. */
export interface Worth {
  /** As far as it can be predicted. */
  readonly seenCpm: number;
  /** Its mean over all of which that is predicted. */
  readonly trueCpm: number;
}

/** The impressions of a tick by minute. Where a fraction of one is expected, it comes by chance. */
export function arrivals(day: Day, tick: number, minutes: number): readonly (readonly Impression[])[] {
  const byMinute: Impression[][] = Array.from({ length: minutes }, () => []);
  for (let cell = 0; cell < CELLS; cell += 1) {
    const place = tick * CELLS + cell;
    const format = Math.floor(cell / SEGMENTS);
    const people = peopleOf(day, format);
    const expected = Math.floor(day.requests[place]! + day.draws.uniform(PURPOSE.arrival, place, -1));
    for (let count = 0; count < expected; count += 1) {
      const minute = Math.floor(minutes * day.draws.uniform(PURPOSE.arrival, place, count));
      const person = Math.floor(people * day.draws.uniform(PURPOSE.user, place, count));
      byMinute[minute]!.push({ id: `${place}.${count}`, user: `${format}.${person}`, place, cell, count });
    }
  }
  return byMinute;
}

/** A draw of an impression for one campaign, in (0, 1). */
export function drawFor(
  { draws }: Day,
  purpose: number,
  { place, count }: Impression,
  campaign: number,
): number {
  return draws.uniform(purpose, place, count * CAMPAIGNS + campaign);
}

/** What the impression is worth to a campaign: its segment's value, and its own deviation of which a part is seen. */
export function worthOf(day: Day, { place, cell, count }: Impression, campaign: number): Worth {
  const usual = day.value[campaign * SEGMENTS + (cell % SEGMENTS)]!;
  const deviation = SEEN_SIGMA * day.draws.normal(PURPOSE.seen, place, count * CAMPAIGNS + campaign);
  const level = -(VALUE_SIGMA ** 2) / 2;
  return {
    seenCpm: usual * Math.exp(deviation + level),
    trueCpm: usual * Math.exp(TRUST * deviation + level + REST ** 2 / 2),
  };
}

/** People whom a format reaches in a day, as many as in the closed form. */
function peopleOf({ forecast }: Day, format: number): number {
  return Math.max(1, (USERS * forecast[format % FORMATS]! * TICKS) / TRAFFIC[0]!);
}
