/** Loss reasons of OpenRTB 3.0 ("List: Loss Reason Codes") that this exchange gives. */
export const LOSS = {
  won: 0,
  expired: 2,
  invalidResponse: 3,
  invalidDeal: 4,
  invalidAuctionId: 5,
  invalidAdvertiser: 6,
  missingMarkup: 7,
  missingCreativeId: 8,
  missingPrice: 9,
  belowFloor: 100,
  belowDealFloor: 101,
  higherBid: 102,
  dealBid: 103,
  seatBlocked: 104,
  creative: 200,
  size: 203,
  format: 204,
  advertiser: 205,
  notSecure: 207,
  language: 208,
  category: 209,
  attribute: 210,
  notInDeal: 213,
} as const;

/**
 * What the exchange holds a response against, by the ids of the bidder's rule book (`ortb/…`; `seat` and `vast` have
 * none there). `loss` is the code under which a bid that breaks the rule is thrown out; `null` marks advice: it is
 * counted, and the bid stays.
 */
export const RESPONSE_RULES = {
  B1: {
    loss: LOSS.invalidResponse,
    says: 'the response is JSON, its id is that of the request, a seatbid has a bid',
  },
  B2: {
    loss: LOSS.invalidResponse,
    says: 'a bid has an id of its own, an imp of the request, a price of at most 6 decimals',
  },
  B3: { loss: LOSS.missingPrice, says: 'a price is above 0' },
  B4: { loss: LOSS.missingCreativeId, says: 'a bid names its creative and its advertiser' },
  'B4-advice': { loss: null, says: 'a bid names its campaign, its categories and a sample image' },
  B5: { loss: null, says: 'a bid says its markup type, above all when the imp takes several' },
  B6: { loss: LOSS.size, says: 'a banner has one of the sizes that were asked for' },
  B7: { loss: LOSS.notSecure, says: 'secure markup has https and no http, and so have notices' },
  B8: { loss: LOSS.format, says: 'video and audio have markup, and a length that was asked for' },
  B9: { loss: LOSS.missingMarkup, says: 'there is markup, in the bid or behind its win notice' },
  B10: { loss: null, says: 'a bid says how long it holds: as long as the imp may wait' },
  B11: { loss: null, says: 'display is billed by burl, video and audio by an Impression with the price' },
  B14: { loss: LOSS.invalidResponse, says: 'all or nothing is bid only when all imps are sold together' },
  B15: {
    loss: LOSS.attribute,
    says: 'an ad that can be skipped says so, and only runs where skipping is allowed',
  },
  B16: { loss: LOSS.language, says: 'the language is one that was asked for' },
  B17: { loss: LOSS.creative, says: 'transparency under the DSA is given where it is demanded' },
  B18: { loss: null, says: 'a response is at most 1 KB for each bid, markup left out' },
  F1: { loss: null, says: 'an agreed price is bid exactly' },
  F2: { loss: LOSS.belowFloor, says: 'a price is at least the floor: that of the deal, the slot or the imp' },
  F4: { loss: LOSS.invalidResponse, says: 'the currency is one that may be bid in' },
  D1: { loss: LOSS.invalidDeal, says: 'a deal is one that the imp carries' },
  D2: { loss: LOSS.invalidDeal, says: 'a private auction takes only bids under a deal' },
  D3: { loss: LOSS.notInDeal, says: 'the seat and the advertiser are among those of the deal' },
  Q1: { loss: LOSS.category, says: 'no category is blocked' },
  Q2: { loss: LOSS.advertiser, says: 'no advertiser is blocked' },
  Q3: { loss: LOSS.attribute, says: 'no attribute is blocked, and every API is there' },
  Q4: { loss: LOSS.format, says: 'protocol and media types are among those of the slot' },
  I2: { loss: LOSS.format, says: 'the markup is of a format that the imp takes' },
  seat: { loss: LOSS.seatBlocked, says: 'the seat may buy here' },
  vast: { loss: LOSS.format, says: 'VAST is well-formed, with Ad, Impression, Duration and media' },
  native: { loss: LOSS.format, says: 'native markup has every asset that is required, as required' },
} as const satisfies Record<string, { readonly loss: number | null; readonly says: string }>;

/** Id of a rule. */
export type ResponseRule = keyof typeof RESPONSE_RULES;

/** One thing wrong with a response. */
export interface Violation {
  readonly rule: ResponseRule;
  /** '' when it is about the whole response. */
  readonly bidId: string;
  readonly impId: string;
  /** What was found, and what would have been right. */
  readonly found: string;
}
