import type { RandomStream } from '../../kernel/index.ts';
import type { Notice } from '../../openrtb/index.ts';
import type { AgentsContext, EngineAgents, ServedPolicy } from '../engine-options.ts';
import type { OpenBid } from '../serving/candidate.ts';
import type { RunningCampaign } from '../serving/running-campaign.ts';
import type { ChoiceContext, CreativeChoice, PriceOffer } from './bid-agents.ts';
import { BiddingAgent, type BiddingObservation } from './bidding.ts';
import { type CampaignPace, campaignPace, replanIfDue } from './campaign-pace.ts';
import { ClassicalState } from './classical-state.ts';
import { CreativeAgent } from './creative.ts';
import { HourlyAgreements } from './hourly-agreements.ts';
import { type LearnedPolicies, placed, timed } from './learned-policies.ts';
import { LevelBoard } from './level-board.ts';
import type { MakeGood } from './make-goods.ts';
import { beatenBy, priceOf } from './notice-prices.ts';
import { PacingAgent, UNCORRECTED } from './pacing.ts';
import { admits } from './pacing-admits.ts';
import { spokenAgents } from './spoken-agents.ts';
import { dealFacts, servedTeam, spokenTeam, tunedPace, writeServedFacts } from './team/served-facts.ts';
import { type ServedTeam, SteeringFactors } from './team/served-team.ts';
import type { TeamPolicy } from './team/team-policy.ts';

/** Agents are ticked about once a second. */
const USUAL_TICK_MS = 1_000;

/**
 * The four agents with their classical policies, as one process runs them. Budget splits what there is, Creative says what an impression is worth,
 * Bidding what to pay for it, Pacing how many requests to take and how much the next tick should spend; Bidding's
 * multiplier aims at that, and Pacing reads the level that Bidding publishes.
 */
export class ClassicalAgents implements EngineAgents {
  readonly bidding: BiddingAgent;
  readonly pacing: PacingAgent;
  readonly creative: CreativeAgent;
  readonly agreements: HourlyAgreements;
  readonly #board: LevelBoard;
  readonly #campaigns: readonly RunningCampaign[];
  readonly #plans: readonly CampaignPace[];
  readonly #context: AgentsContext;
  readonly #throttles: Float64Array;
  readonly #lambdas: Float64Array;
  readonly #won = new WeakSet<OpenBid>();
  readonly #team: ServedTeam | null;
  readonly #factors: SteeringFactors;
  readonly #catchUpMs: number;
  /** For those who record decisions, and make them again. */
  readonly stated: ClassicalState;

  /** @param learned policies that take the place of the classical ones, guarded. */
  constructor(campaigns: readonly RunningCampaign[], context: AgentsContext, learned: LearnedPolicies = {}) {
    this.#campaigns = campaigns;
    this.#context = context;
    this.#board = new LevelBoard(context.blackboard, context.holder, context.clock);
    this.#team = learned.team === undefined ? null : servedTeam(learned.team, campaigns, context.clock);
    this.#factors = this.#team?.factors ?? new SteeringFactors(campaigns.length);
    const pace = this.#team === null ? null : tunedPace(this.#team);
    this.#catchUpMs = pace?.catchUpMs ?? UNCORRECTED.catchUpMs;
    const levelOf = (id: string) => this.#board.level(id);
    const shareFactor = (index: number) => this.#factors.share[index]!;
    const budget = timed(learned.budget, context);
    this.agreements = new HourlyAgreements(campaigns, context, levelOf, shareFactor, budget);
    this.bidding = new BiddingAgent({ ...pace?.bidding, ...placed(timed(learned.bidding, context)) });
    this.pacing = new PacingAgent(placed(timed(learned.pacing, context)));
    this.creative = new CreativeAgent(
      campaigns.map(({ creatives }) => creatives.length),
      placed(timed(learned.creative, context)),
    );
    this.#throttles = new Float64Array(campaigns.length).fill(1);
    this.#lambdas = new Float64Array(campaigns.length);
    this.#plans = campaigns.map(({ campaign }) => campaignPace(campaign));
    this.stated = new ClassicalState({
      campaigns,
      clock: context.clock,
      throttles: this.#throttles,
      lambdas: this.#lambdas,
      factors: this.#factors,
      plans: this.#plans,
      board: this.#board,
      creative: this.creative,
      bidding: this.bidding,
      pacing: this.pacing,
      partOf: (index) => this.agreements.partOf(index),
    });
  }

