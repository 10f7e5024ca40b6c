import type { ClassicalTuning } from '../../delivery/index.ts';
import { FACT, FACT_COUNT, Steering, TeamFacts } from '../../delivery/index.ts';
import type { AdDay } from './ad-day.ts';
import { CreativeMix } from './creatives.ts';
import { advertiserOf, type Day, formatOf, PURPOSE } from './day.ts';
import { DealDesk } from './deals.ts';
import { Meeting, type Met, type Shading } from './meeting.ts';
import { type DayMetrics, DaySums } from './metrics.ts';
import {
  ADVERTISERS,
  CAMPAIGNS,
  CELLS,
  FORMATS,
  LEVELS,
  type Scenario,
  SEGMENTS,
  TICKS,
  TRAFFIC,
  USERS,
} from './scenario.ts';
import { SPLIT_EVERY, Splits, trafficLeft } from './splits.ts';

/** As in the served pacing: most that a tick aims at, and lets through, in times of its plan. */
const MOST_OF_PLAN = 2;
const FLOOD_OF_PLAN = 2.5;
const MOST_STEERED = 3;
/** Most that 1 + λ comes to. */
const MOST_PACED = 1_001;
const MOST_EXCESS = 30;
/** What one agent hears of another is a tick old with this chance. */
const STALE = 0.05;
/** Of the value of clicks, shares that follow within about an hour and about a day, and the part that a tick brings. */
const DELAYS = [
  { share: 0.4, part: 1 - Math.exp(-0.5) },
  { share: 0.6, part: 1 - Math.exp(-0.5 / 18) },
] as const;

/**
 * One day in closed form: each tick, each campaign meets its cells, and its wins, costs and values are their expectations
 * over what is predicted of impressions, with the luck of their number. The classical composition decides as in the server,
 * and `steering` corrects it. Nothing that is drawn depends on what a policy does.
 */
export class AggregatedDay implements AdDay {
  readonly steering = new Steering(CAMPAIGNS);
  readonly facts = new TeamFacts(CAMPAIGNS);
  readonly sums = new DaySums();
  /** By campaign, of the last tick, micros: true value, cost, plan, and what choosing creatives brought of the value. */
  readonly tickValue = new Float64Array(CAMPAIGNS);
  readonly tickCost = new Float64Array(CAMPAIGNS);
  readonly tickPlan = new Float64Array(CAMPAIGNS);
  readonly tickChoice = new Float64Array(CAMPAIGNS);
  /** 0 where an advertiser’s money is spent. */
  readonly alive = new Uint8Array(CAMPAIGNS);
  readonly left = new Float64Array(ADVERTISERS);
  /** 1 + λ. */
  readonly paced = new Float64Array(CAMPAIGNS);
  day!: Day;
  tick = 0;
  readonly #scenario: Scenario;
  readonly #tuning: ClassicalTuning;
  readonly #logShade: number;
  readonly #meeting: Meeting;
  readonly #mix = new CreativeMix();
  readonly #splits = new Splits();
  readonly #spent = new Float64Array(CAMPAIGNS);
  readonly #believed = new Float64Array(CAMPAIGNS);
  readonly #wins = new Float64Array(CAMPAIGNS);
  /** Logarithm of the factor from a mean value to what is predicted, of the last tick. */
  readonly #predicted = new Float64Array(CAMPAIGNS);
  readonly #pending = new Float64Array(CAMPAIGNS * DELAYS.length);
  /** Our share of each cell a tick ago, and our wins of this tick. */
  readonly #won = new Float64Array(CELLS);
  readonly #winning = new Float64Array(CELLS);
  #deals!: DealDesk;

  /** @param shading in place of the classical one. */
  constructor(scenario: Scenario, tuning: ClassicalTuning, shading: Shading | null = null) {
    this.#scenario = scenario;
    this.#tuning = tuning;
    this.#logShade = Math.log(tuning.shade);
    this.#meeting = new Meeting(scenario, shading);
  }

