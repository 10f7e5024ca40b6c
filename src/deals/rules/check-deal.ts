import { type DealType, type Flight, type Money, showMoney } from '../../kernel/index.ts';
import type { Deal } from '../types.ts';

/** What the deal must be, from the stored quote (and the price agreed for it). */
export interface ExpectedDeal {
  readonly quoteId: string;
  readonly productId: string;
  readonly dealType: DealType;
  readonly impressions: number;
  readonly flight: Flight;
  readonly cpm: Money;
}

/** Statuses of a deal that binds; `cancelled`, `rejected`, `failed` and `expired` do not. */
const BINDING = new Set([
  'proposed',
  'accepted',
  'booked',
  'active',
  'confirmed',
  'completed',
  'negotiating',
  'makegood_pending',
]);

/**
 * Every way in which a seller's deal differs from what it quoted; empty when they agree. A lower price is
 * no difference: the reservation covers it. A missing quote id is tolerated, another one is not.
 */
export function dealMismatches(deal: Deal, expected: ExpectedDeal): readonly string[] {
  const found: string[] = [];
  if (!BINDING.has(deal.status)) found.push(`status is ${JSON.stringify(deal.status)}`);
  if (deal.quoteId !== null && deal.quoteId !== expected.quoteId)
    found.push(`quote_id is ${deal.quoteId}, not ${expected.quoteId}`);
  if (deal.productId !== expected.productId)
    found.push(`product_id is ${deal.productId}, not ${expected.productId}`);
  if (deal.dealType !== expected.dealType)
    found.push(`deal_type is ${deal.dealType}, not ${expected.dealType}`);
  if (deal.impressions !== expected.impressions)
    found.push(`impressions are ${deal.impressions}, not ${expected.impressions}`);
  if (deal.flight.start !== expected.flight.start || deal.flight.end !== expected.flight.end) {
    found.push(
      `flight is ${deal.flight.start}..${deal.flight.end}, not ${expected.flight.start}..${expected.flight.end}`,
    );
  }
  if (deal.finalCpm === null) found.push('final_cpm is missing');
  else if (deal.finalCpm.currency !== expected.cpm.currency)
    found.push(`final_cpm is in ${deal.finalCpm.currency}, not ${expected.cpm.currency}`);
  else if (deal.finalCpm.amountMicros <= 0 || deal.finalCpm.amountMicros > expected.cpm.amountMicros) {
    found.push(`final_cpm is ${showMoney(deal.finalCpm)}, quoted ${showMoney(expected.cpm)}`);
  }
  return found;
}
