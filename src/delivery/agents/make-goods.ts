import { type Clock, sha256 } from '../../kernel/index.ts';
import type { BookedDeal } from '../deals/deal-book.ts';
import type { AgentsContext } from '../engine-options.ts';
import type { RunningCampaign } from '../serving/running-campaign.ts';
import type { DealTerms } from '../types.ts';
import { type Agreed, SharedDecision } from './shared-decision.ts';
import { groupOf } from './tranches.ts';

/** A deal is behind when it has delivered less than this share of what it should have by now. */
const BEHIND_SHARE = 0.9;
/** And when at least this share of what was agreed is missing: less is chance. */
const LEAST_MISSING = 0.02;

/** Impressions that a deal should have delivered by now and has not, and that nobody has bought instead. */
interface Deficit {
  readonly exchange: string;
  readonly dealId: string;
  readonly campaign: string;
  readonly impressions: number;
  /** Impressions that were bought instead before, for good. */
  readonly boughtBefore: number;
}

/** What one bidder decided on a deficit. */
interface Remedy extends Deficit {
  /** The campaign that buys them, and what a thousand cost it of late. */
  readonly executor: string;
  readonly cpmMicros: number;
  /** What it had spent in the open auction by then, and the share of what it spends on that is for the deal. */
  readonly spentThen: number;
  readonly share: number;
}

/** Who makes good for a deal in the open auction, until the next hour. */
export interface MakeGood {
  readonly exchange: string;
  readonly dealId: string;
  /** Impressions to buy, and those bought so far, also by others in earlier hours. */
  readonly impressions: number;
  readonly bought: number;
  readonly executor: string;
  readonly cpmMicros: number;
  /** The bidder that decided it. */
  readonly decidedBy: string;
}

/** What is known of campaigns here. */
interface Figures {
  /** What a campaign bids of late, CPM micros; 0 when it is not known. */
  levelOf(campaign: string): number;
  /** What it may have spent when its flight ends, by its index; micros. */
  partOf(index: number): number;
}

/**
 * Make-goods: what a guaranteed or preferred deal is behind its flight is bought elsewhere. Once an hour the deficit of
 * each such deal is announced; bidders propose what a campaign of the deal's advertiser could buy in the open auction,
 * and the tranche of the one that is chosen grows by that money, out of the tranches beside it. Never the deal's own
 * money: that stays with the deal, whose seller still owes the impressions, until its flight ends.
 *
 * The executor's spend is for the deal in the proportion in which its tranche grew. What was bought so is no deficit any
 * more: it is carried from each decision to the next, so that no impression is made good twice.
 */
export class MakeGoods {
  readonly #running: ReadonlyMap<string, RunningCampaign>;
  readonly #context: AgentsContext;
  readonly #figures: Figures;
  readonly #shared: SharedDecision<Deficit, Remedy>;
  #hour = -1;

