import type { CreativePeriod } from './creative-drift.ts';

/** What an exposure keeps of a count after one period: what was long ago tells little of an ad that wears out. */
const KEPT = 0.9;
/** Clicks' worth that the campaign's own rate is for each of its creatives. */
const PRIOR_CLICKS = 5;

/** What is believed of a creative's click rate: a Beta. */
export interface CreativePosterior {
  readonly creative: string;
  readonly alpha: number;
  readonly beta: number;
  /** Mean of the Beta. */
  readonly rate: number;
}

interface Counts {
  shown: number;
  clicked: number;
}

/**
 * Click rates by campaign and creative over all bidders, with the older impressions fading, so that an ad that has worn
 * out shows. A creative's prior is its campaign's rate.
 */
export class CreativeRates {
  readonly #campaigns = new Map<string, Map<string, Counts>>();
  /** Shown and clicked since the last period's end. */
  readonly #period = new Map<string, Counts>();

  shown(campaign: string, creative: string): void {
    this.#counts(campaign, creative).shown += 1;
    counted(this.#period, `${campaign}\n${creative}`).shown += 1;
  }

  clicked(campaign: string, creative: string): void {
    this.#counts(campaign, creative).clicked += 1;
    counted(this.#period, `${campaign}\n${creative}`).clicked += 1;
  }

  /** What is believed of a campaign's creatives. */
  posteriors(campaign: string): readonly CreativePosterior[] {
    const creatives = this.#campaigns.get(campaign) ?? new Map<string, Counts>();
    let [shown, clicked] = [0, 0];
    for (const counts of creatives.values()) {
      shown += counts.shown;
      clicked += counts.clicked;
    }
    const rate = (clicked + 1) / (shown + 100);
    return [...creatives].map(([creative, counts]) => {
      const alpha = PRIOR_CLICKS + counts.clicked;
      const beta = PRIOR_CLICKS / rate - PRIOR_CLICKS + Math.max(0, counts.shown - counts.clicked);
      return { creative, alpha, beta, rate: alpha / (alpha + beta) };
    });
  }

  get campaigns(): readonly string[] {
    return [...this.#campaigns.keys()];
  }

  /** A period ends: counts fade. Returns what was shown and clicked in it, by campaign and creative. */
  endPeriod(): readonly CreativePeriod[] {
    const ended = [...this.#period].map(([key, counts]) => {
      const [campaign = '', creative = ''] = key.split('\n');
      return { campaign, creative, ...counts };
    });
    this.#period.clear();
    for (const creatives of this.#campaigns.values())
      for (const counts of creatives.values()) {
        counts.shown *= KEPT;
        counts.clicked *= KEPT;
      }
    return ended;
  }

  #counts(campaign: string, creative: string): Counts {
    let creatives = this.#campaigns.get(campaign);
    if (creatives === undefined) {
      creatives = new Map();
      this.#campaigns.set(campaign, creatives);
    }
    return counted(creatives, creative);
  }
}

function counted(all: Map<string, Counts>, key: string): Counts {
  let counts = all.get(key);
  if (counts === undefined) {
    counts = { shown: 0, clicked: 0 };
    all.set(key, counts);
  }
  return counts;
}
