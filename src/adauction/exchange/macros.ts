import { MICROS_PER_UNIT } from '../../kernel/index.ts';
import type { BidOutcome } from '../auction/outcome.ts';
import type { TrafficRequest } from '../traffic/options.ts';

/** Values of the macros of §4.4 by their names after `AUCTION_`; what is missing becomes an empty text. */
export type MacroValues = Readonly<Record<string, string>>;

const NAMES: ReadonlySet<string> = new Set([
  'ID',
  'BID_ID',
  'IMP_ID',
  'SEAT_ID',
  'AD_ID',
  'PRICE',
  'CURRENCY',
  'MBR',
  'LOSS',
  'MIN_TO_WIN',
  'MULTIPLIER',
  'IMP_TS',
  'DISCOUNT_PCT',
  'DISCOUNT_CPM',
]);

/** Replaces macros "without regard for syntax": the value goes in as it is, wherever the macro stands (§4.4). */
export function substitute(text: string, values: MacroValues): string {
  return text.replace(
    /\$\{AUCTION_([A-Z_]+)(:B64)?\}/g,
    (macro, name: string, base64: string | undefined) => {
      if (!NAMES.has(name)) return macro;
      const value = values[name] ?? '';
      return base64 === undefined ? value : Buffer.from(value).toString('base64');
    },
  );
}

/** What the exchange knows once the auction is over. */
export function auctionValues(
  traffic: TrafficRequest,
  { bid, loss, price, minToWin }: BidOutcome,
): MacroValues {
  const won = loss === 0;
  return {
    ID: traffic.wire.id,
    BID_ID: bid.responseBidId,
    IMP_ID: bid.imp.id,
    SEAT_ID: bid.seat,
    AD_ID: bid.adId,
    CURRENCY: bid.currency,
    LOSS: String(loss),
    ...(won ? { PRICE: priceText(price), MBR: String(Math.round((price / bid.price) * 1e4) / 1e4) } : {}),
    ...(minToWin === undefined ? {} : { MIN_TO_WIN: priceText(minToWin) }),
  };
}

/** Every macro as a review of the creative fills it in (§4.4). */
export const AUDIT_VALUES: MacroValues = Object.fromEntries([...NAMES].map((name) => [name, 'AUDIT']));

/** A CPM as decimal text, exactly. */
export function priceText(micros: number): string {
  const whole = Math.floor(micros / MICROS_PER_UNIT);
  const fraction = String(micros % MICROS_PER_UNIT)
    .padStart(6, '0')
    .replace(/0+$/, '');
  return fraction === '' ? String(whole) : `${whole}.${fraction}`;
}