  constructor(campaigns: readonly RunningCampaign[], context: AgentsContext, figures: Figures) {
    this.#running = new Map(campaigns.map((running) => [running.campaign.id, running]));
    this.#context = context;
    this.#figures = figures;
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
    return this.#inForce().map(({ decision, by }) => {
      const { exchange, dealId, impressions, executor, cpmMicros } = decision;
      const bought = this.#boughtOf(decision);
      return { exchange, dealId, impressions, bought, executor, cpmMicros, decidedBy: by };
    });
  }

  /** Micros that a campaign needs for them. */
  needOf(campaign: string): number {
    let need = 0;
    for (const { decision } of this.#inForce())
      if (decision.executor === campaign) need += costOf(decision.impressions, decision.cpmMicros);
    return need;
  }

  /** Who makes good for which deal in an hour, which counts from the epoch; what stands for it already stands. */
  async turn(hour: number): Promise<void> {
    this.#hour = hour;
    const byAdvertiser = Map.groupBy(this.#context.deals.deals, ({ terms }) => {
      const own = this.#running.get(terms.campaign);
      return own === undefined ? '' : groupOf(own.campaign.account);
    });
    // One after another where they compete for the same money, as each takes room from the next.
    const agreeing = [...byAdvertiser.values()].map(async (deals) => {
      for (const deal of deals) await this.#agree(deal, hour);
    });
    await Promise.all(agreeing);
  }

  async #agree({ terms, delivered }: BookedDeal, hour: number): Promise<void> {
    const { exchange, dealId, campaign } = terms;
    const subject = subjectOf(terms);
    const last = this.#shared.last(subject)?.decision;
    const boughtBefore = last === undefined ? 0 : this.#boughtOf(last);
    const impressions = deficitOf(terms, delivered, boughtBefore, this.#context.clock);
    const deficit = { exchange, dealId, campaign, impressions, boughtBefore };
    await this.#shared.agree(subject, hour, impressions === 0 ? undefined : deficit);
  }

  /** Leaves it to others. */
  close(): Promise<void> {
    return this.#shared.close();
  }

  #inForce(): readonly Agreed<Remedy>[] {
    return [...this.#context.deals.deals].flatMap(({ terms }) => {
      const last = this.#shared.last(subjectOf(terms));
      return last?.term === this.#hour ? [last] : [];
    });
  }

  /** Impressions that were bought instead of a deal's: in earlier hours, and of the executor's spend since then. */
  #boughtOf({ executor, spentThen, share, cpmMicros, impressions, boughtBefore }: Remedy): number {
    const spent = Math.max(0, this.#running.get(executor)!.openSpent - spentThen) * share;
    return boughtBefore + Math.min(impressions, Math.floor((spent * 1_000) / cpmMicros));
  }

  /**
   * The campaign under the deal's advertiser that could buy most of a deficit, with money that its tranche and those
   * beside it leave; undefined when none could buy any. A campaign whose whole budget is its tranche can buy no more.
   */
  #best(deficit: Deficit): Remedy | undefined {
    const own = this.#running.get(deficit.campaign)?.campaign;
    if (own === undefined) return undefined;
    const now = this.#context.clock.now();
    const beside = [...this.#running.values()].filter(
      ({ campaign }) =>
        groupOf(campaign.account) === groupOf(own.account) && campaign.currency === own.currency,
    );
    const promised = beside.reduce((sum, { campaign }) => sum + this.needOf(campaign.id), 0);
    const all = beside.flatMap((running): Remedy[] => {
      const { campaign, groupFree } = running;
      if (!campaign.openAuction || now < campaign.start || now >= campaign.end) return [];
      const remedy = this.#remedy(deficit, running, groupFree - promised);
      return remedy.impressions > 0 ? [remedy] : [];
    });
    return all.sort((a, b) => b.impressions - a.impressions || a.cpmMicros - b.cpmMicros)[0];
  }

  /** What a campaign could buy beyond its tranche; `free` is what there is for it and those beside it. */
  #remedy(deficit: Deficit, { index, campaign, openSpent }: RunningCampaign, free: number): Remedy {
    const { id, maxCpm, totalBudget } = campaign;
    const level = this.#figures.levelOf(id);
    const cpmMicros = level > 0 ? Math.min(Math.ceil(level), maxCpm) : maxCpm;
    const part = Math.max(0, this.#figures.partOf(index) - openSpent);
    const money = Math.min(totalBudget - openSpent - this.needOf(id), free) - part;
    const buys = Math.floor((Math.max(0, money) * 1_000) / cpmMicros);
    const impressions = Math.min(deficit.impressions, buys);
    const cost = costOf(impressions, cpmMicros);
    const share = cost > 0 ? cost / (part + cost) : 0;
    return { ...deficit, impressions, executor: id, cpmMicros, spentThen: openSpent, share };
  }

  #read(value: unknown): Remedy {
    const { executor, cpmMicros, spentThen, share } = value as Remedy;
    const deficit = readDeficit(value);
    const isRemedy =
      this.#running.has(executor) && cpmMicros > 0 && spentThen >= 0 && share >= 0 && share <= 1;
    if (!isRemedy) throw new TypeError('not a make-good');
    return { ...deficit, executor, cpmMicros, spentThen, share };
  }
}

function subjectOf({ exchange, dealId }: DealTerms): string {
  return sha256(`${exchange}\n${dealId}`).slice(0, 32);
}

function costOf(impressions: number, cpmMicros: number): number {
  return Math.ceil((impressions * cpmMicros) / 1_000);
}

/** Impressions that a deal is behind its flight, spread evenly; 0 when it is not, or has none to deliver. */
function deficitOf(
  { type, start, end, impressions, paused }: DealTerms,
  delivered: number,
  bought: number,
  clock: Pick<Clock, 'now'>,
): number {
  if (type === 'PA' || paused) return 0;
  const elapsed = (clock.now() - start) / (end - start);
  if (elapsed <= 0 || elapsed >= 1) return 0;
  const due = impressions * elapsed;
  const had = delivered + bought;
  const missing = Math.floor(due - had);
  return had < BEHIND_SHARE * due && missing >= LEAST_MISSING * impressions ? missing : 0;
}

function readDeficit(value: unknown): Deficit {
  const { exchange, dealId, campaign, impressions, boughtBefore } = value as Deficit;
  const texts = [exchange, dealId, campaign].every((each) => typeof each === 'string');
  const counts = Number.isSafeInteger(impressions) && Number.isSafeInteger(boughtBefore);
  if (!texts || !counts || impressions <= 0 || boughtBefore < 0)
    throw new TypeError('not a deficit of a deal');
  return { exchange, dealId, campaign, impressions, boughtBefore };
}
