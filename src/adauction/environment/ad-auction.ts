import {
  ACTIONS,
  type ClassicalTuning,
  DEFAULT_TUNING,
  OBSERVATION_SIZE,
  PERIODS,
  ROLES,
  type Role,
} from '../../delivery/index.ts';
import { GavotteError } from '../../kernel/index.ts';
import type { AdDay } from './ad-day.ts';
import { AggregatedDay } from './aggregated-day.ts';
import { advertiserOf, Day, formatOf } from './day.ts';
import { ExactDay } from './exact-day.ts';
import type { OutcomeHearer } from './exact-outcomes.ts';
import type { Landscape } from './landscape.ts';
import type { Met, Shading } from './meeting.ts';
import type { DayMetrics } from './metrics.ts';
import {
  ADVERTISERS,
  CAMPAIGNS,
  CELLS,
  FORMATS,
  LEVELS,
  SCENARIOS,
  type Scenario,
  SEGMENTS,
  TICKS,
} from './scenario.ts';

/** Numbers of the critic’s state, per episode: see `AdAuction.states`. */
export const STATE_SIZE = 3 + 3 * FORMATS + 2 * ADVERTISERS + CAMPAIGNS;

/** A role as a trainer sees it. */
export interface EnvRole {
  readonly name: Role;
  /** Numbers of an action, each −1 to 1. */
  readonly actions: number;
  readonly head: 'gaussian';
  /** Steps between two decisions; in between the last one holds. */
  readonly period: number;
}

/** What an environment is made of. */
export interface AdAuctionOptions {
  readonly scenario: Scenario;
  /** The world; days differ by their number within it. */
  readonly seed: number;
  /** Days side by side. */
  readonly episodes: number;
  /** What the team corrects. @defaultValue DEFAULT_TUNING */
  readonly tuning?: ClassicalTuning;
  /**
   * Whether rewards are less those of the classical composition in the same tick of the same day. No action changes the
   * latter, so what is best stays best, and most of the luck of the day is gone from what is learned from (a control
   * variate by common random numbers). @defaultValue false
   */
  readonly relative?: boolean;
  /**
   * Days in closed form, or impression by impression through the agents that serve, which takes some thousand times
   * longer. @defaultValue 'aggregated'
   */
  readonly fidelity?: 'aggregated' | 'exact';
  /** Exact days tell it of each bid and what became of it, as an outcome log would hear. */
  readonly outcomes?: OutcomeHearer;
  /** How bids are made of worths in the open market, in place of the classical shading; in closed form only. */
  readonly shading?: Shading;
}

/**
 * AdAuction-v0: days of an advertising market in which four roles decide for twelve campaigns. Many days run side by
 * side; row = episode × 12 + campaign. All arrays are rewritten in place by `begin` and `step`.
 */
export class AdAuction {
  readonly episodes: number;
  readonly episodeSteps = TICKS;
  readonly slots = CAMPAIGNS;
  readonly observationSize = OBSERVATION_SIZE;
  readonly stateSize = STATE_SIZE;
  readonly roles: readonly EnvRole[] = ROLES.map((name) => ({
    name,
    actions: ACTIONS[name].length,
    head: 'gaussian',
    period: PERIODS[name],
  }));
  /** What every role sees of each campaign, [rows × 28]: `OBSERVATION` of `gavotte/delivery`. */
  readonly observations: Float32Array;
  /**
   * What only the critic sees, [episodes × STATE_SIZE]: time left, sine and cosine of the time of day; by format the
   * true price level and supply over the forecast, and how values relate to prices; by advertiser the budget left and
   * its size; by campaign the multiplier.
   */
  readonly states: Float32Array;
  /** [rows]; 0 where an advertiser’s money is spent. */
  readonly alive: Uint8Array;
  /** By role, [rows × actions], −1 to 1; 0 is the classical decision. Filled before `step`. */
  readonly actions: readonly Float32Array[];
  /** By role, [rows], of the last step; 1 is the advertiser’s budget of a mean tick. */
  readonly rewards: readonly Float32Array[];
  /** [episodes]; 1 when the last step ended the day. What is observed then is the next day’s. */
  readonly ended: Uint8Array;
  /** How much of a reward is the advertiser’s surplus instead of the role’s own, 0 to 1. */
  teamShare = 0.5;
  /** Called for each day that ends, before the next begins. */
  onDay: (metrics: DayMetrics, episode: number) => void = () => {};
  readonly #options: AdAuctionOptions;
  readonly #days: readonly AdDay[];
  /** The same days under the classical composition; none where rewards are not relative. */
  readonly #twins: readonly AdDay[];
  readonly #numbers: Float64Array;
  #stride = 0;

