import { type Clock, GavotteError, STEPS, type StepMessage, UNHEARD } from '../kernel/index.ts';
import { BucketCounts } from './bucket-counts.ts';
import type { Scrape } from './scrape.ts';

interface Seller {
  readonly seconds: BucketCounts;
  readonly failures: Map<string, number>;
  isLeftAlone: boolean;
}

/** Counts the calls that this process makes of sellers, by the URL of each: how long, how they failed, who is left alone. */
export class SellerMetrics {
  readonly #clock: Clock;
  readonly #sellers = new Map<string, Seller>();
  readonly #started = new WeakMap<StepMessage, number>();
  readonly #heard = {
    ...UNHEARD,
    start: (message: StepMessage) => void this.#started.set(message, this.#clock.monotonic()),
    asyncEnd: (message: StepMessage) => this.#ended(message),
  };

  /** Counts from now on, until `close`. */
  constructor(clock: Clock) {
    this.#clock = clock;
    STEPS.sellerCall.channel.subscribe(this.#heard);
  }

  /** Says what was counted. */
  publish(scrape: Scrape): void {
    for (const [seller, { seconds, failures, isLeftAlone }] of this.#sellers) {
      scrape.addHistogram('gavotte_seller_call_seconds', { seller }, seconds);
      for (const [code, count] of failures)
        scrape.add('gavotte_seller_failures_total', { seller, code }, count);
      scrape.add('gavotte_seller_breaker_open', { seller }, isLeftAlone ? 1 : 0);
    }
  }

  close(): void {
    STEPS.sellerCall.channel.unsubscribe(this.#heard);
  }

  #ended(message: StepMessage): void {
    const startedAt = this.#started.get(message);
    if (startedAt === undefined) return;
    const seller = this.#of(`${message.facts.seller}`);
    const code = 'error' in message ? GavotteError.from(message.error).code : '';
    if (code !== '') seller.failures.set(code, (seller.failures.get(code) ?? 0) + 1);
    seller.isLeftAlone = code === 'GV_BREAKER_OPEN';
    // One that was not made took no time.
    if (!seller.isLeftAlone) seller.seconds.observe((this.#clock.monotonic() - startedAt) / 1000);
  }

  #of(name: string): Seller {
    let seller = this.#sellers.get(name);
    if (seller === undefined) {
      seller = {
        seconds: new BucketCounts('gavotte_seller_call_seconds'),
        failures: new Map(),
        isLeftAlone: false,
      };
      this.#sellers.set(name, seller);
    }
    return seller;
  }
}