  /** Begins a day of the scenario. */
  begin(day: Day): void {
    this.day = day;
    this.tick = 0;
    this.left.set(this.day.budgets);
    for (const state of [this.#spent, this.#wins, this.#won, this.#pending]) state.fill(0);
    this.paced.fill(1 + this.#tuning.lambda);
    for (let campaign = 0; campaign < CAMPAIGNS; campaign += 1)
      this.#believed[campaign] = Math.log(LEVELS[formatOf(campaign)]!);
    this.#mix.reset();
    this.#splits.reset();
    this.#deals = new DealDesk(this.day, this.#tuning.shade);
    this.alive.fill(1);
    this.facts.reset();
    this.steering.clear();
    this.sums.reset();
    this.sums.owed = this.#deals.owed;
    this.#splits.split(this.day, 0, this.left, this.#spent, this.steering);
    for (let campaign = 0; campaign < CAMPAIGNS; campaign += 1) this.#writeCommon(campaign);
  }

  /** Plays one tick under the steering in force; returns whether the day is over. */
  step(): boolean {
    const { tick, day } = this;
    if (tick > 0 && tick % SPLIT_EVERY === 0)
      this.#splits.split(day, tick, this.left, this.#spent, this.steering);
    this.#winning.fill(0);
    this.#meeting.open(day, tick, this.#won);
    for (let campaign = 0; campaign < CAMPAIGNS; campaign += 1) this.#play(campaign);
    this.#deals.play(tick, this.paced, this.steering, this.sums, this.tickValue, this.tickCost);
    for (let cell = 0; cell < CELLS; cell += 1) {
      const requests = day.requests[tick * CELLS + cell]!;
      this.#won[cell] = requests > 0 ? Math.min(1, this.#winning[cell]! / requests) : 0;
    }
    this.tick += 1;
    for (let campaign = 0; campaign < CAMPAIGNS; campaign += 1) {
      const advertiser = advertiserOf(campaign);
      this.alive[campaign] = this.left[advertiser]! > 1e-3 * day.budgets[advertiser]! ? 1 : 0;
      this.#writeCommon(campaign);
    }
    this.facts.endTick();
    if (this.tick < TICKS) return false;
    this.sums.penalty += this.#deals.penalty();
    return true;
  }

  metrics(): DayMetrics {
    return this.sums.metrics(this.day.budgets, TRAFFIC);
  }

  /** Budget of the advertiser for a mean tick, micros: the unit of rewards. */
  unit(campaign: number): number {
    return this.day.budgets[advertiserOf(campaign)]! / TICKS;
  }

  setPaced(campaign: number, paced: number): void {
    this.paced[campaign] = Math.min(MOST_PACED, Math.max(1, paced));
  }

  met(campaign: number): Met {
    return this.#meeting.met(campaign, this.#predicted[campaign]!);
  }

  /** One campaign’s tick in the open market. */
  #play(campaign: number): void {
    const { tick, steering, day, sums } = this;
    const meeting = this.#meeting;
    const sharpness = this.#tuning.sharpness * Math.exp(steering.sharpness[campaign]!);
    const mix = this.#mix.choose(campaign, day.creative, day.clickRate, sharpness);
    this.#meet(campaign, mix);
    const admit = Math.min(1, Math.exp(steering.admit[campaign]!));
    const luck = Math.max(
      0,
      1 + day.draws.normal(PURPOSE.wins, tick, campaign) / Math.sqrt(Math.max(4, meeting.wins)),
    );
    const demand = meeting.cost * luck;
    const advertiser = advertiserOf(campaign);
    const { plan, target, allowed } = this.#aim(campaign);
    const most = Math.min(allowed, this.left[advertiser]!);
    const throttle = demand * admit > most ? most / demand : admit;
    if (throttle < admit) sums.guardHits += 1;
    const spent = Math.min(demand * throttle, this.left[advertiser]!);
    const wins = meeting.wins * luck * throttle;
    this.left[advertiser]! -= spent;
    this.#spent[campaign]! += spent;
    this.#wins[campaign]! += wins;
    const value = meeting.value * luck * throttle;
    this.tickCost[campaign] = spent;
    this.tickPlan[campaign] = plan;
    this.tickValue[campaign] = value;
    this.tickChoice[campaign] = value * (1 - 1 / mix);
    sums.value += value;
    sums.cost += spent;
    sums.openCost += spent;
    sums.wins += wins;
    sums.spend[tick * CAMPAIGNS + campaign] = spent;
    const at = formatOf(campaign) * SEGMENTS;
    for (let segment = 0; segment < SEGMENTS; segment += 1)
      this.#winning[at + segment]! += meeting.bySegment[segment]! * luck * throttle;
    const realised = this.#click(campaign, wins, value, mix);
    this.#splits.observe(campaign, spent, realised);
    this.#writeTick(campaign, { target, throttle, luck, wins, spent, realised, plan });
    this.#pace(campaign, demand * admit, target);
    if (meeting.requests > 0)
      this.#believed[campaign]! +=
        this.#tuning.memory * (meeting.levels / meeting.requests - this.#believed[campaign]!);
  }

  #meet(campaign: number, mix: number): void {
    const { day, steering } = this;
    const seen = this.#wins[campaign]! / this.#reach(campaign);
    const creative = Math.log(mix) + seen * day.logWear[campaign]!;
    this.#predicted[campaign] = day.logBias[campaign]! + creative;
    const rule = {
      worth: day.logBias[campaign]! - Math.log(this.paced[campaign]!) + creative + steering.bid[campaign]!,
      shade: this.#logShade + steering.shade[campaign]!,
      believed: this.#believed[campaign]!,
      creative,
    };
    this.#meeting.meet(campaign, rule);
  }

  /** As the served pacing decides, with its throttle opened and its demand met within the tick. */
  #aim(campaign: number): { plan: number; target: number; allowed: number } {
    const planned = this.#splits.plannedBy(campaign, this.tick);
    const plan = this.#splits.plannedBy(campaign, this.tick + 1) - planned;
    const behind = planned - this.#spent[campaign]!;
    const classical = Math.min(Math.max(0, plan + this.#tuning.gain * behind), MOST_OF_PLAN * plan);
    const target = Math.min(classical * Math.exp(this.steering.target[campaign]!), MOST_STEERED * plan);
    const urgency = Math.min(1, Math.max(0, -behind) / Math.max(1, plan));
    const allowed = target + (1 - urgency) * Math.max(0, FLOOD_OF_PLAN * plan - target);
    return { plan, target, allowed };
  }

  #pace(campaign: number, demand: number, target: number): void {
    if (!(target > 0)) return;
    const excess = Math.min(demand / target - 1, MOST_EXCESS);
    this.paced[campaign] = Math.min(
      MOST_PACED,
      Math.max(1, this.paced[campaign]! * Math.exp(this.#tuning.rate * excess)),
    );
  }

  /** Clicks of a tick’s wins, and what comes in of the value of these and earlier ones. */
  #click(campaign: number, wins: number, value: number, mix: number): number {
    const { day, tick, sums } = this;
    const clicks = this.#mix.show(campaign, wins, day.creative, day.clickRate, day.draws, tick);
    const expected = wins * day.clickRate * mix;
    const worth = expected > 0 ? (value * clicks) / expected : 0;
    sums.realisedValue += worth;
    let arrived = 0;
    for (let index = 0; index < DELAYS.length; index += 1) {
      const { share, part } = DELAYS[index]!;
      const at = campaign * DELAYS.length + index;
      const due = (this.#pending[at]! + share * worth) * part;
      this.#pending[at]! += share * worth - due;
      arrived += due;
    }
    return arrived;
  }

  #reach(campaign: number): number {
    return Math.max(1, USERS * this.day.forecast[formatOf(campaign)]! * (TICKS / TRAFFIC[0]!));
  }

  /** Facts of the tick that was played. */
  #writeTick(
    campaign: number,
    done: {
      readonly target: number;
      readonly throttle: number;
      readonly luck: number;
      readonly wins: number;
      readonly spent: number;
      readonly realised: number;
      readonly plan: number;
    },
  ): void {
    const { facts } = this.facts;
    const meeting = this.#meeting;
    const f = campaign * FACT_COUNT;
    facts[f + FACT.tickSpent] = done.spent;
    facts[f + FACT.requests] = meeting.requests;
    facts[f + FACT.forecast] = this.day.forecast[this.tick * FORMATS + formatOf(campaign)]!;
    facts[f + FACT.bids] = meeting.requests * done.throttle;
    facts[f + FACT.wins] = done.wins;
    facts[f + FACT.bidCpm] = meeting.requests > 0 ? meeting.bidCpm / meeting.requests : 0;
    facts[f + FACT.paidCpm] = done.wins > 0 ? (done.spent * 1_000) / done.wins : 0;
    facts[f + FACT.valueCpm] = meeting.wins > 0 ? (meeting.predicted * 1_000) / meeting.wins : 0;
    facts[f + FACT.toBeatCpm] = meeting.requests > 0 ? meeting.toBeatCpm / meeting.requests : 0;
    facts[f + FACT.expectedValue] = meeting.predicted * done.luck * done.throttle;
    facts[f + FACT.realisedValue] = done.realised;
    facts[f + FACT.exposures] = this.#wins[campaign]! / this.#reach(campaign);
    facts[f + FACT.openness] = this.#mix.openness;
    facts[f + FACT.firstPrice] = this.#scenario.firstPrice ? 1 : 0;
    // News of other agents, a tick old now and then.
    if (this.day.draws.uniform(PURPOSE.stale, this.tick, campaign) < STALE) return;
    facts[f + FACT.tickTarget] = done.target;
    facts[f + FACT.throttle] = done.throttle;
  }

  /** Facts that hold when a tick begins. */
  #writeCommon(campaign: number): void {
    const { facts } = this.facts;
    const f = campaign * FACT_COUNT;
    facts[f + FACT.timeLeft] = 1 - this.tick / TICKS;
    facts[f + FACT.timeOfDay] = (this.tick % TICKS) / TICKS;
    facts[f + FACT.budget] = Math.max(1, this.#splits.tranche[campaign]! + this.#splits.spentThen[campaign]!);
    facts[f + FACT.spent] = this.#spent[campaign]!;
    facts[f + FACT.planned] = this.#splits.plannedBy(campaign, this.tick);
    facts[f + FACT.trafficLeft] = trafficLeft(this.tick);
    facts[f + FACT.siblings] = FORMATS;
    facts[f + FACT.dealsBehind] = this.#deals.behind(campaign, this.tick);
    facts[f + FACT.dealsShare] = this.#deals.shareOfBudget(campaign);
    if (this.tick > 0 && this.day.draws.uniform(PURPOSE.stale, this.tick, campaign) < STALE) return;
    facts[f + FACT.lambda] = this.paced[campaign]! - 1;
    facts[f + FACT.tranche] = this.left[advertiserOf(campaign)]! * this.#splits.share[campaign]!;
    facts[f + FACT.marginal] = this.#splits.marginal[campaign]!;
    facts[f + FACT.share] = this.#splits.share[campaign]!;
  }
}
