import { type Micros, micros, type RandomStream } from '../../kernel/index.ts';
import type { Agent, Policy } from './agent.ts';
import { fitResponse, MOST_HOURS, ResponseHistory } from './budget-response.ts';
import { allocateTranches, type ResponseCurve, type TrancheNeed } from './budget-tranches.ts';
import { guarded, type Learned } from './guarded.ts';

/** What the budget agent knows when it splits: campaigns of one currency, and what there is for the rest of the day. */
export interface BudgetObservation {
  readonly needs: readonly TrancheNeed[];
  readonly totalMicros: Micros;
}

/** One day of all campaigns, in micros. */
export interface BudgetOutcome {
  readonly valueMicros: number;
  readonly spentMicros: number;
  readonly budgetMicros: number;
}

/** What a micro that was not spent costs the agent: less than any campaign worth running brings with it. */
const UNSPENT_PENALTY = 0.1;

/** The budget agent's reward: the value won in a day, less a tenth of what was left unspent of its budget; in micros. */
export function budgetReward({ valueMicros, spentMicros, budgetMicros }: BudgetOutcome): number {
  return valueMicros - UNSPENT_PENALTY * Math.max(0, budgetMicros - spentMicros);
}

/** Whether a split may be made: a whole part for each, none negative or above its cap, the total spent or all capped. */
export function isValidSplit(parts: readonly number[], { needs, totalMicros }: BudgetObservation): boolean {
  let sum = 0;
  let caps = 0;
  for (const [index, { capMicros }] of needs.entries()) {
    const part = parts[index]!;
    if (!Number.isSafeInteger(part) || part < 0 || part > capMicros) return false;
    sum += part;
    caps += capMicros;
  }
  return parts.length === needs.length && sum === Math.min(totalMicros, caps);
}

/** A campaign that asks the agent for its tranches. */
export interface BudgetClaim {
  readonly id: string;
  /** What is left of its own budget today. */
  readonly capMicros: Micros;
  /** What it must get at least, such as what its guaranteed deals need. */
  readonly minMicros: Micros;
}

/**
 * Share of a proportional part of what leasts leave over, that each gets whatever it brought, so that its curve stays
 * known.
 */
const EXPLORATION_SHARE = 0.05;
/** Value per micro where nothing was won yet: any, as it is the same for all. */
const NEUTRAL_VALUE = 1;

/**
 * Budget allocation: tranches of the day's money, campaign by campaign. It learns what an hour's spend brings in each,
 * and the baseline splits by equal marginal value; a campaign without hours has the average value and a scale as its
 * cap, so with no data money goes in proportion to caps. A learned policy may split instead, guarded. Its campaigns
 * are of one currency. Its reward is `budgetReward`.
 */
export class BudgetAgent implements Agent<BudgetObservation, readonly Micros[], BudgetOutcome> {
  /** The most hours that a campaign's curve is learned from. */
  static readonly MOST_HOURS = MOST_HOURS;
  readonly name = 'budget';
  readonly #histories = new Map<string, ResponseHistory>();
  readonly #policy: Policy<BudgetObservation, readonly Micros[]>;

  constructor(options: { readonly learned?: Learned<BudgetObservation, readonly Micros[]> } = {}) {
    const baseline: Policy<BudgetObservation, readonly Micros[]> = {
      name: 'equal-marginal-value',
      version: '1',
      act: ({ needs, totalMicros }) => allocateTranches(needs, totalMicros),
    };
    this.#policy =
      options.learned === undefined ? baseline : guarded(options.learned, baseline, isValidSplit);
  }

  /** Who decides, and whether it is in quarantine. */
  get policy(): Policy<BudgetObservation, readonly Micros[]> {
    return this.#policy;
  }

  /** The part of each, in the order of `needs`. */
  act(observation: BudgetObservation, random: RandomStream): readonly Micros[] {
    return this.#policy.act(observation, random);
  }

  reward(outcome: BudgetOutcome): number {
    return budgetReward(outcome);
  }

  /** Once a tick: what a campaign spent since the last, and the value it won; in micros. */
  observe(campaign: string, spendMicros: number, valueMicros: number): void {
    let history = this.#histories.get(campaign);
    if (history === undefined) {
      history = new ResponseHistory();
      this.#histories.set(campaign, history);
    }
    history.add(spendMicros, valueMicros);
  }

