import type { EpochMs } from '../../kernel/index.ts';
import type { Notice } from '../../openrtb/index.ts';
import type { RunningCreative } from '../serving/running-campaign.ts';

/** OpenRTB loss reasons by which an exchange refuses a creative (Q5): not reviewed yet, and disapproved. */
const PENDING = 201;
const DISAPPROVED = 202;
/** Nothing tells when a review has ended, so the creative is offered again: after an hour, or a day. */
const PENDING_MS = 3_600_000;
const DISAPPROVED_MS = 86_400_000;

/** Takes a creative off an exchange that refused it, for as long as asking again would be no use (Q5). */
export function heedReview(
  { lossCode, exchange, at }: Pick<Notice, 'lossCode' | 'exchange' | 'at'>,
  { refusedUntil }: Pick<RunningCreative, 'refusedUntil'>,
): void {
  if (lossCode !== PENDING && lossCode !== DISAPPROVED) return;
  refusedUntil.set(exchange, (at + (lossCode === PENDING ? PENDING_MS : DISAPPROVED_MS)) as EpochMs);
}

/** Whether an exchange refuses a creative at present. */
export function isRefused(
  { refusedUntil }: Pick<RunningCreative, 'refusedUntil'>,
  exchange: string,
  now: number,
): boolean {
  const until = refusedUntil.size === 0 ? undefined : refusedUntil.get(exchange);
  return until !== undefined && now < until;
}

/**
 * Why a campaign cannot show anything (fault/D11): it has no creatives, or each of them is refused on each of
 * `exchanges`, those it has a seat on. `null` while at least one may be bid somewhere.
 */
export function allRefused(
  creatives: readonly Pick<RunningCreative, 'refusedUntil'>[],
  exchanges: readonly string[],
  now: EpochMs,
): string | null {
  if (creatives.length === 0) return 'it has no creatives';
  if (exchanges.length === 0) return null;
  for (const creative of creatives)
    for (const exchange of exchanges) if (!isRefused(creative, exchange, now)) return null;
  const which = creatives.length === 1 ? 'its only creative is' : `all ${creatives.length} creatives are`;
  return `${which} refused by ${exchanges.join(', ')}`;
}
