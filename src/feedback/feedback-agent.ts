import type { MarketShift } from '../adauction/index.ts';
import type { OutcomeConsumer } from '../outcomes/index.ts';
import { ObservedMarket } from './observing/observed-market.ts';

/** Records of a poll. */
const BATCH = 20_000;
/** After something was found to have changed, so many periods are watched to say by how much. */
const CALIBRATION_PERIODS = 2;
/** No factor that is found is believed beyond these. */
const LEAST_FACTOR = 0.1;
const MOST_FACTOR = 10;

/** The market as it was when the simulator's scenario was made. */
const UNCHANGED: MarketShift = { prices: 1, best: 1 };

/** Why the agents should be trained anew. */
export interface RetrainingReason {
  readonly why: 'drift' | 'schedule';
  /** For people: what was found. */
  readonly says: string;
  /** The market to train for. */
  readonly shift: MarketShift;
}

/**
 * Watches what becomes of decisions, and says when the agents should be trained anew, and for which market: when prices or
 * what was best among the creatives have changed for good, or on schedule.
 */
export class FeedbackAgent {
  readonly market: ObservedMarket;
  readonly #consumer: OutcomeConsumer;
  readonly #everyPeriods: number | null;
  /** The market that the present policy was trained for. */
  #trainedFor: MarketShift = UNCHANGED;
  #trainedAt = 0;

  /**
   * @param consumer of a log, from its start: what is known is in memory.
   * @param everyPeriods trains anew after so many periods, whatever is found; null for never.
   */
  constructor(options: {
    readonly consumer: OutcomeConsumer;
    readonly periodMs?: number;
    readonly everyPeriods?: number | null;
  }) {
    this.#consumer = options.consumer;
    this.market = new ObservedMarket(options.periodMs === undefined ? {} : { periodMs: options.periodMs });
    this.#everyPeriods = options.everyPeriods ?? null;
  }

  /** Takes up what has come, waiting `waitMs` for the first record; returns how many. @throws GV_OUTCOMES_UNAVAILABLE */
  async read(waitMs = 0): Promise<number> {
    let count = 0;
    for (let wait = waitMs; ; wait = 0) {
      const entries = await this.#consumer.poll({ max: BATCH, waitMs: wait });
      if (entries.length === 0) break;
      this.market.take(entries.map(({ record }) => record));
      count += entries.length;
    }
    if (count > 0) await this.#consumer.commit();
    return count;
  }

  /** Why to train anew now; null while there is no reason, or it is too early to say what has changed. */
  get reason(): RetrainingReason | null {
    const { periods, periodsSinceDrift } = this.market;
    if ((periodsSinceDrift ?? 0) >= CALIBRATION_PERIODS)
      return { why: 'drift', says: this.#found().join('; '), shift: this.shift };
    if (this.#everyPeriods === null || periods - this.#trainedAt < this.#everyPeriods) return null;
    return { why: 'schedule', says: `${periods - this.#trainedAt} periods have passed`, shift: this.shift };
  }

  /** The market as it is found to be, over what it was when the scenario was made. */
  get shift(): MarketShift {
    const { priceDrift, leaderChange } = this.market;
    // What one thing has told the time of, the other is measured over, too.
    const prices = priceDrift?.factor ?? this.market.priceFactorOverLast(leaderChange?.periods ?? 0);
    const best = leaderChange === null ? 1 : leaderChange.clicked / Math.max(1, leaderChange.expected);
    return {
      prices: bounded(this.#trainedFor.prices * prices),
      best: bounded(this.#trainedFor.best * best),
    };
  }

  /** A policy for that market is trained, promoted or not: what comes now is what is usual. */
  trainedFor(shift: MarketShift): void {
    this.#trainedFor = shift;
    this.#trainedAt = this.market.periods;
    this.market.restart();
  }

  close(): Promise<void> {
    return this.#consumer.close();
  }

  #found(): readonly string[] {
    const { priceDrift, leaderChange } = this.market;
    const found: string[] = [];
    if (priceDrift !== null) {
      const { factor, deviation } = priceDrift;
      const range = [-1.96, 1.96].map((z) => (factor * Math.exp(z * deviation)).toFixed(2)).join(' … ');
      found.push(`prices × ${factor.toFixed(2)} (${range})`);
    } else if (leaderChange !== null) {
      const factor = this.market.priceFactorOverLast(leaderChange.periods);
      found.push(`prices × ${factor.toFixed(2)} since then`);
    }
    if (leaderChange !== null) {
      const { clicked, expected } = leaderChange;
      found.push(`the best creatives are clicked ${clicked} times where ${expected.toFixed(0)} were usual`);
    }
    return found;
  }
}

function bounded(factor: number): number {
  return Math.min(MOST_FACTOR, Math.max(LEAST_FACTOR, factor));
}
