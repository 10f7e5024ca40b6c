import type { RunningCreative } from '../serving/running-campaign.ts';

/**
 * Why a campaign cannot show anything, and must pause (fault/D11): it has no creatives, or each of them is refused on
 * each of `exchanges`, those it has a seat on. `null` while at least one may be bid somewhere.
 */
export function allRefused(
  creatives: readonly Pick<RunningCreative, 'refusedBy'>[],
  exchanges: readonly string[],
): string | null {
  if (creatives.length === 0) return 'it has no creatives';
  if (exchanges.length === 0) return null;
  for (const { refusedBy } of creatives)
    for (const exchange of exchanges) if (!refusedBy.has(exchange)) return null;
  const which = creatives.length === 1 ? 'its only creative is' : `all ${creatives.length} creatives are`;
  return `${which} refused by ${exchanges.join(', ')}`;
}
