import type { Clock } from '../../../kernel/index.ts';
import type { BookedDeal } from '../../deals/deal-book.ts';
import type { RunningCampaign } from '../../serving/running-campaign.ts';
import type { TrafficForecast } from '../pacing-forecast.ts';
import type { FlightPlan } from '../pacing-plan.ts';
import { ServedTeam } from './served-team.ts';
import { FACT } from './team-facts.ts';
import type { TeamPolicy } from './team-policy.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Campaigns that a message names. */
const MOST_SPOKEN_OF = 4;

/** A team for these campaigns; its horizon is a day, or the shortest flight. */
export function servedTeam(
  policy: TeamPolicy,
  campaigns: readonly RunningCampaign[],
  clock: Pick<Clock, 'monotonic'>,
): ServedTeam {
  const flights = campaigns.map(({ campaign: { start, end } }) => end - start);
  const horizonMs = Math.min(DAY_MS, ...flights);
  return new ServedTeam(policy, campaigns.length, horizonMs, () => clock.monotonic());
}

/** The team’s tuning in the units of served agents, whose ticks are shorter than policy ticks. */
export function tunedPace({ policy, tickMs }: ServedTeam): {
  readonly catchUpMs: number;
  readonly bidding: { readonly lambda: number; readonly ratePerSecond: number };
} {
  const { rate, lambda, gain } = policy.tuning;
  return {
    catchUpMs: gain > 0 ? tickMs / gain : Number.MAX_VALUE,
    bidding: { lambda, ratePerSecond: (1_000 * rate) / tickMs },
  };
}

/** How an advertiser’s money stands for one of its campaigns. */
export interface ShareOfMoney {
  /** Micros that it may have spent in all when its flight ends, and its part of what the group may still spend. */
  readonly part: number;
  readonly share: number;
  readonly siblings: number;
  /** Logarithm of the value of the next micro over the mean of the group. */
  readonly marginal: number;
}

/** What of a campaign is not in `TeamSums`. */
export interface ServedNow extends ShareOfMoney {
  readonly at: number;
  readonly running: RunningCampaign;
  readonly plan: FlightPlan;
  readonly forecast: TrafficForecast;
  /** Settled and pending, micros. */
  readonly spent: number;
  readonly lambda: number;
  /** How long the tick was that ended. */
  readonly tickMs: number;
  readonly openness: number;
  /** Impressions that its deals are behind over those agreed, and their money over the campaign’s. */
  readonly dealsBehind: number;
  readonly dealsShare: number;
}

/** Fills the rest of a campaign’s row of facts; its horizon is what is left and gone of its flight, or of its day. */
export function writeServedFacts(facts: Float64Array, offset: number, now: ServedNow): void {
  const { at, running, plan, forecast, spent } = now;
  const { start, end } = running.campaign;
  const hourOfDay = forecast.hourOfWeek(at) % 24;
  const dayStart = at - hourOfDay * HOUR_MS - (at % HOUR_MS);
  const from = Math.max(start, dayStart);
  const to = Math.min(end, dayStart + DAY_MS);
  const before = facts[offset + FACT.spent]!;
  // Days are their own horizon: what was spent before today is no part of it.
  const today = Math.min(spent, from > start ? running.spentToday : spent);
  const planned = today + plan.plannedBy(at) - spent;
  facts[offset + FACT.timeLeft] = to > from ? Math.max(0, (to - at) / (to - from)) : 0;
  facts[offset + FACT.timeOfDay] = (hourOfDay + (at % HOUR_MS) / HOUR_MS) / 24;
  facts[offset + FACT.spent] = today;
  facts[offset + FACT.planned] = Math.max(0, planned);
  facts[offset + FACT.budget] = Math.max(1, Math.max(0, planned) + plan.plannedBetween(at, to));
  facts[offset + FACT.tickSpent] = today >= before ? today - before : today;
  // Of a flight of many days, what the plan has for this one.
  facts[offset + FACT.tranche] = Math.max(
    0,
    Math.min(now.part - running.openSpent, plan.plannedBy(to) - spent),
  );
  facts[offset + FACT.lambda] = now.lambda;
  facts[offset + FACT.trafficLeft] = trafficBetween(forecast, at, to) / trafficBetween(forecast, from, to);
  // Of an hour of which nothing is known, what came is what was expected.
  const expected = forecast.requests(forecast.hourOfWeek(at - now.tickMs / 2));
  facts[offset + FACT.forecast] =
    expected === undefined ? facts[offset + FACT.requests]! : (expected * now.tickMs) / HOUR_MS;
  facts[offset + FACT.share] = now.share;
  facts[offset + FACT.siblings] = now.siblings;
  facts[offset + FACT.marginal] = now.marginal;
  facts[offset + FACT.openness] = now.openness;
  facts[offset + FACT.dealsBehind] = now.dealsBehind;
  facts[offset + FACT.dealsShare] = now.dealsShare;
}

/** Traffic that is expected between two times, in mean hours; never 0. */
function trafficBetween(forecast: TrafficForecast, from: number, to: number): number {
  let sum = 1e-9;
  for (let at = from; at < to; ) {
    const next = Math.min(to, (Math.floor(at / HOUR_MS) + 1) * HOUR_MS);
    sum += (forecast.weight(forecast.hourOfWeek(at)) * (next - at)) / HOUR_MS;
    at = next;
  }
  return sum;
}

/** How a campaign’s deals stand at a time: how far they are behind an even flight, and how much money they are of all. */
export function dealFacts(
  deals: Iterable<BookedDeal>,
  { campaign: { id, totalBudget } }: RunningCampaign,
  at: number,
): { readonly dealsBehind: number; readonly dealsShare: number } {
  let [missing, agreed, money] = [0, 0, 0];
  for (const { terms, delivered } of deals) {
    const { campaign, type, start, end, impressions, cpm } = terms;
    if (campaign !== id || type === 'PA') continue;
    const elapsed = Math.min(1, Math.max(0, (at - start) / Math.max(1, end - start)));
    missing += Math.max(0, impressions * elapsed - delivered);
    agreed += impressions;
    money += (impressions * cpm.amountMicros) / 1_000;
  }
  return {
    dealsBehind: agreed > 0 ? missing / agreed : 0,
    dealsShare: money / Math.max(1, money + totalBudget),
  };
}

/** What the team is, and by what it corrects the first campaigns. */
export function spokenTeam({ policy, quarantined, factors }: ServedTeam): string {
  const { scenario, seed, days } = policy.provenance;
  const of = `trained on ${days} days of ${scenario}, seed ${seed}`;
  if (quarantined !== null) return `${of}; in quarantine: ${quarantined}`;
  const bids = [...factors.bid.subarray(0, MOST_SPOKEN_OF)].map((factor) => factor.toFixed(2));
  return `${of}; worths times ${bids.join(', ')}`;
}