  admits(campaign: number, requestId: string): boolean {
    this.#plans[campaign]!.seen += 1;
    this.#team?.sums.request(campaign);
    return admits(requestId, campaign, this.#throttles[campaign]!);
  }

  choose(
    campaign: number,
    creatives: readonly number[],
    context: ChoiceContext,
    random: RandomStream,
  ): CreativeChoice {
    const sharpness = this.#factors.sharpness[campaign]!;
    const { creative, propensity, clickRate } = this.creative.choose(
      campaign,
      creatives,
      context,
      random,
      sharpness,
    );
    return { creative, propensity, valueCpm: this.#valueOf(campaign, clickRate) * 1000 };
  }

  most(campaign: number, offer: Omit<PriceOffer, 'valueCpm'>): number {
    const valueCpm = this.#valueOf(campaign, this.creative.mostRate(campaign)) * 1000;
    return this.bidding.most(this.#corrected(campaign, { ...offer, valueCpm }));
  }

  price(campaign: number, offer: PriceOffer): number {
    const price = this.bidding.act(this.#corrected(campaign, offer), this.#context.random);
    if (price > 0) {
      this.bidding.made(this.#campaigns[campaign]!.campaign.id, price);
      this.#team?.sums.bid(campaign, price, offer.auction === 'first');
    }
    return price;
  }

  #corrected(campaign: number, offer: PriceOffer): BiddingObservation {
    return {
      ...offer,
      valueCpm: offer.valueCpm * this.#factors.bid[campaign]!,
      lambda: this.#lambdas[campaign]!,
      shade: this.#factors.shade[campaign]!,
    };
  }

  won(bid: OpenBid | undefined, notice: Notice): void {
    if (bid === undefined || bid.candidate.deal !== undefined) return;
    this.#won.add(bid);
    const { market, priceCpmMicros, campaign, valueCpm, exposures } = bid.candidate;
    this.#team?.sums.won(campaign.index, priceOf(notice) ?? priceCpmMicros, valueCpm, exposures);
    const toBeat = beatenBy(notice, priceCpmMicros);
    if (toBeat !== undefined) this.#team?.sums.toBeat(campaign.index, toBeat);
    this.bidding.won(market, priceCpmMicros, priceOf(notice), notice.minToWin);
  }

  lost(bid: OpenBid | undefined, notice: Notice): void {
    if (bid === undefined || bid.candidate.deal !== undefined) return;
    const { market, priceCpmMicros, campaign } = bid.candidate;
    const toBeat = notice.minToWin ?? priceOf(notice);
    if (toBeat !== undefined) this.#team?.sums.toBeat(campaign.index, toBeat);
    this.bidding.lost(market, priceCpmMicros, priceOf(notice), notice.minToWin);
  }

  /** Where exchanges send no loss notices, a bid that nobody won back is a loss. */
  expired(bid: OpenBid): void {
    const { deal, market, priceCpmMicros } = bid.candidate;
    if (deal === undefined && !this.#won.has(bid))
      this.bidding.lost(market, priceCpmMicros, undefined, undefined);
  }

  billed(bid: OpenBid | undefined): void {
    if (bid === undefined) return;
    const { campaign, creative, segment, exposures } = bid.candidate;
    this.creative.shown(campaign.index, creative, { segment, exposures });
    const { kind, value } = campaign.campaign.goal;
    if (kind === 'impressions') this.brought(campaign.index, value.amountMicros);
  }

  clicked(bid: OpenBid | undefined): void {
    if (bid === undefined) return;
    const { campaign, creative, segment, exposures } = bid.candidate;
    this.creative.clicked(campaign.index, creative, { segment, exposures });
    const { kind, value } = campaign.campaign.goal;
    const rate =
      kind === 'clicks' ? 1 : kind === 'conversions' ? this.creative.conversionRate(campaign.index) : 0;
    this.brought(campaign.index, value.amountMicros * rate);
  }

  /** Something of value came of a campaign's spend, micros; clicks and impressions tell it by themselves. */
  brought(campaign: number, valueMicros: number): void {
    this.agreements.tranches.won(campaign, valueMicros);
    this.#team?.sums.realised(campaign, valueMicros);
  }

  async tick(): Promise<void> {
    this.creative.refresh();
    this.agreements.tranches.observe();
    this.agreements.tick();
    this.look();
    for (const running of this.#campaigns) this.#tickOne(running, this.#board.level(running.campaign.id));
    this.stated.ticked();
    await this.publish();
    this.agreements.check();
  }

  /**
   * A tick of `elapsedMs` where no other bidder is, as in a simulation of one: what bidders agree on is decided here,
   * at once. Whoever calls it calls `look`, too.
   */
  tickAlone(elapsedMs: number): void {
    this.creative.refresh();
    this.agreements.tranches.observe();
    this.agreements.tickAlone();
    for (const running of this.#campaigns)
      this.#tickOne(running, this.bidding.level(running.campaign.id), elapsedMs);
  }

  /**
   * The team looks at the facts and decides, where it is time.
   * @param amend may change a campaign's facts before it does.
   */
  look(amend: (index: number) => void = () => {}): void {
    this.#team?.tick(this.#context.clock.now(), (index, facts, offset) => {
      this.#tellTeam(index, facts, offset);
      amend(index);
    });
  }

  /** Which policy corrects them; null where they are classical. */
  get policy(): ServedPolicy | null {
    return this.#team?.served ?? null;
  }

  serve(policy: TeamPolicy): void {
    this.#team?.serve(policy);
  }

  /** The team that corrects them; null where there is none. */
  get team(): ServedTeam | null {
    return this.#team;
  }

  /** How a campaign's spend is planned, and what is known of its traffic. */
  paceOf(campaign: number): Readonly<CampaignPace> {
    return this.#plans[campaign]!;
  }

  /** Share of requests that a campaign takes. */
  throttle(campaign: number): number {
    return this.#throttles[campaign]!;
  }

  /** Tells the other bidders what campaigns bid here of late. */
  async publish(): Promise<void> {
    const levels = this.#campaigns.map(({ campaign: { id } }) => [id, this.bidding.level(id)] as const);
    await this.#board.publish(Object.fromEntries(levels.filter(([, level]) => level > 0)));
  }

  /** Who buys elsewhere what a deal is behind. */
  get makeGoods(): readonly MakeGood[] {
    return this.agreements.makeGoods.agreed;
  }

  close(): Promise<void> {
    return this.agreements.close();
  }

  /** What each agent would say if asked, for people who watch. */
  messages(): Readonly<Record<string, string>> {
    const spoken = spokenAgents({
      at: this.#context.clock.now(),
      campaigns: this.#campaigns,
      plans: this.#plans,
      throttles: this.#throttles,
      lambdas: this.#lambdas,
      agreements: this.agreements,
      levelOf: (id) => this.#board.level(id),
    });
    return this.#team === null ? spoken : { ...spoken, team: spokenTeam(this.#team) };
  }

  #tickOne(running: RunningCampaign, levelCpm: number, elapsedMs = USUAL_TICK_MS): void {
    const { index, campaign, openSpent, spentToday } = running;
    const { id, hourlyLimit } = campaign;
    const each = this.#plans[index]!;
    const at = this.#context.clock.now();
    each.forecast.observe(at, each.seen);
    each.seen = 0;
    const pending = pendingOf(running);
    const spent = openSpent + pending;
    each.spent = spent;
    const isSplitAnew = each.splits !== this.agreements.version;
    each.splits = this.agreements.version;
    replanIfDue(each, isSplitAnew, at, spent, spentToday + pending, this.agreements.partOf(index));
    running.planned = each.plan.plannedBy(at);
    running.plannedNextSecond = each.plan.plannedBetween(at, at + USUAL_TICK_MS);
    const action = this.pacing.tick(
      id,
      {
        at,
        plan: each.plan,
        spentMicros: spent,
        hourSpentMicros: Math.max(0, spent - each.spentBeforeHour),
        hourLimitMicros: hourlyLimit,
        levelCpm,
        correction: {
          catchUpMs: this.#catchUpMs,
          target: this.#factors.target[index]!,
          admit: this.#factors.admit[index]!,
        },
      },
      this.#context.random,
    );
    this.#throttles[index] = action.throttle;
    this.#team?.sums.paced(index, this.pacing.targetPerMs(id) * elapsedMs, action.throttle, elapsedMs);
    const demand = this.pacing.demand(id) * this.#factors.admit[index]!;
    this.bidding.tick(id, demand, action.targetMicrosNextTick, elapsedMs);
    this.#lambdas[index] = this.bidding.lambda(id);
  }

  #tellTeam(index: number, facts: Float64Array, offset: number): void {
    const running = this.#campaigns[index]!;
    writeServedFacts(facts, offset, {
      at: this.#context.clock.now(),
      running,
      plan: this.#plans[index]!.plan,
      forecast: this.#plans[index]!.forecast,
      spent: running.openSpent + pendingOf(running),
      lambda: this.#lambdas[index]!,
      tickMs: this.#team!.tickMs,
      openness: this.creative.openness(index, this.#factors.sharpness[index]!),
      ...this.agreements.standing(index),
      ...dealFacts(this.#context.deals.deals, running, this.#context.clock.now()),
    });
  }

  /** What one impression is worth to the campaign, in micros. */
  #valueOf(campaign: number, clickRate: number): number {
    const { goal } = this.#campaigns[campaign]!.campaign;
    if (goal.kind === 'impressions') return goal.value.amountMicros;
    const clicks = goal.value.amountMicros * clickRate;
    return goal.kind === 'clicks' ? clicks : clicks * this.creative.conversionRate(campaign);
  }
}

/** Of what is promised only what is won will be spent; the purse keeps the whole of it anyway. Micros. */
function pendingOf({ wallet, bids, wins }: RunningCampaign): number {
  return wallet.promised * (bids > 0 ? Math.min(1, wins / bids) : 1);
}

/** Agents whose classical composition a trained team corrects. */
export function teamAgents(
  policy: TeamPolicy,
): (campaigns: readonly RunningCampaign[], context: AgentsContext) => ClassicalAgents {
  return (campaigns, context) => new ClassicalAgents(campaigns, context, { team: policy });
}

/** Makes them, for an engine. */
export function classicalAgents(
  campaigns: readonly RunningCampaign[],
  context: AgentsContext,
): ClassicalAgents {
  return new ClassicalAgents(campaigns, context);
}