  /** Hours that a campaign's curve is learned from; at most `MOST_HOURS`. */
  hoursKnown(campaign: string): number {
    return this.#histories.get(campaign)?.hours.length ?? 0;
  }

  /** Once an hour, before `tranches`: the hour that ended becomes a point on each curve. */
  closeHour(): void {
    for (const history of this.#histories.values()) history.close();
  }

  /** Forgets a campaign that ended. */
  forget(campaign: string): void {
    this.#histories.delete(campaign);
  }

  /** What an hour's spend brings in a campaign, as far as it is known; `scaleMicros` is the belief without hours. */
  curve(campaign: string, scaleMicros: number): ResponseCurve {
    return fitResponse(this.#histories.get(campaign)?.hours ?? [], this.#averageValue(), scaleMicros);
  }

  /**
   * The tranches of each campaign for the rest of the day, one for each entry of `hourWeights`, which says how much of
   * the traffic to come is expected in it (negative or no figures count as 0; all 0 is the same each hour). A
   * campaign's tranches sum to its part exactly. With 1 000 campaigns of 48 hours this takes 15 to 60 ms: it belongs
   * to whoever hands out the hour's money, not beside waiting bids.
   */
  tranches(
    claims: readonly BudgetClaim[],
    totalMicros: Micros,
    hourWeights: readonly number[],
    random: RandomStream,
  ): ReadonlyMap<string, readonly Micros[]> {
    const hours = Math.max(1, hourWeights.length);
    const averageValue = this.#averageValue();
    const explored = exploredShare(claims, totalMicros);
    const needs = claims.map(({ id, capMicros, minMicros }): TrancheNeed => {
      const known = this.#histories.get(id)?.hours ?? [];
      const hour = fitResponse(known, averageValue, Math.max(1, capMicros / hours));
      const least = minMicros + Math.floor(explored * Math.max(0, capMicros - minMicros));
      // Over many hours the same money is spread thinner: the curve of an hour, stretched.
      const curve = { valuePerMicro: hour.valuePerMicro, scaleMicros: hour.scaleMicros * hours };
      return { id, capMicros, minMicros: micros(least), curve };
    });
    const parts = this.act({ needs, totalMicros }, random);
    return new Map(claims.map(({ id }, index) => [id, byHour(parts[index]!, hourWeights)]));
  }

  /** Value per micro over all campaigns: what one is believed to bring of which nothing is known. */
  #averageValue(): number {
    let spend = 0;
    let value = 0;
    for (const { hours } of this.#histories.values())
      for (const hour of hours) {
        spend += hour.spend;
        value += hour.value;
      }
    return spend > 0 && value > 0 ? value / spend : NEUTRAL_VALUE;
  }
}

/** The share of its room above its least that each gets for exploration; none when leasts take all there is. */
function exploredShare(claims: readonly BudgetClaim[], totalMicros: Micros): number {
  let room = 0;
  let leasts = 0;
  for (const { capMicros, minMicros } of claims) {
    leasts += Math.min(capMicros, minMicros);
    room += Math.max(0, capMicros - minMicros);
  }
  return room > 0 ? EXPLORATION_SHARE * Math.min(1, Math.max(0, totalMicros - leasts) / room) : 0;
}

/** Whole micros by hour whose sums from the first hour on are the weights' shares, rounded down, and `part` at the end. */
function byHour(part: Micros, hourWeights: readonly number[]): readonly Micros[] {
  if (hourWeights.length === 0) return [part];
  const usable = hourWeights.map((weight) => (weight > 0 && weight < Infinity ? weight : 0));
  const sum = usable.reduce((total, weight) => total + weight, 0);
  const weights = sum > 0 && sum < Infinity ? usable : usable.map(() => 1);
  const all = weights.reduce((total, weight) => total + weight, 0);
  let before = 0;
  let given = 0;
  return weights.map((weight, hour) => {
    before += weight;
    const until = hour === weights.length - 1 ? part : Math.min(part, Math.floor(part * (before / all)));
    const tranche = until - given;
    given = until;
    return micros(tranche);
  });
}