  constructor(options: AdAuctionOptions) {
    this.#options = options;
    this.episodes = options.episodes;
    const rows = options.episodes * CAMPAIGNS;
    const tuning = options.tuning ?? DEFAULT_TUNING;
    const { scenario, shading = null } = options;
    const begin = () =>
      options.fidelity === 'exact'
        ? new ExactDay(scenario, tuning, options.outcomes)
        : new AggregatedDay(scenario, tuning, shading);
    const days = () => Array.from({ length: options.episodes }, begin);
    this.#days = days();
    this.#twins = options.relative === true ? days() : [];
    this.#numbers = new Float64Array(options.episodes);
    this.observations = new Float32Array(rows * OBSERVATION_SIZE);
    this.states = new Float32Array(options.episodes * STATE_SIZE);
    this.alive = new Uint8Array(rows).fill(1);
    this.actions = this.roles.map(({ actions }) => new Float32Array(rows * actions));
    this.rewards = this.roles.map(() => new Float32Array(rows));
    this.ended = new Uint8Array(options.episodes);
  }

  /** Episode e begins with day `first` + e; each next day of it is `stride` later, and with 0 there is none. */
  begin(first: number, stride: number): void {
    this.#stride = stride;
    for (const episode of this.#days.keys()) {
      this.#begin(episode, first + episode);
      this.#observe(episode);
    }
    this.ended.fill(0);
  }

  /** One policy tick of all days, under `actions`. */
  step(): void {
    for (const [episode, day] of this.#days.entries()) {
      for (const [index, role] of this.roles.entries())
        for (let slot = 0; slot < CAMPAIGNS; slot += 1) {
          const row = episode * CAMPAIGNS + slot;
          day.steering.set(role.name, slot, this.actions[index]!, row * role.actions);
        }
      const isOver = day.step();
      this.#twins[episode]?.step();
      this.#reward(episode);
      this.ended[episode] = isOver ? 1 : 0;
      if (isOver) {
        const number = this.#numbers[episode]!;
        this.onDay(day.metrics(), number);
        if (this.#stride === 0) continue;
        this.#begin(episode, number + this.#stride);
      }
      this.#observe(episode);
    }
  }

  /** Numbers of the days that run. */
  get days(): Float64Array {
    return this.#numbers;
  }

  /** What a campaign’s agents know: a row of `FACTS` of `gavotte/delivery`, from `offset` of `facts`. */
  factsOf(row: number): { readonly facts: Float64Array; readonly offset: number } {
    const { facts } = this.#days[Math.floor(row / CAMPAIGNS)]!;
    return { facts: facts.facts, offset: facts.offset(row % CAMPAIGNS) };
  }

  /** Puts 1 + λ, by which a campaign’s worths are divided, where a rule wants it; with a rate of 0 it stays. */
  setPaced(row: number, paced: number): void {
    this.#days[Math.floor(row / CAMPAIGNS)]!.setPaced(row % CAMPAIGNS, paced);
  }

  /** What a campaign’s bidder saw in the last tick. In closed form only. */
  met(row: number): Met {
    return this.#days[Math.floor(row / CAMPAIGNS)]!.met(row % CAMPAIGNS);
  }

  /** What a bidder knows of prices in an episode: how they lie around their level, and who pays what. */
  market(episode: number): { readonly landscape: Landscape; readonly firstPrice: boolean } {
    const { landscape, scenario } = this.#days[episode]!.day;
    return { landscape, firstPrice: scenario.firstPrice };
  }

  /** Value less cost of an advertiser in the last tick of the first day, micros. */
  surplusOf(advertiser: number): number {
    const { tickValue, tickCost } = this.#days[0]!;
    let surplus = 0;
    for (let slot = advertiser * FORMATS; slot < (advertiser + 1) * FORMATS; slot += 1)
      surplus += tickValue[slot]! - tickCost[slot]!;
    return surplus;
  }

  #begin(episode: number, number: number): void {
    this.#numbers[episode] = number;
    const day = new Day(this.#options.scenario, this.#options.seed, number);
    this.#days[episode]!.begin(day);
    this.#twins[episode]?.begin(day);
  }

  #observe(episode: number): void {
    const day = this.#days[episode]!;
    for (let slot = 0; slot < CAMPAIGNS; slot += 1) {
      const row = episode * CAMPAIGNS + slot;
      this.alive[row] = day.alive[slot]!;
      day.facts.write(slot, day.steering, this.observations, row * OBSERVATION_SIZE);
    }
    writeState(day, this.states, episode * STATE_SIZE);
  }

