import type { Currency, EpochMs, Micros } from '../../kernel/index.ts';

/** What a notice URL tells us. The exchange calls the first three, the markup the others. */
export const NOTICE_KINDS = ['win', 'bill', 'loss', 'imp', 'click', 'error'] as const;
/** One of `NOTICE_KINDS`. */
export type NoticeKind = (typeof NOTICE_KINDS)[number];

/** What we signed when we bid. */
export interface NoticeClaims {
  readonly exchange: string;
  readonly bidId: string;
  readonly campaign: string;
  /** Ledger account whose lease covers the bid, with the lease's holder and fencing epoch. */
  readonly account: string;
  readonly holder: string;
  readonly epoch: number;
  /** The bid: a CPM, and the most that this bid can ever cost. */
  readonly capCpmMicros: Micros;
  readonly currency: Currency;
  /** '' in the open auction. */
  readonly dealId: string;
  /** When the reservation may be given up, to the next whole second. Later notices still count, but are late (W8). */
  readonly expiresAt: EpochMs;
  /** The request was a test: nothing may be spent on it (V11). */
  readonly test: boolean;
  /** Which notice spends: `burl` for display, the markup's own pixel for video and where there is no `burl` (W1, B11). */
  readonly billedBy: 'bill' | 'imp';
  /** Most impressions one display may count for (DOOH, W11); 1 elsewhere. */
  readonly maxMultiplier: number;
}

/** An authentic notice. That it is the first of its kind for its bid is for the receiver to check (W2). */
export interface Notice extends NoticeClaims {
  readonly kind: NoticeKind;
  /**
   * Clearing price, a CPM of at most `capCpmMicros` unless this is a loss; `undefined` when the exchange did not say, `audit` when it only
   * rendered the ad for review, which is never spent (W4).
   */
  readonly price: Micros | undefined | 'audit';
  /** Impressions shown by this display; `maxMultiplier` when the exchange did not say. */
  readonly multiplier: number;
  /** OpenRTB loss reason, when given. */
  readonly lossCode: number | undefined;
  /** VAST error code, when given. */
  readonly errorCode: number | undefined;
  /** The creative that the markup names; not signed, so good only if the campaign has it. '' for the exchange's notices. */
  readonly creative: string;
  /** CPM that would have tied (won: the next bid; lost: the winner), when given. */
  readonly minToWin: Micros | undefined;
  /** When the ad was shown, by the exchange's word (DOOH). */
  readonly shownAt: EpochMs | undefined;
  /** When we received it. */
  readonly at: EpochMs;
  /** Whether this is the notice that spends. */
  readonly bills: boolean;
}

/** Why a notice is refused, and whether somebody should look. */
export const NOTICE_REFUSALS = {
  /** Not a notice URL at all. */
  'not-a-notice': { alarm: false },
  /** No such exchange is set up. */
  'unknown-exchange': { alarm: false },
  /** Token or query cannot be read. */
  malformed: { alarm: false },
  /** The signature is not ours, or not for this kind of notice. */
  forged: { alarm: true },
  /** Signed for another exchange. */
  'other-exchange': { alarm: true },
  /** A `${…}` came as it left: the exchange does not fill in our macros (W4). */
  'unsubstituted-macro': { alarm: true },
  'price-above-bid': { alarm: true },
  'price-negative': { alarm: true },
  /** Not a number. */
  'price-invalid': { alarm: true },
  /** An encrypted price whose signature is wrong. */
  'price-unreadable': { alarm: true },
  'other-currency': { alarm: true },
  /** Not a positive number, or more than the request asked for. */
  'multiplier-invalid': { alarm: true },
} as const satisfies Record<string, { readonly alarm: boolean }>;
/** One of `NOTICE_REFUSALS`. */
export type NoticeRefusal = keyof typeof NOTICE_REFUSALS;

/** What reading a notice came to. A refusal has `claims` when the signature was ours, to hold the money in question. */
export type NoticeResult =
  | { readonly ok: true; readonly notice: Notice }
  | {
      readonly ok: false;
      readonly reason: NoticeRefusal;
      readonly alarm: boolean;
      readonly claims: NoticeClaims | undefined;
    };

/** A price out of a notice, in CPM micros rounded up, or what is wrong with it. */
export type PriceDecoder = (text: string) => Micros | 'price-negative' | 'price-invalid' | 'price-unreadable';

/** How one exchange calls us. */
export interface NoticeExchange {
  /** Stands in the URL: letters, digits and hyphens. */
  readonly name: string;
  /** The text that the exchange replaces with the price, such as `${AUCTION_PRICE}`. */
  readonly priceMacro: string;
  readonly decodePrice: PriceDecoder;
  /** Macros beyond the price that it fills in; one that it does not know would come back unsubstituted. */
  readonly macros: readonly ('CURRENCY' | 'MULTIPLIER' | 'LOSS' | 'MIN_TO_WIN' | 'IMP_TS')[];
}

/** What signing and reading must agree on. */
export interface NoticeConfig {
  /** Where notices arrive: `https://host`, no path. */
  readonly baseUrl: string;
  /** Secrets of at least 32 bytes. The first signs; all are accepted, so a key can be replaced while notices are due. */
  readonly keys: readonly Uint8Array[];
  readonly exchanges: readonly NoticeExchange[];
}
