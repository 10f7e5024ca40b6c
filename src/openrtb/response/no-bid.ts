import type { ExchangeProfile } from '../profiles/profile.ts';
import { asciiJson } from './ascii-json.ts';

/**
 * The body of a no-bid with its code (`nbrOf` of a reason), or `undefined` for a 204 without one: the default, unless
 * the exchange reads reasons.
 */
export function noBidText(profile: ExchangeProfile, requestId: string, nbr: number): string | undefined {
  return profile.nbr ? `{"id":${asciiJson(requestId)},"seatbid":[],"nbr":${nbr}}` : undefined;
}
