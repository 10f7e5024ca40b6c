import { type Clock, type EpochMs, money } from '../kernel/index.ts';
import type { Command, Ledger } from '../ledger/index.ts';
import { calendarOf, dayAccount } from './money/day-account.ts';
import type { Purse } from './money/purse.ts';
import type { OpenBid } from './serving/candidate.ts';
import type { RunningCampaign } from './serving/running-campaign.ts';

/** Keeps each campaign on the account of its present day. */
export class CampaignDays {
  readonly #ledger: Ledger;
  readonly #purse: Purse<OpenBid>;
  readonly #campaigns: readonly RunningCampaign[];
  readonly #clock: Pick<Clock, 'now'>;
  readonly #calendars = new Map<string, (at: EpochMs) => string>();

  constructor(options: {
    readonly ledger: Ledger;
    readonly purse: Purse<OpenBid>;
    readonly campaigns: readonly RunningCampaign[];
    readonly clock: Pick<Clock, 'now'>;
  }) {
    this.#ledger = options.ledger;
    this.#purse = options.purse;
    this.#campaigns = options.campaigns;
    this.#clock = options.clock;
  }

  /**
   * Gives each campaign in flight whose day has turned the account of the new one, opened with the daily budget as its cap: so
   * no restart and no number of bidders spends a day twice. @throws GV_LEDGER_UNAVAILABLE
   */
  async turn(): Promise<void> {
    const now = this.#clock.now();
    const turned = this.#campaigns.flatMap((running) => {
      const { campaign, wallet } = running;
      if (now >= campaign.end) return [];
      const account = dayAccount(campaign.account, this.#calendar(campaign.timeZone)(now));
      return account === wallet.account ? [] : [{ running, account }];
    });
    if (turned.length === 0) return;
    const cause = `bidder:${this.#purse.holder}`;
    const results = await this.#ledger.batch(
      turned.flatMap(({ running: { campaign }, account }): Command[] => {
        const cap = money(campaign.dailyBudget, campaign.currency);
        // An account that is there with another cap is of an earlier plan; the present one holds.
        return [
          { kind: 'open', account, cap, cause },
          { kind: 'setCap', account, cap, cause },
        ];
      }),
    );
    for (const [index, { running, account }] of turned.entries()) {
      const { currency } = running.campaign;
      // Whatever comes next: nothing more is bid on the account of another day, or of no day.
      running.wallet.isRetired = true;
      if (!results[2 * index + 1]!.ok && !(await this.#close(account, cause))) continue;
      running.wallet = this.#purse.wallet({ account, currency, reservation: null });
      running.wallet.isRetired = false;
    }
  }

  /** A day that has used more than its present budget: it gets no more. False when there is no such account. */
  async #close(account: string, cause: string): Promise<boolean> {
    const found = await this.#ledger.account(account);
    if (found === undefined) return false;
    const { currency, reserved, leased, settled } = found;
    await this.#ledger.setCap({ account, cap: money(reserved + leased + settled, currency), cause });
    return true;
  }

  #calendar(timeZone: string): (at: EpochMs) => string {
    let calendar = this.#calendars.get(timeZone);
    if (calendar === undefined) {
      calendar = calendarOf(timeZone);
      this.#calendars.set(timeZone, calendar);
    }
    return calendar;
  }
}
