import { assert, type EpochMs } from '../../kernel/index.ts';
import type { HmacStart } from './hmac.ts';
import { type ExchangeKeys, exchangeKeys } from './keys.ts';
import { macro } from './macros.ts';
import { encode64, escapeField } from './token-text.ts';
import type { NoticeClaims, NoticeConfig, NoticeExchange, NoticeKind } from './types.ts';

/** The part of the claims that is the same for many bids. */
export type NoticeContextClaims = Pick<
  NoticeClaims,
  'campaign' | 'account' | 'holder' | 'epoch' | 'currency' | 'dealId'
>;

const BID_ID = /^[A-Za-z0-9-]{1,40}$/;
const mac = new Int32Array(8);

/**
 * Signs the notice URLs of our bids. One HMAC-SHA256 per bid serves all of its URLs: each kind carries its own 64 bits
 * of the code, so a URL that a browser sees cannot be turned into the one that spends. What many bids share is
 * absorbed once (`context`), which leaves two compressions per bid.
 */
export class NoticeSigner {
  readonly #keys: ReadonlyMap<string, ExchangeKeys>;
  readonly #baseUrl: string;

  /** @throws GV_BAD_INPUT when the config is not usable. */
  constructor(config: NoticeConfig) {
    this.#keys = exchangeKeys(config);
    this.#baseUrl = config.baseUrl;
  }

  /** The URLs of one exchange around the token. */
  urls(exchange: string): NoticeUrls {
    return noticeUrls(this.#baseUrl, this.#of(exchange).exchange);
  }

  /** Prepares signing for one exchange, campaign, deal and lease. Some microseconds: keep it as long as the lease. */
  context(exchange: string, claims: NoticeContextClaims): NoticeContext {
    const { id, key } = this.#of(exchange).keys[0]!;
    const { campaign, account, holder, epoch, currency, dealId } = claims;
    assert(Number.isSafeInteger(epoch) && epoch >= 0, `lease epoch ${epoch}`);
    const fields = [id, campaign, account, holder, epoch.toString(36), currency, dealId].map(escapeField);
    const start = `${fields.join('.')}.`;
    return new NoticeContext(start, key.startingWith(start));
  }

  #of(exchange: string): ExchangeKeys {
    const ring = this.#keys.get(exchange);
    assert(ring !== undefined, `exchange ${exchange} has no notice keys`);
    return ring;
  }
}

/** Signs bids of one campaign, deal and lease on one exchange. */
export class NoticeContext {
  readonly #start: string;
  readonly #mac: HmacStart;

  /** @internal use `NoticeSigner.context` */
  constructor(start: string, code: HmacStart) {
    this.#start = start;
    this.#mac = code;
  }

  /**
   * Signs one bid. `bidId` is of letters, digits and hyphens, at most 40, and never used twice; up to 26 are cheapest.
   * `expiresAt` is kept in seconds, rounded up.
   */
  sign(
    bidId: string,
    capCpmMicros: number,
    expiresAt: EpochMs,
    test: boolean,
    billedBy: NoticeClaims['billedBy'],
    maxMultiplier = 1,
  ): SignedNotice {
    assert(
      BID_ID.test(bidId),
      'a bid id of other characters than letters, digits and hyphens, or of over 40',
    );
    assert(Number.isSafeInteger(capCpmMicros) && capCpmMicros >= 0, 'a price cap that is no count of micros');
    const flags = (test ? 1 : 0) | (billedBy === 'imp' ? 2 : 0);
    const many = maxMultiplier === 1 ? '' : escapeField(String(maxMultiplier));
    const end = `${bidId}.${capCpmMicros.toString(36)}.${Math.ceil(expiresAt / 1000).toString(36)}.${flags}.${many}.`;
    this.#mac.finish(end, mac);
    return new SignedNotice(
      this.#start + end,
      encode64(mac[0]!, mac[1]!),
      encode64(mac[2]!, mac[3]!),
      encode64(mac[4]!, mac[5]!),
      encode64(mac[6]!, mac[7]!),
    );
  }
}

/**
 * The tokens of one bid. Win and loss are both the exchange's to tell and share one, as do click and error, which a
 * browser sends and which move no money.
 */
export class SignedNotice {
  readonly #body: string;
  readonly #auction: string;
  readonly #bill: string;
  readonly #imp: string;
  readonly #click: string;

  /** @internal use `NoticeContext.sign` */
  constructor(body: string, auction: string, bill: string, imp: string, click: string) {
    this.#body = body;
    this.#auction = auction;
    this.#bill = bill;
    this.#imp = imp;
    this.#click = click;
  }

  token(kind: NoticeKind): string {
    if (kind === 'bill') return this.#body + this.#bill;
    if (kind === 'imp') return this.#body + this.#imp;
    if (kind === 'click' || kind === 'error') return this.#body + this.#click;
    return this.#body + this.#auction;
  }
}

/** What stands before and after the token in the URLs of an exchange. */
export type NoticeUrls = Readonly<Record<NoticeKind, { readonly before: string; readonly after: string }>>;

/** The whole URL of one notice. */
export function noticeUrl(urls: NoticeUrls, kind: NoticeKind, signed: SignedNotice): string {
  const { before, after } = urls[kind];
  return before + signed.token(kind) + after;
}

/** Only macros of the exchange are asked for, and only where they have a meaning; each is a whole query value. */
function noticeUrls(baseUrl: string, exchange: NoticeExchange): NoticeUrls {
  const has = (name: NoticeExchange['macros'][number]) => exchange.macros.includes(name);
  const price = `&p=${exchange.priceMacro}`;
  const currency = has('CURRENCY') ? `&c=${macro('CURRENCY')}` : '';
  const shown =
    (has('MULTIPLIER') ? `&m=${macro('MULTIPLIER')}` : '') + (has('IMP_TS') ? `&i=${macro('IMP_TS')}` : '');
  const tie = has('MIN_TO_WIN') ? `&w=${macro('MIN_TO_WIN')}` : '';
  const loss = has('LOSS') ? `&l=${macro('LOSS')}` : '';
  const url = (kind: NoticeKind, after: string) => ({
    before: `${baseUrl}/n/${kind}/${exchange.name}?t=`,
    after,
  });
  return {
    win: url('win', price + currency + tie),
    bill: url('bill', price + currency + shown),
    loss: url('loss', price + currency + loss + tie),
    imp: url('imp', price + currency + shown),
    click: url('click', ''),
    error: url('error', ''),
  };
}
