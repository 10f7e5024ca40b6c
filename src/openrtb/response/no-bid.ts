import type { ExchangeProfile } from '../profiles/profile.ts';
import { asciiJson } from './ascii-json.ts';

/** No-bid reasons (OpenRTB 3.0 "No-Bid Reason Codes"; §4 of our spec). */
export const NO_BID = {
  unknown: 0,
  technicalError: 1,
  invalidRequest: 2,
  knownCrawler: 3,
  suspectedNonHuman: 4,
  proxyIp: 5,
  unsupportedDevice: 6,
  blockedPublisher: 7,
  unmatchedUser: 8,
  dailyUserCap: 9,
  dailyDomainCap: 10,
  adsTxtUnavailable: 11,
  adsTxtViolation: 12,
  adsCertUnavailable: 13,
  adsCertViolation: 14,
  insufficientTime: 15,
  incompleteSchain: 16,
  blockedSchainNode: 17,
} as const;
/** One of the codes of `NO_BID`. */
export type NoBidCode = (typeof NO_BID)[keyof typeof NO_BID];

/** The body of a no-bid, or `undefined` for a 204 without one: the default, unless the exchange reads reasons. */
export function noBidText(profile: ExchangeProfile, requestId: string, code: NoBidCode): string | undefined {
  return profile.nbr ? `{"id":${asciiJson(requestId)},"seatbid":[],"nbr":${code}}` : undefined;
}
