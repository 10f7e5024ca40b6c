import { GavotteError } from '../kernel/index.ts';

/** A bid log in memory: what was asked, in order. */
export interface BidLog {
  readonly auctions: number;
  readonly clicks: number;
  /** 1 where the impression, if bought, was clicked. */
  readonly clicked: Uint8Array;
  /** The price to beat, a CPM in the log's own unit. */
  readonly price: Uint16Array;
  /** Predicted click rate. */
  readonly rate: Float64Array;
}

/** What a bidder knows before the log begins: the totals and price counts of its training days. */
export interface TrainTotals {
  readonly impressions: number;
  readonly clicks: number;
  /** Sum of prices, in the log's unit. */
  readonly cost: number;
  /** How often each price 0, 1, 2, … was to beat. */
  readonly priceCounts: readonly number[];
}

/** Most lines read: 20 million auctions are 220 MB in memory. */
const MOST_LINES = 20_000_000;
/** Prices above this are no CPM of these logs. */
const MOST_PRICE = 65_535;
const LINE = /^([01])[ \t]+(\d{1,5})[ \t]+(\d\S{0,30})[ \t]*\r?$/;

/**
 * Reads lines of `click price pCTR`, as the iPinYou logs of han-cai/rlb-dp are written; empty lines are skipped.
 * @throws GV_BAD_INPUT with the number of the line, and when there is no line at all.
 */
export async function readBidLog(lines: AsyncIterable<string> | Iterable<string>): Promise<BidLog> {
  let clicked = new Uint8Array(1 << 16);
  let price = new Uint16Array(1 << 16);
  let rate = new Float64Array(1 << 16);
  let count = 0;
  let clicks = 0;
  let number = 0;
  for await (const line of lines) {
    number += 1;
    if (line.trim() === '') continue;
    if (count === MOST_LINES) throw unreadable(`has more than ${MOST_LINES} auctions`);
    if (count === clicked.length) {
      clicked = grown(clicked, new Uint8Array(count * 2));
      price = grown(price, new Uint16Array(count * 2));
      rate = grown(rate, new Float64Array(count * 2));
    }
    const match = LINE.exec(line);
    const predicted = Number(match?.[3]);
    if (match === null || Number(match[2]) > MOST_PRICE || !(predicted >= 0 && predicted <= 1))
      throw unreadable(`line ${number}: ${JSON.stringify(line.slice(0, 60))} is not an auction`);
    clicked[count] = Number(match[1]);
    price[count] = Number(match[2]);
    rate[count] = predicted;
    clicks += clicked[count]!;
    count += 1;
  }
  if (count === 0) throw unreadable('has no auctions');
  return {
    auctions: count,
    clicks,
    clicked: clicked.subarray(0, count),
    price: price.subarray(0, count),
    rate: rate.subarray(0, count),
  };
}

/** Reads the totals of an `info.json` of the same source. @throws GV_BAD_INPUT naming the field. */
export function parseTrainTotals(text: string): TrainTotals {
  let info: { readonly price_counter_train?: unknown } & Record<string, unknown>;
  try {
    info = Object(JSON.parse(text)) as typeof info;
  } catch (cause) {
    throw badTotals('the text is not JSON', cause);
  }
  const count = (field: string) => {
    const value = info[field];
    if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return value;
    throw badTotals(`${field} must be a whole number above 0`);
  };
  const counts: unknown = info.price_counter_train;
  if (!Array.isArray(counts) || !counts.every((each) => Number.isSafeInteger(each) && each >= 0))
    throw badTotals('price_counter_train must be a list of counts');
  return {
    impressions: count('imp_train'),
    clicks: count('clk_train'),
    cost: count('cost_train'),
    priceCounts: counts as number[],
  };
}

function grown<Numbers extends Uint8Array | Uint16Array | Float64Array>(from: Numbers, to: Numbers): Numbers {
  to.set(from);
  return to;
}

function unreadable(what: string): GavotteError {
  return new GavotteError('GV_BAD_INPUT', `the bid log ${what}`, {
    fix: 'Each line is `click price pCTR`: 0 or 1, a whole CPM up to 65535, a click rate from 0 to 1.',
  });
}

function badTotals(what: string, cause?: unknown): GavotteError {
  return new GavotteError('GV_BAD_INPUT', `the training totals are unusable: ${what}`, {
    fix: 'Give the info.json that lies beside the log: imp_train, clk_train, cost_train, price_counter_train.',
    ...(cause === undefined ? {} : { cause }),
  });
}
