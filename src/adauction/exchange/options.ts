import type { EpochMs, World } from '../../kernel/index.ts';
import type { Rivals } from '../auction/rivals.ts';
import type { PlaceKind, TrafficOptions } from '../traffic/options.ts';
import type { ExchangeReport } from './report.ts';

/** A bidder as an exchange sees it: bytes in, bytes out, and URLs that can be called. */
export interface ExchangeBidder {
  /**
   * The answer to one request; `null` for 204. What throws or rejects is an error, or, with GV_TIMEOUT, a timeout.
   */
  bid(exchange: string, body: Uint8Array): Uint8Array | null | Promise<Uint8Array | null>;
  /** Calls a notice URL; resolves to the HTTP status, rejects when there is none. */
  notice(url: string): Promise<number>;
}

/** How badly the exchange behaves: each a share of notices, 0 to 1. */
export interface ExchangeFaults {
  /** Sent `lateMs` after its time (a random part of it to one and a half times). */
  readonly late: number;
  readonly lateMs: number;
  /** Sent again, `copies` times within a minute. */
  readonly duplicated: number;
  readonly copies: number;
  /** Win notices that come after billing. */
  readonly reordered: number;
  /** Never sent. */
  readonly lost: number;
  /** Sent beside the true one with a wrong signature, or with that of a notice of another kind. */
  readonly forged: number;
  /** Sent beside the true one with a price that nobody bid, or none. */
  readonly tampered: number;
  /** Renderings for review: every macro is `AUDIT` (§4.4). */
  readonly audit: number;
}

/** An exchange that behaves. */
export const NO_FAULTS: ExchangeFaults = {
  late: 0,
  lateMs: 30_000,
  duplicated: 0,
  copies: 2,
  reordered: 0,
  lost: 0,
  forged: 0,
  tampered: 0,
  audit: 0,
};

/** Time from auction to display, a median in ms; a screen shows what it bought in an hour (§7.9.2.3). */
export const DISPLAY_DELAY_MS: Readonly<Record<PlaceKind, number>> = {
  site: 1_200,
  app: 2_500,
  ctv: 15_000,
  dooh: 3_600_000,
};

/** What exchange to run, for how long, and whom to send its traffic to. */
export interface SimulateExchangeOptions extends TrafficOptions {
  readonly world: Pick<World, 'clock'>;
  readonly bidder: ExchangeBidder;
  /** How long requests are sent; notices follow. */
  readonly seconds: number;
  /** Requests a second, on average; arrivals are random (Poisson), and do not wait for answers. */
  readonly qps: number;
  readonly faults?: Partial<ExchangeFaults>;
  /** Makes traffic follow the hours of the day (UTC). @defaultValue false */
  readonly diurnal?: boolean;
  /** @defaultValue `rivalLandscape` of the seed */
  readonly rivals?: Rivals;
  /** Multiplies click rates. @defaultValue 1 */
  readonly appeal?: number;
  /** Medians in ms. @defaultValue `DISPLAY_DELAY_MS` */
  readonly displayDelayMs?: Partial<Readonly<Record<PlaceKind, number>>>;
  /** How long after the last request notices are still sent; what would come later never happens. @defaultValue 120000 */
  readonly drainMs?: number;
  /** Called every second of its clock. */
  readonly onTick?: (report: ExchangeReport) => void;
  /** Called when somebody buys; exchanges do not tell, advertisers' sites do. */
  readonly onConversion?: (conversion: Conversion) => void;
  /** Ends it early: nothing more is sent. */
  readonly signal?: AbortSignal;
}

/** A sale that followed a click. */
export interface Conversion {
  readonly exchange: string;
  readonly bidId: string;
  readonly campaign: string;
  readonly creative: string;
  readonly dealId: string;
  readonly clickedAt: EpochMs;
  readonly at: EpochMs;
}
