import type { RandomStream } from '../../kernel/index.ts';
import type { Notice } from '../../openrtb/index.ts';
import type { AgentsContext, EngineAgents } from '../engine.ts';
import type { OpenBid } from '../serving/candidate.ts';
import type { RunningCampaign } from '../serving/running-campaign.ts';
import type { ChoiceContext, CreativeChoice, PriceOffer } from './bid-agents.ts';
import { BiddingAgent } from './bidding.ts';
import { CreativeAgent } from './creative.ts';
import { PacingAgent } from './pacing.ts';
import { admits } from './pacing-admits.ts';
import { TrafficForecast } from './pacing-forecast.ts';
import { FlightPlan } from './pacing-plan.ts';

const HOUR_MS = 3_600_000;

/** The pacing side of one campaign. */
interface Plan {
  readonly forecast: TrafficForecast;
  readonly plan: FlightPlan;
  /** Requests the campaign could have taken part in, since the last tick. */
  seen: number;
  /** The clock hour that runs, and what was spent before it. */
  hour: number;
  spentBeforeHour: number;
}

/**
 * The four agents with their classical policies, as one process runs them. Creative says what an impression is worth,
 * Bidding what to pay for it, Pacing how many requests to take and how much the next tick should spend; Bidding's
 * multiplier aims at that, and Pacing reads the level that Bidding publishes.
 */
export class ClassicalAgents implements EngineAgents {
  readonly bidding = new BiddingAgent();
  readonly pacing = new PacingAgent();
  readonly creative: CreativeAgent;
  readonly #campaigns: readonly RunningCampaign[];
  readonly #plans: readonly Plan[];
  readonly #context: AgentsContext;
  readonly #throttles: Float64Array;
  readonly #lambdas: Float64Array;

  constructor(campaigns: readonly RunningCampaign[], context: AgentsContext) {
    this.#campaigns = campaigns;
    this.#context = context;
    this.creative = new CreativeAgent(campaigns.map(({ creatives }) => creatives.length));
    this.#throttles = new Float64Array(campaigns.length).fill(1);
    this.#lambdas = new Float64Array(campaigns.length);
    this.#plans = campaigns.map(({ campaign }) => {
      const forecast = new TrafficForecast(campaign.timeZone);
      const plan = new FlightPlan(campaign, forecast);
      return { forecast, plan, seen: 0, hour: -1, spentBeforeHour: 0 };
    });
  }

  admits(campaign: number, requestId: string): boolean {
    this.#plans[campaign]!.seen += 1;
    return admits(requestId, campaign, this.#throttles[campaign]!);
  }

  choose(
    campaign: number,
    creatives: readonly number[],
    context: ChoiceContext,
    random: RandomStream,
  ): CreativeChoice {
    const { creative, propensity, clickRate } = this.creative.choose(campaign, creatives, context, random);
    return { creative, propensity, valueCpm: this.#valueOf(campaign, clickRate) * 1000 };
  }

  price(campaign: number, offer: PriceOffer): number {
    const observation = { ...offer, lambda: this.#lambdas[campaign]! };
    const price = this.bidding.act(observation, this.#context.random);
    if (price > 0) this.bidding.made(this.#campaigns[campaign]!.campaign.id, price);
    return price;
  }

  won(bid: OpenBid | undefined, notice: Notice): void {
    if (bid === undefined || bid.candidate.deal !== undefined) return;
    const { market, priceCpmMicros } = bid.candidate;
    this.bidding.won(market, priceCpmMicros, priceOf(notice), notice.minToWin);
  }

  lost(bid: OpenBid | undefined, notice: Notice): void {
    if (bid === undefined || bid.candidate.deal !== undefined) return;
    const { market, priceCpmMicros } = bid.candidate;
    this.bidding.lost(market, priceCpmMicros, priceOf(notice), notice.minToWin);
  }

  billed(bid: OpenBid | undefined): void {
    if (bid === undefined) return;
    const { campaign, creative, segment, exposures } = bid.candidate;
    this.creative.shown(campaign.index, creative, { segment, exposures });
  }

  clicked(bid: OpenBid | undefined): void {
    if (bid === undefined) return;
    const { campaign, creative, segment, exposures } = bid.candidate;
    this.creative.clicked(campaign.index, creative, { segment, exposures });
  }

  tick(): Promise<void> {
    this.creative.refresh();
    for (const [index, running] of this.#campaigns.entries()) this.#tickOne(index, running);
    return Promise.resolve();
  }

  /** What each agent would say if asked, for people who watch. */
  messages(): Readonly<Record<string, string>> {
    const shares = [...this.#throttles].map((share) => Math.round(share * 100));
    const lambdas = [...this.#lambdas].map((lambda) => lambda.toFixed(2));
    return {
      bidding: `multiplier λ ${lambdas.slice(0, 4).join(', ')}`,
      pacing: `takes ${shares.slice(0, 4).join(', ')} % of requests`,
    };
  }

  #tickOne(index: number, { campaign, wallet, openSpent, spentToday }: RunningCampaign): void {
    const { id, hourlyLimit } = campaign;
    const each = this.#plans[index]!;
    const at = this.#context.clock.now();
    each.forecast.observe(at, each.seen);
    each.seen = 0;
    const spent = openSpent + wallet.promised;
    turnHour(each, at, spent, spentToday + wallet.promised);
    const action = this.pacing.tick(
      id,
      {
        at,
        plan: each.plan,
        spentMicros: spent,
        hourSpentMicros: Math.max(0, spent - each.spentBeforeHour),
        hourLimitMicros: hourlyLimit,
        levelCpm: this.bidding.level(id),
      },
      this.#context.random,
    );
    this.#throttles[index] = action.throttle;
    this.bidding.tick(id, this.pacing.demand(id), action.targetMicrosNextTick);
    this.#lambdas[index] = this.bidding.lambda(id);
  }

  /** What one impression is worth to the campaign, in micros. */
  #valueOf(campaign: number, clickRate: number): number {
    const { goal } = this.#campaigns[campaign]!.campaign;
    if (goal.kind === 'impressions') return goal.value.amountMicros;
    const clicks = goal.value.amountMicros * clickRate;
    return goal.kind === 'clicks' ? clicks : clicks * this.creative.conversionRate(campaign);
  }
}

/** At each new hour what is left is planned anew, by what traffic the hours have brought. */
function turnHour(each: Plan, at: number, spent: number, spentToday: number): void {
  const hour = Math.floor(at / HOUR_MS);
  if (hour === each.hour) return;
  each.hour = hour;
  each.spentBeforeHour = spent;
  each.plan.replan(at, spent, spentToday);
}

/** What an exchange said a bid cleared at; undefined when it did not say. */
function priceOf({ price }: Notice): number | undefined {
  return typeof price === 'number' ? price : undefined;
}

/** Makes them, for an engine. */
export function classicalAgents(
  campaigns: readonly RunningCampaign[],
  context: AgentsContext,
): ClassicalAgents {
  return new ClassicalAgents(campaigns, context);
}
