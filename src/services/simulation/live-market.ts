import { AdAuction, type DayMetrics, type Scenario } from '../../adauction/index.ts';
import type { MixedTeam } from '../../feedback/index.ts';
import { money } from '../../kernel/index.ts';
import type { Ledger } from '../../ledger/index.ts';
import type { OutcomeLog, OutcomeRecord } from '../../outcomes/index.ts';

const ADVERTISERS = 4;
const CAMPAIGNS_OF_ADVERTISER = 3;
const CURRENCY = 'USD';
/** Records of one write. */
const BATCH = 20_000;
/** The world that the days are of; training has another. */
const WORLD = 2;

/** A market that goes on, day after day. */
export interface LiveMarketOptions {
  readonly ledger: Ledger;
  readonly log: Pick<OutcomeLog, 'append'>;
  readonly team: MixedTeam;
}

/** What a day brought. */
export interface LiveDay {
  readonly day: number;
  readonly metrics: DayMetrics;
  readonly records: number;
  /** Micros that the day’s bills came to, by the records. */
  readonly billed: number;
  /** Expected value less cost, micros, by advertiser. */
  readonly values: readonly number[];
}

/**
 * A market of AdAuction that goes on: each day impression by impression through the agents that serve, corrected by a team;
 * what they decide and what becomes of it goes to an outcome log, and what they pay out of accounts of a ledger, one for
 * each advertiser and day, below one cap.
 */
export class LiveMarket {
  readonly #options: LiveMarketOptions;
  /** Conversions of clicks of days that are over. */
  #later: OutcomeRecord[] = [];
  #isOpen = false;

  constructor(options: LiveMarketOptions) {
    this.#options = options;
  }

  /** Plays one day of a scenario. @throws as ledger and log do; the day’s money is then still reserved. */
  async play(scenario: Scenario, day: number): Promise<LiveDay> {
    const heard: OutcomeRecord[] = [];
    const { team, log } = this.#options;
    let metrics: DayMetrics | undefined;
    const env = new AdAuction({
      scenario,
      seed: WORLD,
      episodes: 1,
      tuning: team.incumbent.tuning,
      fidelity: 'exact',
      outcomes: (record) => heard.push(record),
    });
    env.onDay = (of) => {
      metrics = of;
    };
    env.begin(day, 0);
    const values = new Array<number>(ADVERTISERS).fill(0);
    for (let tick = 0; tick < env.episodeSteps; tick += 1) {
      team.act(env, tick);
      env.step();
      for (let advertiser = 0; advertiser < ADVERTISERS; advertiser += 1)
        values[advertiser]! += env.surplusOf(advertiser);
    }
    const billed = await this.#settle(day, heard);
    const records = this.#inOrder(heard);
    for (let from = 0; from < records.length; from += BATCH)
      await log.append(records.slice(from, from + BATCH));
    return { day, metrics: metrics!, records: records.length, billed, values };
  }

  /** The day’s records by time, conversions when they come. */
  #inOrder(heard: readonly OutcomeRecord[]): readonly OutcomeRecord[] {
    let end = 0;
    for (const { kind, at } of heard) if (kind !== 'conversion' && at > end) end = at;
    const all = [...this.#later, ...heard];
    this.#later = all.filter(({ at }) => at > end);
    return all.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
  }

  /** What each advertiser’s bills of the day come to is reserved, settled, and in the books for good. */
  async #settle(day: number, heard: readonly OutcomeRecord[]): Promise<number> {
    const { ledger } = this.#options;
    const sums = new Array<number>(ADVERTISERS).fill(0);
    for (const record of heard)
      if (record.kind === 'billing')
        sums[Math.floor(Number(record.campaign.slice(1)) / CAMPAIGNS_OF_ADVERTISER)]! +=
          record.cost.amountMicros;
    const cause = `day:${day}`;
    await this.#open();
    for (const [advertiser, micros] of sums.entries()) {
      if (micros === 0) continue;
      const amount = money(micros, CURRENCY);
      const id = `day:${day}:a${advertiser}`;
      await ledger.reserve({ id, account: `live/a${advertiser}`, amount, memo: '', cause });
      await ledger.settle({ id, amount, cause });
    }
    return sums.reduce((sum, micros) => sum + micros, 0);
  }

  async #open(): Promise<void> {
    if (this.#isOpen) return;
    const cap = money(MOST_MICROS, CURRENCY);
    const names = ['live', ...Array.from({ length: ADVERTISERS }, (_, index) => `live/a${index}`)];
    for (const account of names) await this.#options.ledger.open({ account, cap, cause: 'demo' });
    this.#isOpen = true;
  }
}

/** A million dollars: more than a demo spends. */
const MOST_MICROS = 1e12;
