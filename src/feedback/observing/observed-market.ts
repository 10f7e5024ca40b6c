import { readFunnel } from '../../delivery/index.ts';
import type { OutcomeRecord } from '../../outcomes/index.ts';
import { BidJoin, type BidNews } from './bid-join.ts';
import { ConversionDelays } from './conversion-delays.ts';
import { type CreativeChange, CreativeDrift, type RateChange } from './creative-drift.ts';
import { type CreativePosterior, CreativeRates } from './creative-rates.ts';
import { DriftDetector } from './drift.ts';
import { ExperienceBuffer } from './experience.ts';
import { type PriceLevel, PriceLevels } from './price-levels.ts';
import { Traffic } from './traffic.ts';

const HOUR_MS = 3_600_000;
/** A market says something of a period with so many prices. */
const LEAST_PRICES = 50;

/** Prices that have changed for good. */
export interface PriceDrift {
  /** What they are over what they were, as far as it was seen. */
  readonly factor: number;
  /** Periods since the change began, by the detector's own account. */
  readonly periods: number;
  /** Standard deviation of the factor's logarithm. */
  readonly deviation: number;
}

/** What the market was seen to be. */
export interface MarketReport {
  readonly records: number;
  readonly periods: number;
  readonly prices: readonly PriceLevel[];
  readonly creatives: Readonly<Record<string, readonly CreativePosterior[]>>;
  readonly priceDrift: PriceDrift | null;
  readonly creativeChanges: readonly CreativeChange[];
  readonly leaderChange: RateChange | null;
  /** Records that follow from a bid nobody knows. */
  readonly orphans: number;
}

/**
 * What outcomes tell of the market, over all bidders: prices, click rates, delays, traffic, and what has changed for good.
 * Time is that of the records; a period is the step in which drift is looked for.
 */
export class ObservedMarket {
  readonly join: BidJoin;
  readonly delays = new ConversionDelays();
  readonly creatives = new CreativeRates();
  readonly prices = new PriceLevels();
  readonly traffic = new Traffic();
  readonly experience: ExperienceBuffer;
  readonly #periodMs: number;
  readonly #priceDrift = new DriftDetector();
  /** Mean logarithm of each market’s prices in the first period that told it. */
  readonly #firstPrices = new Map<string, number>();
  readonly #creativeDrift = new CreativeDrift();
  #records = 0;
  #periods = 0;
  #period = -1;
  #paid = 0;
  #driftedAt: number | null = null;

  constructor({ periodMs = HOUR_MS, remembered }: { periodMs?: number; remembered?: number } = {}) {
    this.#periodMs = periodMs;
    this.join = new BidJoin(remembered);
    this.experience = new ExperienceBuffer();
  }

  /** Takes records in the order of the log. */
  take(records: readonly OutcomeRecord[]): void {
    for (const record of records) {
      this.#records += 1;
      const period = Math.floor(record.at / this.#periodMs);
      // Records of several campaigns come a little out of order; a period ends once.
      if (period > this.#period) {
        if (this.#period >= 0) this.#endPeriod();
        this.#period = period;
      }
      const funnel = readFunnel(record);
      if (funnel === undefined) this.join.take(record, (news) => this.#hear(news));
      else this.traffic.counted(funnel.holder, funnel.at, funnel.available);
    }
  }

  /** Micros of all bills, each counted once. */
  get paid(): number {
    return this.#paid;
  }

  /** Periods that have ended. */
  get periods(): number {
    return this.#periods;
  }

  /** Periods since it was first found that something has changed for good; null where nothing has. */
  get periodsSinceDrift(): number | null {
    return this.#driftedAt === null ? null : this.#periods - this.#driftedAt;
  }

  get report(): MarketReport {
    return {
      records: this.#records,
      periods: this.#periods,
      prices: this.prices.levels,
      creatives: Object.fromEntries(
        this.creatives.campaigns.map((campaign) => [campaign, this.creatives.posteriors(campaign)]),
      ),
      priceDrift: this.priceDrift,
      creativeChanges: this.creativeChanges,
      leaderChange: this.leaderChange,
      orphans: this.join.orphans,
    };
  }

  /** By which factor prices have changed for good since the last `restart`; null where they have not. */
  get priceDrift(): PriceDrift | null {
    const { isAlarm, change, since, deviation } = this.#priceDrift.state;
    if (!isAlarm) return null;
    return { factor: Math.exp(change), periods: since, deviation: deviation / Math.sqrt(since) };
  }

  /** By which factor prices of the newest periods differ from what was usual, as far as that is no chance. */
  priceFactorOverLast(periods: number): number {
    return Math.exp(this.#priceDrift.changeOverLast(periods));
  }

  /** Creatives whose click rate has changed for good since then. */
  get creativeChanges(): readonly CreativeChange[] {
    return this.#creativeDrift.changes;
  }

  /** How the click rate of what was best in each campaign has changed for good; null where it has not. */
  get leaderChange(): RateChange | null {
    return this.#creativeDrift.leaders;
  }

  /** What is seen from now on is what is usual. */
  restart(): void {
    this.#priceDrift.restart();
    this.#creativeDrift.restart();
    this.#driftedAt = null;
  }

  #hear({ kind, joined, micros, at }: BidNews): void {
    const { bid } = joined;
    const { campaign, creative, choice } = bid;
    if ((kind === 'won' || kind === 'lost') && bid.deal === '')
      this.prices.ended(choice?.market ?? bid.exchange, kind === 'won', joined.toBeat);
    if (kind === 'billed') {
      this.#paid += micros;
      if (joined.toBeat === null && bid.deal === '')
        this.prices.ended(choice?.market ?? bid.exchange, true, null);
      this.creatives.shown(campaign, creative);
    }
    if (kind === 'clicked') {
      this.creatives.clicked(campaign, creative);
      this.delays.clicked(at);
    }
    if (kind === 'converted' && joined.clickedAt !== null) this.delays.converted(at - joined.clickedAt);
    this.experience.hear({ kind, joined, micros, at });
  }

  #endPeriod(): void {
    this.#periods += 1;
    this.#observePrices();
    this.#creativeDrift.observe(this.creatives.endPeriod());
    if (this.priceDrift !== null || this.leaderChange !== null) this.#driftedAt ??= this.#periods;
  }

  /** The mean over markets of how far prices are from where they were first, so that another mix of markets is no drift. */
  #observePrices(): void {
    let [sum, count] = [0, 0];
    for (const [market, { count: told, logMean }] of this.prices.endPeriod()) {
      if (told < LEAST_PRICES) continue;
      const first = this.#firstPrices.get(market) ?? logMean;
      this.#firstPrices.set(market, first);
      sum += logMean - first;
      count += 1;
    }
    if (count > 0) this.#priceDrift.observe(sum / count);
  }
}
