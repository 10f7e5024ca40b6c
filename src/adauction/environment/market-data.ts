import { z } from 'zod';
import { GavotteError, parseJsonFile } from '../../kernel/index.ts';
import { Landscape } from './landscape.ts';
import type { Scenario } from './scenario.ts';
import { TICKS } from './scenario.ts';

/** Real prices and hours, as plain numbers: what threads are given, and checkpoints keep. */
export interface MarketData {
  /** How often each market price was seen, from 0 up, by campaign. */
  readonly prices: readonly (readonly number[])[];
  /** Traffic of each hour of a day over the mean, by region. */
  readonly hours: readonly (readonly number[])[];
}

/** The same, made ready: what others bid, relative to its median; traffic of each tick over the mean. */
export interface RealMarket {
  readonly landscapes: readonly Landscape[];
  readonly curves: readonly Float64Array[];
}

const histogram = z.object({ price_counter_train: z.array(z.int().min(0)).min(2).max(10_000) });
const FIX =
  'Give the folder of the data as it was published: ipinyou/info/*.json, avito-bat/traffic_share.csv.';

/** Market prices of an iPinYou campaign (`info.json` of its published form). @throws GV_BAD_INPUT */
export function parsePrices(text: string, source: string): readonly number[] {
  const parsed = histogram.safeParse(parseJsonFile(text, source, FIX));
  const counts = parsed.success ? parsed.data.price_counter_train : [];
  if (counts.reduce((sum, count) => sum + count, 0) > 0) return counts;
  throw bad(`${source} has no counts of prices in price_counter_train`);
}

/** Hourly traffic by region (`region_id,dow,hour,traffic_share`), the mean day of each. @throws GV_BAD_INPUT */
export function parseHours(text: string, source: string): readonly (readonly number[])[] {
  const sums = new Map<string, number[]>();
  for (const [index, line] of text.trim().split('\n').slice(1).entries()) {
    const [region = '', , hour, share] = line.split(',');
    const [at, part] = [Number(hour), Number(share)];
    if (!(Number.isInteger(at) && at >= 0 && at < 24 && part >= 0))
      throw bad(`${source}: line ${index + 2} is no region, day, hour and share`);
    const own = sums.get(region) ?? new Array<number>(24).fill(0);
    own[at]! += part;
    sums.set(region, own);
  }
  const regions = [...sums.values()].filter((own) => own.some((part) => part > 0));
  if (regions.length === 0) throw bad(`${source} has no traffic`);
  return regions.map((own) => {
    const mean = own.reduce((sum, part) => sum + part, 0) / 24;
    return own.map((part) => part / mean);
  });
}

/**
 * A scenario among real prices and hours: each day has the prices of one campaign and the hours of one region, by its number. What
 * is forecast stays the mean of all regions, so that days differ from it as they do.
 */
export function withMarketData(scenario: Scenario, data: MarketData | null): Scenario {
  if (data === null) return scenario;
  const landscapes = data.prices.map(landscapeOf);
  const curves = data.hours.map((hours) =>
    Float64Array.from({ length: TICKS }, (_, tick) => hours[Math.floor((tick * 24) / TICKS)]!),
  );
  return { ...scenario, market: { landscapes, curves } };
}

/** The empirical distribution, straight within each price step, relative to its median. */
function landscapeOf(counts: readonly number[]): Landscape {
  const below = [0];
  for (const count of counts) below.push(below.at(-1)! + count);
  const whole = below.at(-1)!;
  const share = (price: number): number => {
    const at = Math.min(counts.length, Math.max(0, price));
    const step = Math.min(counts.length - 1, Math.floor(at));
    return (below[step]! + (at - step) * counts[step]!) / whole;
  };
  let median = 0;
  while (share(median) < 0.5) median += 0.25;
  return new Landscape((price) => share(price * median));
}

function bad(message: string): GavotteError {
  return new GavotteError('GV_BAD_INPUT', message, { fix: FIX });
}
