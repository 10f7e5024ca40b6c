import type { DealType, Money } from '../../kernel/index.ts';
import type { ChannelBrief } from './types.ts';

type Asked = Pick<ChannelBrief, 'budget' | 'impressions' | 'maxDeals' | 'maxCpm' | 'targetCpm'>;

/**
 * The impressions to ask of every seller of a channel: those that the brief names, else as many as one deal's part of
 * the budget buys at `maxCpm`, or at `targetCpm` where there is no ceiling. Rounded down, so that `maxDeals` deals at that
 * price never cost more than the budget. 0 where a deal's part buys none, undefined where there is no price either.
 */
export function impressionsAsked(channel: Asked): number | undefined {
  const { budget, impressions, maxDeals, maxCpm, targetCpm } = channel;
  if (impressions !== undefined) return impressions;
  const cpm = maxCpm ?? targetCpm;
  return cpm === undefined ? undefined : bought(budget, maxDeals, cpm);
}

function bought(budget: Money, deals: number, cpm: Money): number {
  const perDeal = BigInt(budget.amountMicros) / BigInt(deals);
  return Number((perDeal * 1000n) / BigInt(cpm.amountMicros));
}

/** What each medium is usually bought by, first what to ask for (semantics §11 and §11b). */
const USUAL: Readonly<Record<string, readonly [DealType, ...DealType[]]>> = {
  ctv: ['PG', 'PD'],
  dooh: ['PG', 'PD'],
  linear_tv: ['PG'],
};

/** The deal types for a medium where the brief names none. */
export function usualDealTypes(mediaType: string): readonly [DealType, ...DealType[]] {
  return USUAL[mediaType] ?? ['PD', 'PA'];
}
