/**
 * Every reason of ours not to bid (N2), with the code that an exchange which asks for one is told (`nbr`, list of
 * OpenRTB 3.0). 0 says nothing: what concerns our budgets and campaigns is nobody else's business.
 */
export const NO_BID_REASONS = {
  // About the request.
  'technical-error': 1,
  overloaded: 1,
  'request-unusable': 2,
  'known-crawler': 3,
  'suspected-traffic': 4,
  'device-unsupported': 6,
  'publisher-blocked': 7,
  'user-unmatched': 8,
  'time-too-short': 15,
  'currency-unknown': 0,
  'rate-stale': 0,
  'screen-without-place': 2,
  // About the supply chain.
  'ads-txt-unavailable': 11,
  'ads-txt-violation': 12,
  'schain-incomplete': 16,
  'schain-invalid': 16,
  'schain-node-blocked': 17,
  'offer-repeated': 0,
  // About privacy.
  'no-legal-basis': 0,
  // About one imp and one creative.
  'imp-unusable': 2,
  'format-not-offered': 0,
  'size-not-offered': 0,
  'mime-not-accepted': 0,
  'attribute-blocked': 0,
  'type-blocked': 0,
  'framework-missing': 0,
  'expansion-not-allowed': 0,
  'duration-not-accepted': 0,
  'protocol-not-accepted': 0,
  'linearity-not-accepted': 0,
  'bitrate-not-accepted': 0,
  'delivery-not-accepted': 0,
  'skipping-not-allowed': 0,
  'insecure-markup': 0,
  'category-blocked': 0,
  'category-unknown': 0,
  'category-not-allowed': 0,
  'advertiser-blocked': 0,
  'app-blocked': 0,
  'language-not-accepted': 0,
  'hold-too-long': 0,
  // About seats, deals and pods.
  'seat-missing': 0,
  'seat-blocked': 0,
  'private-auction': 0,
  'deal-seat-missing': 0,
  'deal-advertiser-missing': 0,
  'deal-unknown': 0,
  'deal-terms-differ': 0,
  'deal-paused': 0,
  'deal-exhausted': 0,
  'pod-full': 0,
  'pod-advertiser-repeated': 0,
  // About our campaigns and money.
  'below-floor': 0,
  'not-targeted': 0,
  'no-creative': 0,
  'outside-flight': 0,
  'frequency-capped': 9,
  paced: 0,
  'budget-spent': 0,
  'ledger-unavailable': 0,
  'value-too-low': 0,
} as const satisfies Record<string, number>;

/** The name of a reason not to bid. */
export type NoBidReason = keyof typeof NO_BID_REASONS;
/** What a rule answers: '' when it has nothing against the bid. */
export type Refusal = NoBidReason | '';

/** The reason as OpenRTB's `nbr`; 0 is "unknown error", the code that gives nothing away. */
export function nbrOf(reason: NoBidReason): number {
  return NO_BID_REASONS[reason];
}

/** Crawlers that say so. The IAB's list is not free; phones of the make Cubot are no bots. */
const CRAWLER = /(?<!cu)bot\b|crawler|spider|slurp|headlesschrome|phantomjs/i;

/** Traffic that admits to be no person: answered with a code, and left out of forecasts and reports (N1). */
export function crawlerRefusal(userAgent: string): Refusal {
  return CRAWLER.test(userAgent) ? 'known-crawler' : '';
}
