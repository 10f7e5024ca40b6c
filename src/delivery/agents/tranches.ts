import { type Micros, micros, sha256 } from '../../kernel/index.ts';
import type { AgentsContext } from '../engine-options.ts';
import type { RunningCampaign } from '../serving/running-campaign.ts';
import { BudgetAgent, type BudgetClaim, type BudgetObservation } from './budget.ts';
import type { Learned } from './guarded.ts';
import { SharedDecision } from './shared-decision.ts';
import type { ShareOfMoney } from './team/served-facts.ts';

const HOUR_MS = 3_600_000;
/** Hours that are told apart; a longer flight has no finer plan than its next month. */
const MOST_HOURS = 744;

/** Hours over which what is left is taken to be spent, where a next micro’s value is asked for. */
const MARGIN_HOURS = 8;

/** One group's money for one hour: a task that one bidder does for all. */
interface SplitTask {
  readonly group: string;
  readonly hour: number;
}

/** What each campaign of a group may have spent in all when its flight ends: micros by campaign id. */
type Split = Readonly<Record<string, number>>;

/**
 * The budget agent at work: campaigns below one account compete for what is free on it. Each hour what they may still
 * spend is split anew, so that the last micro brings each the same; by the bidder that has learned from the most hours,
 * for all bidders, so that they do not pull in different directions. A bidder that hears of no split makes its own, of
 * what the ledger says that all have spent: whoever splits, the parts are those of all bidders together.
 */
export class Tranches {
  readonly agent: BudgetAgent;
  readonly #campaigns: readonly RunningCampaign[];
  readonly #groups: ReadonlyMap<string, readonly RunningCampaign[]>;
  readonly #context: Pick<AgentsContext, 'clock' | 'random'>;
  readonly #needOf: (campaign: string) => number;
  readonly #shareFactor: (index: number) => number;
  readonly #shared: SharedDecision<SplitTask, Split>;
  readonly #spentThen: Float64Array;
  readonly #values: Float64Array;
  readonly #deciders = new Map<string, string>();
  /** Our own splits of an hour, where nobody decided for all. */
  readonly #own = new Map<string, { readonly hour: number; readonly split: Split }>();
  #closedHour = -1;

  /**
   * @param needOf micros that a campaign must get on top of its part, as for make-goods.
   * @param shareFactor by which a learned team corrects a campaign’s part, by its index; 1 for none.
   */
  constructor(
    campaigns: readonly RunningCampaign[],
    context: AgentsContext,
    needOf: (campaign: string) => number,
    shareFactor: (index: number) => number,
    learned?: Learned<BudgetObservation, readonly Micros[]>,
  ) {
    this.agent = new BudgetAgent(learned === undefined ? {} : { learned });
    this.#campaigns = campaigns;
    this.#context = context;
    this.#needOf = needOf;
    this.#shareFactor = shareFactor;
    this.#groups = Map.groupBy(campaigns, ({ campaign: { account, currency } }) =>
      groupName(account, currency),
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

  /** This bidder's own split: what each campaign may have spent when its flight ends, by index. It takes milliseconds. */
  split(): ReadonlyMap<number, Micros> {
    return this.#byIndex((_name, group) => this.#splitGroup(group));
  }

  /** The split of an hour where no other bidder is. */
  splitAlone(hour: number): ReadonlyMap<number, Micros> {
    this.#closeHour(hour);
    return this.split();
  }

  /**
   * The split of an hour that all bidders keep to, by index; groups on which nobody decided are split here, once an
   * hour. Asked again in the same hour it gives what stands by then.
   */
  async agree(hour: number): Promise<ReadonlyMap<number, Micros>> {
    this.#closeHour(hour);
    const agreed = new Map<string, Split>();
    const agreeing = [...this.#groups].map(async ([name, group]) => {
      // Of one campaign there is nothing to decide.
      if (group.length < 2) return;
      const found = await this.#shared.agree(sha256(name).slice(0, 32), hour, { group: name, hour });
      if (found === undefined) this.#deciders.delete(name);
      else {
        this.#deciders.set(name, found.by);
        agreed.set(name, found.decision);
      }
    });
    await Promise.all(agreeing);
    return this.#byIndex((name, group) => agreed.get(name) ?? this.#ownSplit(name, group, hour));
  }

  /** How a campaign stands among those that share its money; `partOf` says what each may have spent in all. */
  standing(index: number, partOf: (index: number) => number): ShareOfMoney {
    const { account, currency } = this.#campaigns[index]!.campaign;
    const group = this.#groups.get(groupName(account, currency))!;
    const left = (each: RunningCampaign) => Math.max(0, partOf(each.index) - each.openSpent);
    const whole = sum(group.map(left));
    const margin = (each: RunningCampaign) => {
      const { valuePerMicro, scaleMicros } = this.agent.curve(each.campaign.id, Math.max(1, whole));
      return Math.log(valuePerMicro) - left(each) / (scaleMicros * MARGIN_HOURS);
    };
    const own = this.#campaigns[index]!;
    return {
      part: partOf(index),
      share: whole > 0 ? left(own) / whole : 1 / group.length,
      siblings: group.length,
      marginal: margin(own) - sum(group.map(margin)) / group.length,
    };
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
    return this.#splitGroup(this.#groups.get(group)!);
  }

