import type { AdFormat } from '../traffic/options.ts';
import type { WireDeal, WireImp } from '../wire.ts';
import type { Violation } from './rules.ts';

/** A bid as the exchange understood it. */
export interface CheckedBid {
  readonly id: string;
  readonly imp: WireImp;
  readonly deal: WireDeal | undefined;
  readonly seat: string;
  /** CPM micros of `currency`. */
  readonly price: number;
  readonly currency: string;
  readonly format: AdFormat;
  /** Seconds, 0 for display. */
  readonly seconds: number;
  readonly campaign: string;
  readonly creative: string;
  readonly adId: string;
  readonly adomain: readonly string[];
  /** `BidResponse.bidid`, for the macro. */
  readonly responseBidId: string;
  readonly adm: string;
  readonly nurl: string;
  readonly burl: string;
  readonly lurl: string;
  readonly impressionUrls: readonly string[];
  readonly clickUrls: readonly string[];
  /** 0 when it may take part, else the loss reason under which it is thrown out. */
  readonly loss: number;
}

/** A response after inspection. `bids` has thrown-out ones too: they get a loss notice. */
export interface CheckedResponse {
  readonly kind: 'no-bid' | 'bids' | 'malformed';
  readonly bids: readonly CheckedBid[];
  readonly violations: readonly Violation[];
}
