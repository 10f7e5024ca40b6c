import type { RandomStream, World } from '../../kernel/index.ts';
import type { Audience } from '../audience/audience.ts';
import { chance, logNormal } from '../draw.ts';
import type { Books, Sale } from './books.ts';
import { auctionValues, type MacroValues } from './macros.ts';
import { ownUrls, type PlannedNotice, planNotice, splicedUrl } from './notices.ts';
import {
  type Conversion,
  DISPLAY_DELAY_MS,
  type ExchangeBidder,
  type ExchangeFaults,
  type SimulateExchangeOptions,
} from './options.ts';
import type { NoticeCall } from './report.ts';

/** How many of the ads that are won get shown. */
const SHOWN_SHARE = 0.93;
/** How long after billing a win notice comes that is out of order. */
const REORDERED_BY_MS = 500;
/** The exchange calls again until it gets 200 or 204, for a minute (§7.8). */
const RETRY_EVERY_MS = 10_000;
const MAX_RETRIES = 6;
/** A click goes on to the advertiser's page. */
const REDIRECT = 302;

/** What the aftermath of auctions needs from the exchange that runs them. */
export interface AftermathParts extends Pick<SimulateExchangeOptions, 'displayDelayMs' | 'onConversion'> {
  readonly world: Pick<World, 'clock'>;
  readonly bidder: Pick<ExchangeBidder, 'notice'>;
  readonly faults: ExchangeFaults;
  readonly books: Books;
  readonly random: RandomStream;
  readonly audience: Audience;
  schedule(afterMs: number, run: () => void): void;
  /** Keeps the run alive until that call has ended. */
  track(work: Promise<void>): void;
}

/** What follows an auction: notices, display, billing, clicks, sales. */
export class Aftermath {
  readonly #parts: AftermathParts;

  constructor(parts: AftermathParts) {
    this.#parts = parts;
  }

  /** Follows one bid to its end. */
  follow(sale: Sale): void {
    const { books, random, faults, displayDelayMs } = this.#parts;
    const { traffic, outcome } = sale;
    const own = random.split(`${traffic.wire.id} ${outcome.bid.id}`);
    books.outcome(sale);
    const values = auctionValues(traffic, outcome);
    this.#maybeSplice(sale, values, own);
    if (outcome.loss !== 0) {
      this.#call('loss', outcome.bid.lurl, values, 10 + own.float() * 50, own);
      return;
    }
    const medianMs = displayDelayMs?.[traffic.place] ?? DISPLAY_DELAY_MS[traffic.place];
    const displayMs = logNormal(own, medianMs, 0.5);
    const reordered = chance(own, faults.reordered);
    const winMs = reordered ? displayMs + REORDERED_BY_MS : Math.min(10 + own.float() * 40, displayMs / 2);
    this.#call('win', outcome.bid.nurl, values, winMs, own, reordered);
    const shown = chance(own, SHOWN_SHARE);
    this.#parts.schedule(displayMs, () => (shown ? this.#show(sale, values, own) : books.notShown()));
  }