  #ownSplit(name: string, group: readonly RunningCampaign[], hour: number): Split {
    let own = this.#own.get(name);
    if (own?.hour !== hour) {
      own = { hour, split: this.#splitGroup(group) };
      this.#own.set(name, own);
    }
    return own.split;
  }

  /** No campaign gets more than its own budget, whoever split; one that a split does not name has what it has spent. */
  #byIndex(splitOf: (name: string, group: readonly RunningCampaign[]) => Split): ReadonlyMap<number, Micros> {
    const parts = new Map<number, Micros>();
    for (const [name, group] of this.#groups) {
      const split = splitOf(name, group);
      for (const { index, campaign, openSpent } of group)
        parts.set(index, micros(Math.min(split[campaign.id] ?? openSpent, campaign.totalBudget)));
    }
    return parts;
  }

  /**
   * Split by what the next micro brings; then who makes good for a deal gets what that needs on top, and the others
   * share what is left in the same way.
   */
  #splitGroup(group: readonly RunningCampaign[]): Split {
    const at = this.#context.clock.now();
    const claims = group.map(({ campaign, openSpent }) => {
      const cap = at < campaign.end ? Math.max(0, campaign.totalBudget - openSpent) : 0;
      return { id: campaign.id, capMicros: micros(cap), minMicros: micros(0) };
    });
    const last = Math.max(...group.map(({ campaign }) => campaign.end));
    const hours = Math.min(MOST_HOURS, Math.max(1, Math.ceil((last - at) / HOUR_MS)));
    const caps = sum(claims.map(({ capMicros }) => capMicros));
    const total = Math.max(0, Math.min(caps, group[0]!.groupFree));
    const factors = new Map(group.map(({ index, campaign: { id } }) => [id, this.#shareFactor(index)]));
    const parts = steeredParts(claims, this.#partsOf(claims, total, hours), factors);
    const lifted = liftedParts(claims, parts, (id) => this.#needOf(id));
    const others = claims.filter(({ id }) => !lifted.has(id));
    const rest = total - sum([...lifted.values()]);
    const final = lifted.size === 0 ? parts : this.#partsOf(others, rest, hours);
    return Object.fromEntries(
      group.map(({ campaign: { id }, openSpent }) => [id, openSpent + (lifted.get(id) ?? final.get(id)!)]),
    );
  }

  #partsOf(claims: readonly BudgetClaim[], total: number, hours: number): ReadonlyMap<string, number> {
    const weights = new Array<number>(hours).fill(1);
    const tranches = this.agent.tranches(claims, micros(total), weights, this.#context.random);
    return new Map([...tranches].map(([id, byHour]) => [id, sum(byHour)]));
  }
}

/**
 * Parts times their factors, scaled back to their sum; none is above its cap, and what a cap cuts off goes to those with
 * room, first come first served.
 */
function steeredParts(
  claims: readonly BudgetClaim[],
  parts: ReadonlyMap<string, number>,
  factors: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  if ([...factors.values()].every((factor) => factor === 1)) return parts;
  const total = sum([...parts.values()]);
  const wanted = claims.map(({ id }) => parts.get(id)! * factors.get(id)!);
  const whole = Math.max(1, sum(wanted));
  const steered = claims.map(({ capMicros }, index) =>
    Math.min(capMicros, Math.floor((total * wanted[index]!) / whole)),
  );
  let left = total - sum(steered);
  for (const [index, { capMicros }] of claims.entries()) {
    const more = Math.min(left, capMicros - steered[index]!);
    steered[index]! += more;
    left -= more;
  }
  return new Map(claims.map(({ id }, index) => [id, steered[index]!]));
}

/** What campaigns with a need get: their part and the need, up to their cap and to what the others had. */
function liftedParts(
  claims: readonly BudgetClaim[],
  parts: ReadonlyMap<string, number>,
  needOf: (campaign: string) => number,
): ReadonlyMap<string, number> {
  const needs = claims.flatMap(({ id, capMicros }) => {
    const need = Math.min(needOf(id), capMicros - parts.get(id)!);
    return need > 0 ? [{ id, need }] : [];
  });
  const needy = new Set(needs.map(({ id }) => id));
  const free = sum(claims.map(({ id }) => (needy.has(id) ? 0 : parts.get(id)!)));
  const share = Math.min(1, free / Math.max(1, sum(needs.map(({ need }) => need))));
  return new Map(needs.map(({ id, need }) => [id, parts.get(id)! + Math.floor(need * share)]));
}

function sum(values: readonly number[]): number {
  return values.reduce((whole, each) => whole + each, 0);
}

/** Campaigns below one account and of one currency share its money. */
function groupName(account: string, currency: string): string {
  return `${groupOf(account)} ${currency}`;
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
