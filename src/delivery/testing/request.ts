import { type EpochMs, micros, money } from '../../kernel/index.ts';
import type { BannerSlot, BidRequest, Creative, DealOffer, Imp } from '../../openrtb/index.ts';
import type { DealTerms, DeliveryCampaign } from '../types.ts';

/** Noon of a Monday. */
export const NOON = Date.UTC(2026, 10, 23, 12) as EpochMs;
const DAY_MS = 86_400_000;

/** Who may change what of a fixture. */
type Changes<T> = { readonly [K in keyof T]?: T[K] };

/** A banner slot of one size. */
export function bannerOf(w: number, h: number): BannerSlot {
  return {
    sizes: [[w, h]],
    ratios: [],
    btype: [],
    battr: [],
    api: [],
    mimes: [],
    pos: 0,
    expdir: [],
  };
}

/** An imp for a 300 × 250 banner, without floor or deals. */
export function impOf(changes: Changes<Imp> = {}): Imp {
  return {
    id: '1',
    problem: '',
    bidfloor: 0,
    bidfloorcur: 'USD',
    secure: 1,
    instl: false,
    rwdd: false,
    ssai: 0,
    exp: 0,
    tagid: 'slot',
    gpid: '',
    multiplier: 1,
    banner: bannerOf(300, 250),
    video: undefined,
    audio: undefined,
    native: undefined,
    privateAuction: false,
    deals: [],
    ...changes,
  };
}

/** An offer of a deal at no floor. */
export function offerOf(changes: Changes<DealOffer> = {}): DealOffer {
  return {
    id: 'deal-1',
    bidfloor: 0,
    bidfloorcur: 'USD',
    at: 0,
    guaranteed: false,
    wseat: [],
    wadomain: [],
    mincpmpersec: 0,
    durfloors: [],
    ...changes,
  };
}

/** A first-price request of a site in the USA, with one banner imp. */
export function requestOf(changes: Changes<BidRequest> = {}): BidRequest {
  return {
    id: 'request-1',
    test: false,
    at: 1,
    tmax: 100,
    cur: ['USD'],
    wseat: [],
    bseat: [],
    wlang: [],
    wlangb: [],
    acat: [],
    bcat: [],
    cattax: 1,
    badv: [],
    bapp: [],
    imps: [impOf()],
    source: { tid: 'tid-1', hasSchain: false, complete: -1, nodes: [] },
    inventory: {
      kind: 'site',
      id: 'site-1',
      domain: 'news.example',
      bundle: '',
      page: 'https://news.example/a',
      publisherId: 'pub-1',
      publisherDomain: 'news.example',
      cat: [],
      venueTypes: [],
    },
    device: {
      ua: 'Mozilla/5.0',
      ip: '203.0.113.7',
      ipv6: '',
      ifa: '',
      limited: false,
      type: 2,
      os: 'Linux',
      language: 'en',
      country: 'USA',
      region: '',
      lat: Number.NaN,
      lon: Number.NaN,
    },
    user: { id: 'user-1', buyeruid: 'buyer-1', eids: [], segments: [], consent: '' },
    regs: { coppa: false, gdpr: 0, gpp: '', gppSid: [], usPrivacy: '', dsaRequired: 0 },
    ...changes,
  };
}

/** A 300 × 250 HTML banner. */
export function creativeOf(changes: Changes<Creative> = {}): Creative {
  return {
    id: 'creative-1',
    format: 'banner',
    adomain: ['acme.example'],
    cat: ['IAB1'],
    cattax: 1,
    attr: [],
    w: 300,
    h: 250,
    duration: 0,
    mime: 'text/html',
    protocol: 0,
    bitrate: 0,
    apis: [],
    btype: 2,
    language: 'en',
    bundle: '',
    assetUrl: 'https://cdn.acme.example/banner.png',
    clickUrl: 'https://acme.example/landing',
    imageUrl: 'https://cdn.acme.example/banner.png',
    native: undefined,
    ...changes,
  };
}

/** A campaign that takes any banner of the test exchange, in flight, without caps. */
export function campaignOf(changes: Changes<DeliveryCampaign> = {}): DeliveryCampaign {
  return {
    id: 'campaign-1',
    account: 'acme/spring/web',
    currency: money(0, 'USD').currency,
    start: NOON,
    end: (NOON + DAY_MS) as EpochMs,
    totalBudget: micros(1_000_000_000),
    dailyBudget: micros(1_000_000_000),
    hourlyLimit: null,
    maxCpm: micros(10_000_000),
    goal: { kind: 'impressions', value: money(5_000, 'USD') },
    frequencyCap: null,
    targeting: {
      countries: [],
      inventory: [],
      domains: [],
      excludedDomains: [],
      deviceTypes: [],
      languages: [],
      segments: [],
    },
    creatives: [creativeOf()],
    seats: { exchange: 'seat-1' },
    openAuction: true,
    dsa: null,
    timeZone: 'UTC',
    ...changes,
  };
}

/** A preferred deal at $8 on the test exchange. */
export function termsOf(changes: Changes<DealTerms> = {}): DealTerms {
  return {
    exchange: 'exchange',
    dealId: 'deal-1',
    type: 'PD',
    campaign: 'campaign-1',
    account: 'acme/spring/web/deal-1',
    reservation: 'book-1',
    cpm: money(8_000_000, 'USD'),
    impressions: 1_000,
    start: NOON,
    end: (NOON + DAY_MS) as EpochMs,
    countries: [],
    format: null,
    publishers: [],
    seat: 'seat-1',
    paused: false,
    ...changes,
  };
}
