/** Periods that say what a creative's usual rate is, if it was clicked so often in them. */
const REFERENCE = 5;
const LEAST_CLICKS = 30;
/** By chance a series raises an alarm in no more than one of e^7 = 1,100 periods. */
const ALARM = 7;

/** What a creative had in a period. */
export interface CreativePeriod {
  readonly campaign: string;
  readonly creative: string;
  readonly shown: number;
  readonly clicked: number;
}

/** A click rate that is another than it was. */
export interface RateChange {
  /** Periods since the change. */
  readonly periods: number;
  /** Clicks that the impressions since the change would usually have had, and those they had. */
  readonly expected: number;
  readonly clicked: number;
}

/** A creative whose click rate has changed for good. */
export interface CreativeChange extends RateChange {
  readonly campaign: string;
  readonly creative: string;
}

/**
 * Creatives whose click rate has changed for good: sums of likelihood ratios of Poisson counts (Lucas, "Counted data
 * CUSUM's", 1985) for half and for twice the rate of the first five periods, which suits counts however small. Agents stop
 * showing what has worn out, so one creative tells slowly; what was best in each campaign is summed, too, and tells soon.
 */
export class CreativeDrift {
  readonly #series = new Map<string, Series>();
  #leaders = new RateSums();

  /** A period has ended. */
  observe(period: readonly CreativePeriod[]): void {
    let [expected, clicked] = [0, 0];
    const leaders = this.#leadersByCampaign();
    for (const each of period) {
      const series = this.#of(each);
      if (!series.isKnown) {
        series.learn(each);
        continue;
      }
      const usual = each.shown * series.rate;
      series.sums.observe(usual, each.clicked);
      if (leaders.get(each.campaign) !== series) continue;
      expected += usual;
      clicked += each.clicked;
    }
    if (expected > 0) this.#leaders.observe(expected, clicked);
  }

  get changes(): readonly CreativeChange[] {
    return [...this.#series.values()].flatMap(({ campaign, creative, sums }) => {
      const { change } = sums;
      return change === null ? [] : [{ campaign, creative, ...change }];
    });
  }

  /** What was best in each campaign, all together; null where nothing has changed. */
  get leaders(): RateChange | null {
    return this.#leaders.change;
  }

  /** What comes now is what is usual. */
  restart(): void {
    this.#series.clear();
    this.#leaders = new RateSums();
  }

  #of({ campaign, creative }: CreativePeriod): Series {
    const key = `${campaign}\n${creative}`;
    let series = this.#series.get(key);
    if (series === undefined) {
      series = new Series(campaign, creative);
      this.#series.set(key, series);
    }
    return series;
  }

  #leadersByCampaign(): ReadonlyMap<string, Series> {
    const leaders = new Map<string, Series>();
    for (const series of this.#series.values()) {
      const best = leaders.get(series.campaign);
      if (series.isKnown && (best === undefined || series.rate > best.rate))
        leaders.set(series.campaign, series);
    }
    return leaders;
  }
}

/** One creative: its usual rate, and what came since. */
class Series {
  readonly campaign: string;
  readonly creative: string;
  readonly sums = new RateSums();
  #periods = 0;
  #shown = 0;
  #clicks = 0;

  constructor(campaign: string, creative: string) {
    this.campaign = campaign;
    this.creative = creative;
  }

  get isKnown(): boolean {
    return this.#periods >= REFERENCE && this.#clicks >= LEAST_CLICKS;
  }

  get rate(): number {
    return this.#clicks / this.#shown;
  }

  learn({ shown, clicked }: CreativePeriod): void {
    this.#periods += 1;
    this.#shown += shown;
    this.#clicks += clicked;
  }
}

/** Sums for half and for twice the usual rate. */
class RateSums {
  readonly #sides = [new Side(0.5), new Side(2)] as const;
  #alarm: Side | null = null;

  observe(expected: number, clicked: number): void {
    for (const side of this.#sides) side.observe(expected, clicked, this.#alarm !== null);
    this.#alarm ??= this.#sides.find(({ sum }) => sum >= ALARM) ?? null;
  }

  get change(): RateChange | null {
    if (this.#alarm === null) return null;
    const { periods, expected, clicked } = this.#alarm;
    return { periods, expected, clicked };
  }
}

class Side {
  readonly #factor: number;
  sum = 0;
  /** Since the sum last was 0. */
  periods = 0;
  expected = 0;
  clicked = 0;

  constructor(factor: number) {
    this.#factor = factor;
  }

  observe(expected: number, clicked: number, isAlarm: boolean): void {
    if (!isAlarm) {
      const ratio = clicked * Math.log(this.#factor) - expected * (this.#factor - 1);
      this.sum = Math.max(0, this.sum + ratio);
    }
    const isGoing = this.sum > 0;
    this.periods = isGoing ? this.periods + 1 : 0;
    this.expected = isGoing ? this.expected + expected : 0;
    this.clicked = isGoing ? this.clicked + clicked : 0;
  }
}
