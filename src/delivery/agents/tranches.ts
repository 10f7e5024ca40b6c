import { type Micros, micros, sha256 } from '../../kernel/index.ts';
import type { AgentsContext } from '../engine-options.ts';
import type { RunningCampaign } from '../serving/running-campaign.ts';
import { BudgetAgent, type BudgetObservation } from './budget.ts';
import type { Learned } from './guarded.ts';
import { SharedDecision } from './shared-decision.ts';

const HOUR_MS = 3_600_000;
/** Hours that are told apart; a longer flight has no finer plan than its next month. */
const MOST_HOURS = 744;

/** One group's money for one hour: a task that one bidder does for all. */
interface SplitTask {
  readonly group: string;
  readonly hour: number;
}

/** What each campaign of a group may still spend, micros by campaign id. */
type Split = Readonly<Record<string, number>>;

/**
 * The budget agent at work: campaigns below one account compete for what is free on it. Each hour what they may still
 * spend is split anew, so that the last micro brings each the same; by the bidder that has learned from the most hours,
 * for all bidders, so that they do not pull in different directions. A bidder that hears of no split makes its own.
 */
export class Tranches {
  readonly agent: BudgetAgent;
  readonly #campaigns: readonly RunningCampaign[];
  readonly #groups: ReadonlyMap<string, readonly RunningCampaign[]>;
  readonly #context: Pick<AgentsContext, 'clock' | 'random'>;
  readonly #needOf: (campaign: string) => number;
  readonly #shared: SharedDecision<SplitTask, Split>;
  readonly #spentThen: Float64Array;
  readonly #values: Float64Array;
  readonly #deciders = new Map<string, string>();
  #closedHour = -1;

  /** @param needOf micros that a campaign must get at least, as for make-goods. */
  constructor(
    campaigns: readonly RunningCampaign[],
    context: AgentsContext,
    needOf: (campaign: string) => number,
    learned?: Learned<BudgetObservation, readonly Micros[]>,
  ) {
    this.agent = new BudgetAgent(learned === undefined ? {} : { learned });
    this.#campaigns = campaigns;
    this.#context = context;
    this.#needOf = needOf;
    this.#groups = Map.groupBy(
      campaigns,
      ({ campaign }) => `${groupOf(campaign.account)} ${campaign.currency}`,
    );
    this.#spentThen = new Float64Array(campaigns.length);
    this.#values = new Float64Array(campaigns.length);
    this.#shared = new SharedDecision(
      {
        net: 'tranches',
        readTask: readSplitTask,
        readResult: readSplit,
        worth: ({ group }) => this.#hoursKnown(group),
        // Nobody has learned from more hours than the longest memory holds.
        limit: ({ group }) => BudgetAgent.MOST_HOURS * (this.#groups.get(group)?.length ?? 0),
        decide: (task) => this.#decide(task),
      },
      context,
    );
  }

  /** Who split each group's money last, by group; for people who watch. */
  get deciders(): ReadonlyMap<string, string> {
    return this.#deciders;
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

  /** This bidder's own split: what each campaign may still spend in its flight, by index. It takes milliseconds. */
  split(): ReadonlyMap<number, Micros> {
    const parts = new Map<number, Micros>();
    for (const group of this.#groups.values())
      for (const [index, part] of this.#splitGroup(group)) parts.set(index, part);
    return parts;
  }

  /** The split of an hour that all bidders keep to, by index; groups on which nobody decided are split here. */
  async agree(hour: number): Promise<ReadonlyMap<number, Micros>> {
    this.#closeHour(hour);
    const parts = new Map<number, Micros>();
    const splitting = [...this.#groups].map(async ([name, group]) => {
      // Of one campaign there is nothing to decide.
      const agreed =
        group.length < 2
          ? undefined
          : await this.#shared.agree(`${sha256(name).slice(0, 32)}-${hour}`, { group: name, hour });
      const own = this.#splitGroup(group);
      if (agreed !== undefined) this.#deciders.set(name, agreed.by);
      for (const { index, campaign, openSpent } of group) {
        const part = agreed?.decision[campaign.id] ?? own.get(index)!;
        parts.set(index, micros(Math.min(part, Math.max(0, campaign.totalBudget - openSpent))));
      }
    });
    await Promise.all(splitting);
    return parts;
  }

  /** Decides nothing more for others. */
  close(): Promise<void> {
    return this.#shared.close();
  }

  /** Its own clock or another's announcement may be first to say that the hour is over. */
  #closeHour(hour: number): void {
    if (hour <= this.#closedHour) return;
    this.#closedHour = hour;
    this.agent.closeHour();
  }

  #hoursKnown(group: string): number | undefined {
    const campaigns = this.#groups.get(group);
    return campaigns?.reduce((sum, { campaign }) => sum + this.agent.hoursKnown(campaign.id), 0);
  }

  #decide({ group, hour }: SplitTask): Split {
    this.#closeHour(hour);
    const campaigns = this.#groups.get(group)!;
    const parts = this.#splitGroup(campaigns);
    return Object.fromEntries(campaigns.map(({ index, campaign }) => [campaign.id, parts.get(index)!]));
  }

  #splitGroup(group: readonly RunningCampaign[]): ReadonlyMap<number, Micros> {
    const at = this.#context.clock.now();
    const claims = group.map(({ campaign, openSpent }) => {
      const cap = at < campaign.end ? Math.max(0, campaign.totalBudget - openSpent) : 0;
      const least = Math.min(cap, this.#needOf(campaign.id));
      return { id: campaign.id, capMicros: micros(cap), minMicros: micros(least) };
    });
    const last = Math.max(...group.map(({ campaign }) => campaign.end));
    const hours = Math.min(MOST_HOURS, Math.max(1, Math.ceil((last - at) / HOUR_MS)));
    const caps = claims.reduce((sum, { capMicros }) => sum + capMicros, 0);
    const total = micros(Math.max(0, Math.min(caps, group[0]!.groupFree)));
    const weights = new Array<number>(hours).fill(1);
    const tranches = this.agent.tranches(claims, total, weights, this.#context.random);
    return new Map(
      group.map(({ index, campaign }) => {
        const sum = tranches.get(campaign.id)!.reduce((whole, each) => whole + each, 0);
        return [index, micros(sum)];
      }),
    );
  }
}

/** The account above; a root is its own group. */
export function groupOf(account: string): string {
  const end = account.lastIndexOf('/');
  return end < 0 ? account : account.slice(0, end);
}

function readSplitTask(value: unknown): SplitTask {
  const { group, hour } = value as SplitTask;
  if (typeof group !== 'string' || !Number.isSafeInteger(hour)) throw new TypeError('not a split');
  return { group, hour };
}

function readSplit(value: unknown): Split {
  const isSplit =
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every((part) => Number.isSafeInteger(part) && part >= 0);
  if (!isSplit) throw new TypeError('not the parts of a split');
  return value as Split;
}
