import { MICROS_PER_UNIT } from '../../kernel/index.ts';
import type { WireDeal, WireImp, WireVideo } from '../wire.ts';

/** A lowest price, CPM micros. */
export interface Floor {
  readonly micros: number;
  readonly currency: string;
  /** Which object set it. */
  readonly by: 'deal' | 'slot' | 'imp';
}

/** Micros of a price on the wire, rounded up. */
function microsOf(price: number): number {
  const nearest = Math.round(price * MICROS_PER_UNIT);
  return nearest / MICROS_PER_UNIT === price ? nearest : Math.ceil(price * MICROS_PER_UNIT);
}

/**
 * The floor of a bid: the deal's, else the slot's, else the imp's; within an object the highest of its forms (F2).
 * A deal without currency is in USD; a slot's floors are in the imp's (F3). `seconds` is the creative's length, 0 for
 * display.
 */
export function floorOf(
  imp: WireImp,
  slot: WireVideo | undefined,
  deal: WireDeal | undefined,
  seconds: number,
): Floor {
  const currency = imp.bidfloorcur ?? 'USD';
  if (deal !== undefined) {
    const own = Math.max(microsOf(deal.bidfloor ?? 0), byLength(deal, seconds));
    if (own > 0) return { micros: own, currency: deal.bidfloorcur ?? 'USD', by: 'deal' };
  }
  const bySlot = slot === undefined ? 0 : byLength(slot, seconds);
  if (bySlot > 0) return { micros: bySlot, currency, by: 'slot' };
  return { micros: microsOf(imp.bidfloor ?? 0), currency, by: 'imp' };
}

type ByLength = Pick<WireVideo, 'mincpmpersec' | 'durfloors'>;

/** The highest of the floors that depend on length; 0 when none applies (§3.2.35, §7.11). */
function byLength({ mincpmpersec = 0, durfloors = [] }: ByLength, seconds: number): number {
  const applying = durfloors.filter(
    ({ mindur = 0, maxdur = Number.POSITIVE_INFINITY }) => seconds >= mindur && seconds <= maxdur,
  );
  return Math.max(
    Math.ceil(microsOf(mincpmpersec) * seconds),
    ...applying.map(({ bidfloor }) => microsOf(bidfloor)),
    0,
  );
}
