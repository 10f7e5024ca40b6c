import type { EpochMs, Money } from '../../kernel/index.ts';
import type { WireRequest } from '../wire.ts';

/** Where an ad would show; `ctv` is an app on a television. */
export type PlaceKind = 'site' | 'app' | 'ctv' | 'dooh';
/** What an imp asks for. */
export type AdFormat = 'banner' | 'video' | 'audio' | 'native';

/** One exchange: the name by which we know it, and how it trades. */
export interface TrafficExchange {
  readonly name: string;
  /** Its domain: the last node of every supply chain (S2). */
  readonly domain: string;
  /** Auction type of its open auction: 1 first price, 2 second price. */
  readonly at: 1 | 2;
  /** What may be bid in, the first preferred. Empty sends no `cur`, which means USD. */
  readonly currencies: readonly string[];
  readonly tmaxMs: number;
  /** Our seats there; requests that restrict seats mostly list one of them. */
  readonly seats: readonly string[];
}

/** A deal that the exchange sells us; `DealTerms` of the delivery room have this form. */
export interface ExchangeDeal {
  readonly exchange: string;
  readonly dealId: string;
  readonly type: 'PG' | 'PD' | 'PA';
  /** Agreed CPM; for PA the floor. */
  readonly cpm: Money;
  /** First and last moment at which it is offered. */
  readonly start: EpochMs;
  readonly end: EpochMs;
  /** ISO 3166-1 alpha-3; empty means any. */
  readonly countries: readonly string[];
  readonly format: AdFormat | null;
  /** Publisher ids, domains or bundles; empty means any. */
  readonly publishers: readonly string[];
  readonly seat: string;
}

/** Shares between 0 and 1 of what the traffic holds, and weights of kinds of places. */
export interface TrafficMix {
  readonly places: Readonly<Record<PlaceKind, number>>;
  /** Requests that carry one of the given deals. */
  readonly deals: number;
  /** Of those, requests that contradict the deal's terms (D11). */
  readonly offTerms: number;
  /** Requests with a deal that nobody booked (D12). */
  readonly unknownDeals: number;
  /** Requests with `test: 1`. */
  readonly test: number;
  /** Requests that list seats. */
  readonly seatLists: number;
  /** Of those, lists without our seat. */
  readonly foreignSeats: number;
}

/** The mix where nothing else is asked for. */
export const DEFAULT_MIX: TrafficMix = {
  places: { site: 0.5, app: 0.3, ctv: 0.15, dooh: 0.05 },
  deals: 0.3,
  offTerms: 0.02,
  unknownDeals: 0.06,
  test: 0.005,
  seatLists: 0.1,
  foreignSeats: 0.2,
};

/** The exchange that is there when none is given. */
export const DEFAULT_EXCHANGE: TrafficExchange = {
  name: 'north',
  domain: 'north-exchange.example',
  at: 1,
  currencies: ['USD'],
  tmaxMs: 120,
  seats: [],
};

/** What traffic to make. */
export interface TrafficOptions {
  readonly seed: number | string;
  /** Requests are spread evenly over them. @defaultValue one, `DEFAULT_EXCHANGE` */
  readonly exchanges?: readonly TrafficExchange[];
  readonly deals?: readonly ExchangeDeal[];
  /** People behind the traffic; a few of them see most of it. @defaultValue 10000 */
  readonly users?: number;
  readonly mix?: Partial<TrafficMix>;
}

/** One request, with what only the exchange knows of it. */
export interface TrafficRequest {
  readonly n: number;
  readonly exchange: TrafficExchange;
  readonly time: EpochMs;
  readonly wire: WireRequest;
  /** `wire` as JSON, in UTF-8. */
  readonly bytes: Uint8Array;
  readonly place: PlaceKind;
  readonly country: string;
  /** Who really is there, whatever the request may say of it. */
  readonly person: { readonly key: string; readonly segments: readonly string[] };
  /** Deals among those given that its first imp carries on their terms. */
  readonly deals: readonly ExchangeDeal[];
}

/** Requests by number: the n-th depends on the seed, `n` and the time only. */
export interface TrafficSource {
  request(n: number, time: EpochMs): TrafficRequest;
}
