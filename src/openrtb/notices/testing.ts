import { type EpochMs, money } from '../../kernel/index.ts';
import { macro } from './macros.ts';
import { decodePlainPrice } from './price.ts';
import { type NoticeContextClaims, NoticeSigner, noticeUrl } from './signer.ts';
import type { NoticeConfig, NoticeExchange, NoticeKind } from './types.ts';

/** An exchange that fills in every macro, prices in plain. */
export function plainExchange(name: string): NoticeExchange {
  return {
    name,
    priceMacro: macro('PRICE'),
    decodePrice: decodePlainPrice,
    macros: ['CURRENCY', 'MULTIPLIER', 'LOSS', 'MIN_TO_WIN', 'IMP_TS'],
  };
}

export const CONFIG: NoticeConfig = {
  baseUrl: 'https://n.example.com',
  keys: [new Uint8Array(32).fill(1)],
  exchanges: [plainExchange('north'), plainExchange('south')],
};

export const LEASE: NoticeContextClaims = {
  campaign: 'spring sale',
  account: 'acme/spring/ctv',
  holder: 'bidder-7',
  epoch: 12,
  currency: money(0, 'USD').currency,
  dealId: '',
};

export const NOW = 1_800_000_000_000 as EpochMs;
export const EXPIRES = (NOW + 60_000) as EpochMs;

/** Options of a bid to make notices of; a CPM of 2.50 USD on `north` where nothing else is said. */
export interface SampleBid {
  readonly exchange?: string;
  readonly config?: NoticeConfig;
  readonly bidId?: string;
  readonly capCpmMicros?: number;
  readonly test?: boolean;
  readonly billedBy?: 'bill' | 'imp';
  readonly maxMultiplier?: number;
  readonly claims?: Partial<NoticeContextClaims>;
}

/** The notice URL of a bid, less scheme and host, as it leaves: with its macros. */
export function sampleTarget(kind: NoticeKind, bid: SampleBid = {}): string {
  const config = bid.config ?? CONFIG;
  const exchange = bid.exchange ?? 'north';
  const signer = new NoticeSigner(config);
  const signed = signer
    .context(exchange, { ...LEASE, ...bid.claims })
    .sign(
      bid.bidId ?? 'bid-1',
      bid.capCpmMicros ?? 2_500_000,
      EXPIRES,
      bid.test ?? false,
      bid.billedBy ?? 'bill',
      bid.maxMultiplier,
    );
  return noticeUrl(signer.urls(exchange), kind, signed).slice(config.baseUrl.length);
}
