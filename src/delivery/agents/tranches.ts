import { type Micros, micros, type RandomStream } from '../../kernel/index.ts';
import type { RunningCampaign } from '../serving/running-campaign.ts';
import type { Policy } from './agent.ts';
import { BudgetAgent, type BudgetObservation } from './budget.ts';

const HOUR_MS = 3_600_000;
/** Hours that are told apart; a longer flight has no finer plan than its next month. */
const MOST_HOURS = 744;

/**
 * The budget agent at work: campaigns below one account compete for what is free on it. Each hour what they may still
 * spend is split anew, so that the last micro brings each the same.
 */
export class Tranches {
  readonly agent: BudgetAgent;
  readonly #campaigns: readonly RunningCampaign[];
  readonly #groups: ReadonlyMap<string, readonly RunningCampaign[]>;
  readonly #spentThen: Float64Array;
  readonly #values: Float64Array;

  constructor(campaigns: readonly RunningCampaign[], learned?: Policy<BudgetObservation, readonly Micros[]>) {
    this.agent = new BudgetAgent(learned === undefined ? {} : { learned });
    this.#campaigns = campaigns;
    this.#groups = Map.groupBy(
      campaigns,
      ({ campaign }) => `${groupOf(campaign.account)} ${campaign.currency}`,
    );
    this.#spentThen = new Float64Array(campaigns.length);
    this.#values = new Float64Array(campaigns.length);
  }

  /** Something of value came of a campaign's spend, in micros. */
  won(campaign: number, valueMicros: number): void {
    this.#values[campaign]! += valueMicros;
  }

  /** Once a tick: what each has spent since the last, and won. */
  observe(): void {
    for (const { index, campaign, openSpent } of this.#campaigns) {
      const spent = Math.max(0, openSpent - this.#spentThen[index]!);
      if (spent > 0 || this.#values[index]! > 0) this.agent.observe(campaign.id, spent, this.#values[index]!);
      this.#spentThen[index] = openSpent;
      this.#values[index] = 0;
    }
  }

  /** Once an hour: what each campaign may still spend in its flight, by its index. It takes milliseconds. */
  split(at: number, random: RandomStream): ReadonlyMap<number, Micros> {
    this.agent.closeHour();
    const parts = new Map<number, Micros>();
    for (const group of this.#groups.values()) {
      const claims = group.map(({ campaign, openSpent }) => ({
        id: campaign.id,
        capMicros: micros(at < campaign.end ? Math.max(0, campaign.totalBudget - openSpent) : 0),
        minMicros: micros(0),
      }));
      const last = Math.max(...group.map(({ campaign }) => campaign.end));
      const hours = Math.min(MOST_HOURS, Math.max(1, Math.ceil((last - at) / HOUR_MS)));
      const caps = claims.reduce((sum, { capMicros }) => sum + capMicros, 0);
      const total = micros(Math.max(0, Math.min(caps, group[0]!.groupFree)));
      const tranches = this.agent.tranches(claims, total, new Array<number>(hours).fill(1), random);
      for (const { index, campaign } of group) {
        const sum = tranches.get(campaign.id)!.reduce((whole, each) => whole + each, 0);
        parts.set(index, micros(sum));
      }
    }
    return parts;
  }
}

/** The account above; a root is its own group. */
export function groupOf(account: string): string {
  const end = account.lastIndexOf('/');
  return end < 0 ? account : account.slice(0, end);
}