  #reward(episode: number): void {
    const day = this.#days[episode]!;
    const twin = this.#twins[episode];
    for (let slot = 0; slot < CAMPAIGNS; slot += 1) {
      const row = episode * CAMPAIGNS + slot;
      const own = rewardsOf(day, slot, this.teamShare, OWN);
      for (const [role, rewards] of this.rewards.entries()) rewards[row] = own[role]!;
      if (twin === undefined) continue;
      const classical = rewardsOf(twin, slot, this.teamShare, CLASSICAL);
      for (const [role, rewards] of this.rewards.entries()) rewards[row]! -= classical[role]!;
    }
  }
}

/** Rewards of one campaign by role, rewritten for each. */
const OWN = new Float64Array(ROLES.length);
const CLASSICAL = new Float64Array(ROLES.length);

/**
 * Each role’s own reward of a day’s last tick, as the served agents state theirs, mixed with the advertiser’s surplus; 1 is
 * the advertiser’s budget of a mean tick.
 */
function rewardsOf(day: AdDay, slot: number, teamShare: number, out: Float64Array): Float64Array {
  const unit = day.unit(slot);
  const first = advertiserOf(slot) * FORMATS;
  let surplus = 0;
  for (let each = first; each < first + FORMATS; each += 1)
    surplus += day.tickValue[each]! - day.tickCost[each]!;
  const team = (teamShare * surplus) / unit;
  const share = (1 - teamShare) / unit;
  const [value, cost] = [day.tickValue[slot]!, day.tickCost[slot]!];
  const plan = Math.max(unit / 100, day.tickPlan[slot]!);
  const beyond = Math.max(0, cost - plan);
  out[0] = team + share * (value - cost);
  out[1] = team + share * (value - cost - Math.min(unit, (0.1 * beyond * beyond) / plan));
  out[2] = team + share * (value - cost);
  out[3] = team + share * day.tickChoice[slot]!;
  return out;
}

const LOG_LEVELS = LEVELS.map(Math.log);

function writeState(day: AdDay, out: Float32Array, at: number): void {
  const tick = Math.min(day.tick, TICKS - 1);
  const world = day.day;
  const angle = (2 * Math.PI * tick) / TICKS;
  let next = at;
  const put = (value: number) => {
    out[next] = value > 5 ? 5 : value < -5 ? -5 : value;
    next += 1;
  };
  put(1 - day.tick / TICKS);
  put(Math.sin(angle));
  put(Math.cos(angle));
  for (let format = 0; format < FORMATS; format += 1) {
    let [level, requests, value] = [0, 0, 0];
    for (let segment = 0; segment < SEGMENTS; segment += 1) {
      const cell = format * SEGMENTS + segment;
      level += world.logLevel[tick * CELLS + cell]! / SEGMENTS;
      requests += world.requests[tick * CELLS + cell]!;
    }
    for (let campaign = 0; campaign < CAMPAIGNS; campaign += 1)
      if (formatOf(campaign) === format) value += world.logValue[campaign * SEGMENTS]! / ADVERTISERS;
    put(2 * (level - LOG_LEVELS[format]!));
    put(Math.log(requests / world.forecast[tick * FORMATS + format]!));
    put(value - level);
  }
  for (let advertiser = 0; advertiser < ADVERTISERS; advertiser += 1) {
    put(day.left[advertiser]! / world.budgets[advertiser]!);
    put(Math.log(world.budgets[advertiser]!) - 16);
  }
  for (let campaign = 0; campaign < CAMPAIGNS; campaign += 1) put(Math.log(day.paced[campaign]!));
}

/** The scenario of that name. @throws GV_BAD_INPUT naming those there are. */
export function scenarioOf(name: string): Scenario {
  const found = SCENARIOS.find((each) => each.name === name);
  if (found !== undefined) return found;
  const known = SCENARIOS.map((each) => each.name).join(', ');
  throw new GavotteError('GV_BAD_INPUT', `there is no scenario ${JSON.stringify(name)}`, {
    fix: `Use one of: ${known}.`,
  });
}
