import type { ExchangeProfile } from './profile.ts';

/** Settings that differ from the defaults. */
export type ExchangePreset = Readonly<Partial<ExchangeProfile>>;

/** What exchanges demand by their public documentation; an operator's own agreement with one goes over it. */
export const EXCHANGE_PRESETS: Readonly<Record<string, ExchangePreset>> = {
  /** support.google.com/authorizedbuyers: encrypted prices, creatives approved by API, each guaranteed deal answered. */
  google: {
    asi: 'google.com',
    price: 'google',
    macros: [],
    nurl: false,
    burl: true,
    approval: 'pre',
    guaranteed: 'each',
    need: ['adomain', 'cat'],
    zeroPriceDeals: true,
  },
  /** kb.indexexchange.com/dsps/open-rtb: JSON 2.6, gzip, under 100 ms, a notice macro required. */
  index: { asi: 'indexexchange.com', defaultTmaxMs: 100, need: ['adomain', 'nurl'] },
  /** docs.openx.com: 125 ms, one SeatBid, a price of 0 is no bid. */
  openx: { asi: 'openx.com', defaultTmaxMs: 125, maxSeatbids: 1 },
  /** One bid; nurl, crid, adomain and iurl required. */
  pubnx: { asi: 'pubnx.com', maxSeatbids: 1, maxBidsPerImp: 1, need: ['adomain', 'iurl', 'nurl'] },
  /** gzip and brotli; connections idle 150 s. */
  'hybrid-ai': { asi: 'hybrid.ai' },
  /** The 2.5 document with extensions. */
  'magnite-ctv': { asi: 'rubiconproject.com', version: '2.5' },
  /** A Prebid Server host: its own `asi` must be given. Fires nurl and burl from the page, knows the price macro only. */
  'prebid-server': { macros: [], need: ['adomain'], zeroPriceDeals: true },
};
