import { RESERVE_PRICE, SLOTS } from './rules.ts';

/** One place sold. */
export interface SoldSlot {
  readonly agent: number;
  readonly slot: number;
  readonly price: number;
}

/** One auction by the book, sorting all bids: what the fast one is tested against. Bids of 0 or less are none. */
export function referenceAuction(bids: readonly number[]): readonly SoldSlot[] {
  const ranked = bids
    .map((bid, agent) => ({ bid, agent }))
    .filter(({ bid }) => bid > 0)
    .sort((a, b) => b.bid - a.bid || a.agent - b.agent);
  return ranked
    .slice(0, SLOTS)
    .map(({ agent }, slot) => ({
      agent,
      slot,
      price: Math.max(RESERVE_PRICE, ranked[slot + 1]?.bid ?? 0),
    }))
    .filter(({ price }) => price > RESERVE_PRICE);
}