  #show(sale: Sale, values: MacroValues, own: RandomStream): void {
    const { books, world } = this.#parts;
    const { bid } = sale.outcome;
    const multiplier = multiplierOf(bid.imp.qty?.multiplier, own);
    const owed = books.impression(sale, multiplier);
    const shownValues = { ...values, MULTIPLIER: String(multiplier), IMP_TS: String(world.clock.now()) };
    let settled = false;
    const onAcknowledged = () => {
      if (!settled) books.acknowledged(sale, owed);
      settled = true;
    };
    this.#call('bill', bid.burl, shownValues, own.float() * 200, own, false, onAcknowledged);
    for (const url of ownUrls(bid, bid.impressionUrls)) {
      // Without a burl the pixel in the markup with the price is the bill (B11).
      const bills = bid.burl === '' && url.includes('AUCTION_PRICE');
      this.#call('imp', url, shownValues, own.float() * 200, own, false, bills ? onAcknowledged : undefined);
    }
    this.#watch(sale, own);
  }

  /** What the person does who sees it. */
  #watch(sale: Sale, own: RandomStream): void {
    const { audience, books, schedule, world, onConversion } = this.#parts;
    const { traffic, outcome } = sale;
    const { bid } = outcome;
    const shown = { creative: bid.creative, format: bid.format, segments: traffic.person.segments };
    const key = `${traffic.wire.id} ${bid.id}`;
    const reaction = audience.show(key, traffic.person.key, shown, world.clock.now());
    const { clickAfterMs, convertAfterMs } = reaction;
    if (clickAfterMs === undefined) return;
    schedule(clickAfterMs, () => {
      const clickedAt = world.clock.now();
      books.click(sale);
      const url = ownUrls(bid, bid.clickUrls)[0];
      if (url !== undefined) this.#call('click', url, {}, 0, own);
      if (convertAfterMs === undefined) return;
      schedule(convertAfterMs - clickAfterMs, () => {
        books.conversion(sale);
        onConversion?.(conversionOf(sale, clickedAt, world.clock.now()));
      });
    });
  }

  /** A billing call made of what was signed for a win or a loss, also for bids that lost. */
  #maybeSplice({ outcome }: Sale, values: MacroValues, own: RandomStream): void {
    if (!chance(own, this.#parts.faults.forged)) return;
    const url = splicedUrl(outcome.bid, { ...values, PRICE: values.PRICE ?? '' });
    if (url === '') return;
    const forged = {
      kind: 'bill',
      url,
      afterMs: own.float() * 2_000,
      faults: ['forged'],
      authentic: false,
    } as const;
    this.#schedule(forged, undefined);
  }

  #call(
    kind: NoticeCall,
    template: string,
    values: MacroValues,
    afterMs: number,
    own: RandomStream,
    reordered = false,
    onAcknowledged?: () => void,
  ): void {
    if (template === '') return;
    for (const notice of planNotice(kind, template, values, afterMs, this.#parts.faults, own)) {
      const faults = reordered && notice.authentic ? [...notice.faults, 'reordered' as const] : notice.faults;
      this.#schedule({ ...notice, faults }, onAcknowledged);
    }
  }

  #schedule(notice: PlannedNotice, onAcknowledged: (() => void) | undefined): void {
    this.#parts.schedule(notice.afterMs, () => {
      if (notice.authentic) this.#parts.books.notice(notice.kind, 'due');
      if (notice.faults.includes('lost')) {
        this.#parts.books.notice(notice.kind, 'undelivered');
        this.#parts.books.fault('lost', 0);
      } else this.#parts.track(this.#attempt(notice, onAcknowledged, 0));
    });
  }

  async #attempt(
    notice: PlannedNotice,
    onAcknowledged: (() => void) | undefined,
    retries: number,
  ): Promise<void> {
    const { bidder, books, schedule } = this.#parts;
    let status = 0;
    try {
      status = await bidder.notice(notice.url);
    } catch {
      // No answer is status 0; the call is made again.
    }
    if (retries === 0) for (const fault of notice.faults) books.fault(fault, status);
    if (status === 200 || status === 204 || (notice.kind === 'click' && status === REDIRECT)) {
      // A copy that arrives tells the bidder as much as the original.
      if (notice.authentic) books.notice(notice.kind, 'acknowledged');
      if (notice.authentic || notice.faults.includes('duplicated')) onAcknowledged?.();
      return;
    }
    if (!notice.authentic) return;
    // Browsers call once; the exchange's servers do not give up so soon.
    const fromServer = notice.kind === 'win' || notice.kind === 'bill' || notice.kind === 'loss';
    if (!fromServer || retries === MAX_RETRIES) {
      books.notice(notice.kind, 'undelivered');
      return;
    }
    schedule(RETRY_EVERY_MS, () => {
      books.notice(notice.kind, 'retried');
      this.#parts.track(this.#attempt(notice, onAcknowledged, retries + 1));
    });
  }
}

/** People who saw one play: mostly what was asked for, sometimes fewer (W11). */
function multiplierOf(asked: number | undefined, own: RandomStream): number {
  if (asked === undefined) return 1;
  return chance(own, 0.7) ? asked : Math.max(0.01, Math.round(asked * (0.5 + own.float() / 2) * 100) / 100);
}

function conversionOf(
  { traffic, outcome: { bid } }: Sale,
  clickedAt: Conversion['clickedAt'],
  at: Conversion['at'],
): Conversion {
  return {
    exchange: traffic.exchange.name,
    bidId: bid.id,
    campaign: bid.campaign,
    creative: bid.creative,
    dealId: bid.deal?.id ?? '',
    clickedAt,
    at,
  };
}
