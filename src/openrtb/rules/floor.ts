import type { Micros } from '../../kernel/index.ts';
import type { Creative } from '../creative.ts';
import type { DealOffer, Imp } from '../request.ts';

/** A floor: CPM micros of `currency`. */
export interface Floor {
  readonly micros: Micros;
  readonly currency: string;
}

/**
 * The least that may be bid with this creative, under `deal` or, undefined, in the open auction (F2, F3). The deal's
 * own floor goes before the slot's, and that before the imp's; a bid equal to it is valid (F6).
 * A deal that names no floor is held to the imp's: never bid below any floor that may hold.
 */
export function floorOf(imp: Imp, creative: Creative, deal: DealOffer | undefined): Floor {
  if (deal !== undefined) {
    const ofDeal = Math.max(deal.bidfloor, floorByLength(deal, creative.duration));
    if (ofDeal > 0) return { micros: ofDeal as Micros, currency: deal.bidfloorcur };
  }
  const slot = creative.format === 'video' ? imp.video : creative.format === 'audio' ? imp.audio : undefined;
  const ofSlot = slot === undefined ? 0 : floorByLength(slot, creative.duration);
  return { micros: (ofSlot > 0 ? ofSlot : imp.bidfloor) as Micros, currency: imp.bidfloorcur };
}

/** What `mincpmpersec` and `durfloors` ask of a creative of `seconds`: the highest; 0 when neither says anything. */
function floorByLength(terms: Pick<DealOffer, 'mincpmpersec' | 'durfloors'>, seconds: number): number {
  // Beyond exact integers any floor means that nobody can bid.
  let floor = Math.min(Math.ceil(terms.mincpmpersec * seconds), Number.MAX_SAFE_INTEGER);
  for (const range of terms.durfloors) {
    const inside = seconds >= range.mindur && (range.maxdur === 0 || seconds <= range.maxdur);
    if (inside && range.bidfloor > floor) floor = range.bidfloor;
  }
  return floor;
}
