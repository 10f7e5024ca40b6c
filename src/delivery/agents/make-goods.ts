import { type Clock, sha256 } from '../../kernel/index.ts';
import type { AgentsContext } from '../engine-options.ts';
import type { RunningCampaign } from '../serving/running-campaign.ts';
import type { DealTerms } from '../types.ts';
import { SharedDecision } from './shared-decision.ts';
import { groupOf } from './tranches.ts';

/** A deal is behind when it has delivered less than this share of what it should have by now. */
const BEHIND_SHARE = 0.9;
/** And when at least this share of what was agreed is missing: less is chance. */
const LEAST_MISSING = 0.02;

/** Impressions that a deal should have delivered by now and has not. */
interface Deficit {
  readonly exchange: string;
  readonly dealId: string;
  readonly campaign: string;
  readonly impressions: number;
}

/** What one bidder decided on a deficit. */
interface Remedy extends Deficit {
  /** The campaign that buys them, and what a thousand cost it of late. */
  readonly executor: string;
  readonly cpmMicros: number;
}

/** Who makes good for a deal in the open auction, until the next hour. */
export interface MakeGood extends Remedy {
  /** The bidder that decided it. */
  readonly decidedBy: string;
}

/**
 * Make-goods: what a guaranteed or preferred deal is behind its flight is bought elsewhere. Once an hour the deficit of
 * each such deal is announced; bidders propose what a campaign beside the deal's could buy in the open auction, and the
 * one that is chosen gets at least that money in the hour's tranches. Never the deal's own: that stays with the deal,
 * whose seller still owes the impressions, until its flight ends.
 */
export class MakeGoods {
  readonly #campaigns: readonly RunningCampaign[];
  readonly #context: AgentsContext;
  readonly #levelOf: (campaign: string) => number;
  readonly #shared: SharedDecision<Deficit, Remedy>;
  #agreed: readonly MakeGood[] = [];

  /** @param levelOf what a campaign bids of late, CPM micros; 0 when it is not known. */
  constructor(
    campaigns: readonly RunningCampaign[],
    context: AgentsContext,
    levelOf: (campaign: string) => number,
  ) {
    this.#campaigns = campaigns;
    this.#context = context;
    this.#levelOf = levelOf;
    this.#shared = new SharedDecision(
      {
        net: 'make-good',
        readTask: readDeficit,
        readResult: (value) => this.#read(value),
        worth: (deficit) => this.#best(deficit)?.impressions,
        limit: ({ impressions }) => impressions,
        decide: (deficit) => this.#best(deficit)!,
      },
      context,
    );
  }

  /** What runs in this hour. */
  get agreed(): readonly MakeGood[] {
    return this.#agreed;
  }

  /** Micros that a campaign needs for them. */
  needOf(campaign: string): number {
    let need = 0;
    for (const { executor, impressions, cpmMicros } of this.#agreed)
      if (executor === campaign) need += Math.ceil((impressions * cpmMicros) / 1_000);
    return need;
  }

  /** Once an hour: who makes good for which deal. `hour` counts from the epoch. */
  async turn(hour: number): Promise<void> {
    const deficits = [...this.#context.deals.deals].flatMap(({ terms, delivered }) => {
      const impressions = deficitOf(terms, delivered, this.#context.clock);
      const { exchange, dealId, campaign } = terms;
      return impressions === 0 ? [] : [{ exchange, dealId, campaign, impressions }];
    });
    const found = await Promise.all(
      deficits.map((deficit) => {
        const name = sha256(`${deficit.exchange}\n${deficit.dealId}`).slice(0, 32);
        return this.#shared.agree(`${name}-${hour}`, deficit);
      }),
    );
    this.#agreed = found.flatMap((each) =>
      each === undefined ? [] : [{ ...each.decision, decidedBy: each.by }],
    );
  }

  /** Leaves it to others. */
  close(): Promise<void> {
    return this.#shared.close();
  }

  /** The campaign under the deal's advertiser that could buy most of a deficit; undefined when none could buy any. */
  #best(deficit: Deficit): Remedy | undefined {
    const own = this.#campaigns.find(({ campaign }) => campaign.id === deficit.campaign)?.campaign;
    if (own === undefined) return undefined;
    const now = this.#context.clock.now();
    const all = this.#campaigns.flatMap(({ campaign, openSpent, groupFree }): Remedy[] => {
      const isBeside =
        groupOf(campaign.account) === groupOf(own.account) && campaign.currency === own.currency;
      if (!isBeside || !campaign.openAuction || now < campaign.start || now >= campaign.end) return [];
      const level = this.#levelOf(campaign.id);
      const cpmMicros = level > 0 ? Math.min(Math.ceil(level), campaign.maxCpm) : campaign.maxCpm;
      const money = Math.max(0, Math.min(campaign.totalBudget - openSpent, groupFree));
      const impressions = Math.min(deficit.impressions, Math.floor((money * 1_000) / cpmMicros));
      return impressions > 0 ? [{ ...deficit, impressions, executor: campaign.id, cpmMicros }] : [];
    });
    return all.sort((a, b) => b.impressions - a.impressions || a.cpmMicros - b.cpmMicros)[0];
  }

  #read(value: unknown): Remedy {
    const { executor, cpmMicros } = value as Remedy;
    const deficit = readDeficit(value);
    if (!this.#campaigns.some(({ campaign }) => campaign.id === executor) || !(cpmMicros > 0))
      throw new TypeError('not a make-good');
    return { ...deficit, executor, cpmMicros };
  }
}

/** Impressions that a deal is behind its flight, spread evenly; 0 when it is not, or has none to deliver. */
function deficitOf(
  { type, start, end, impressions, paused }: DealTerms,
  delivered: number,
  clock: Pick<Clock, 'now'>,
): number {
  if (type === 'PA' || paused) return 0;
  const elapsed = (clock.now() - start) / (end - start);
  if (elapsed <= 0 || elapsed >= 1) return 0;
  const due = impressions * elapsed;
  const missing = Math.floor(due - delivered);
  return delivered < BEHIND_SHARE * due && missing >= LEAST_MISSING * impressions ? missing : 0;
}

function readDeficit(value: unknown): Deficit {
  const { exchange, dealId, campaign, impressions } = value as Deficit;
  const texts = [exchange, dealId, campaign].every((each) => typeof each === 'string');
  if (!texts || !Number.isSafeInteger(impressions) || impressions <= 0)
    throw new TypeError('not a deficit of a deal');
  return { exchange, dealId, campaign, impressions };
}
