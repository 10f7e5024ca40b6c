import { assert, type RandomStream } from '../../kernel/index.ts';
import type { Agent, Policy } from './agent.ts';
import type { ChoiceContext } from './bid-agents.ts';
import { type ClickPrior, ClickTable } from './creative-clicks.ts';
import { Fatigue } from './creative-fatigue.ts';
import { floorOfChance } from './creative-propensities.ts';
import { type GuardedPolicy, guarded, type Learned } from './guarded.ts';

/** What the creative agent knows when it chooses. */
export interface CreativeObservation {
  readonly campaign: number;
  /** Indexes within the campaign, each once; at least one. */
  readonly creatives: readonly number[];
  readonly context: ChoiceContext;
}

/** What was chosen, and how. */
export interface CreativeDecision {
  readonly creative: number;
  /** The exact probability with which it was chosen. */
  readonly propensity: number;
  /** Expected clicks per impression, for this user. */
  readonly clickRate: number;
}

/** What came of one impression. Values in micros. */
export interface CreativeOutcome {
  readonly clicked: boolean;
  readonly conversions: number;
  readonly clickValueMicros: number;
  readonly conversionValueMicros: number;
}

/** The Betas of a campaign’s creatives, for all users ('') or those of a segment. */
export interface ClickTableState {
  readonly campaign: number;
  readonly segment: string;
  readonly alphas: readonly number[];
  readonly betas: readonly number[];
}

/** The creative agent's reward: the value of the click and conversions of the impression it chose, in micros. */
export function creativeReward(outcome: CreativeOutcome): number {
  const clicks = outcome.clicked ? outcome.clickValueMicros : 0;
  return clicks + outcome.conversions * outcome.conversionValueMicros;
}

/** How a learned policy answers: the chance of each candidate, in their order. */
export type CreativeChances = readonly number[];

const SUM_TOLERANCE = 1e-9;

/** Whether chances may be drawn from: one for each candidate, none negative, together 1. */
export function areValidChances(chances: CreativeChances, { creatives }: CreativeObservation): boolean {
  let sum = 0;
  for (const chance of chances) {
    if (!(chance >= 0)) return false;
    sum += chance;
  }
  return chances.length === creatives.length && Math.abs(sum - 1) <= SUM_TOLERANCE;
}

/** Among the click rates of iPinYou's campaigns (0.03 to 0.44 %); believed for 1 000 impressions. */
const CLICK_PRIOR: ClickPrior = { rate: 0.002, impressions: 1_000 };
/** Conversions per click before anything is known, believed for so many clicks. */
const CONVERSION_RATE = 0.02;
const CONVERSION_WEIGHT = 50;
/** Segments told apart by campaign, and in all: names come from outside and must not fill the memory (1 KB each). */
const MOST_SEGMENTS = 64;
const MOST_SEGMENTS_IN_ALL = 20_000;
/** Tables made anew by one `refresh`; about a millisecond. The others wait for the next. */
const TABLES_A_REFRESH = 32;

/** One campaign's part. */
interface CampaignState {
  readonly all: ClickTable;
  readonly segments: Map<string, ClickTable>;
  readonly fatigue: Fatigue;
  clicks: number;
  conversions: number;
  /** Expected conversions per click, as of the last refresh. */
  conversionRate: number;
}

/**
 * Creative selection: which ad to show. The baseline is hybrid Thompson sampling: a Beta for each creative with a
 * prior that the campaign's creatives share, and one for each in each segment with the campaign's as its prior. Draws
 * are made from the chances of being the best, computed beside the bid path, so what is logged as propensity is exact,
 * and never below `EXPLORATION_FLOOR`. A learned policy may give the chances instead, guarded; the floor stays.
 * Its reward is `creativeReward`.
 */
export class CreativeAgent implements Agent<CreativeObservation, CreativeDecision, CreativeOutcome> {
  readonly name = 'creative';
  readonly #campaigns: readonly CampaignState[];
  readonly #prior: ClickPrior;
  readonly #learned: GuardedPolicy<CreativeObservation, CreativeChances> | undefined;
  readonly #tables: ClickTable[];
  /** The campaign of each table. */
  readonly #owners: number[];
  /** The segment of each table beyond the campaigns’ own. */
  readonly #segmentNames: string[] = [];
  readonly #mostRates: Float64Array;
  /** Tables whose Betas are others than when `takeTables` was last asked, by their place. */
  readonly #renewed = new Set<number>();
  #next = 0;

  /** `creatives` counts the creatives of each campaign. @defaultValue prior 0.002 for 1 000 impressions */
  constructor(
    creatives: readonly number[],
    options: {
      readonly prior?: ClickPrior;
      readonly learned?: Learned<CreativeObservation, CreativeChances>;
    } = {},
  ) {
    this.#prior = options.prior ?? CLICK_PRIOR;
    this.#campaigns = creatives.map((count) => ({
      all: new ClickTable(count, this.#prior, null),
      segments: new Map(),
      fatigue: new Fatigue(),
      clicks: 0,
      conversions: 0,
      conversionRate: CONVERSION_RATE,
    }));
    this.#tables = this.#campaigns.map(({ all }) => all);
    this.#owners = creatives.map((_, campaign) => campaign);
    this.#mostRates = Float64Array.from(this.#tables, ({ mostRate }) => mostRate);
    if (options.learned !== undefined)
      this.#learned = guarded(options.learned, this.#baseline, areValidChances);
  }

  /** Who decides, and whether it is in quarantine. */
  get policy(): Policy<CreativeObservation, CreativeChances> {
    return this.#learned ?? this.#baseline;
  }

  act({ campaign, creatives, context }: CreativeObservation, random: RandomStream): CreativeDecision {
    return this.choose(campaign, creatives, context, random);
  }

  reward(outcome: CreativeOutcome): number {
    return creativeReward(outcome);
  }

  /**
   * One of `creatives`, which are indexes within the campaign; with one candidate nothing is drawn. `sharpness` is an
   * exponent of the baseline’s chances: above 1 it exploits more, below 1 it explores more.
   */
  choose(
    campaign: number,
    creatives: readonly number[],
    context: ChoiceContext,
    random: RandomStream,
    sharpness = 1,
  ): CreativeDecision {
    const state = this.#state(campaign);
    const table = state.segments.get(context.segment) ?? state.all;
    let index = 0;
    let propensity = 1;
    if (creatives.length > 1) {
      const learned =
        this.#learned?.act({ campaign, creatives, context }, random) ??
        (sharpness === 1 ? undefined : sharpened(table.chances(creatives), creatives, sharpness));
      const chances = learned === undefined ? table.chances(creatives) : undefined;
      const floor = learned === undefined ? 0 : floorOfChance(creatives.length);
      let left = random.float();
      for (; index < creatives.length; index += 1) {
        const chance = chances?.[creatives[index]!] ?? learned![index]!;
        propensity = floor + (1 - floor * creatives.length) * chance;
        left -= propensity;
        if (left < 0 || index === creatives.length - 1) break;
      }
    }
    const creative = creatives[index];
    assert(creative !== undefined, 'a creative must be chosen from at least one');
    const clickRate = table.rate(creative) * state.fatigue.factor(context.exposures);
    return { creative, propensity, clickRate };
  }

  /** Entropy of the chances of a campaign’s creatives over that of a uniform choice, 0 to 1; 1 where there is no choice. */
  openness(campaign: number, sharpness: number): number {
    const { all } = this.#state(campaign);
    const creatives = [...all.shown.keys()];
    if (creatives.length < 2) return 1;
    let entropy = 0;
    for (const chance of sharpened(all.chances(creatives), creatives, sharpness))
      if (chance > 0) entropy -= chance * Math.log(chance);
    return entropy / Math.log(creatives.length);
  }

  /** No click rate of a choice is above this, whichever the creatives and the user: fatigue only lowers it. */
  mostRate(campaign: number): number {
    return this.#mostRates[campaign]!;
  }

  /** An impression was billed. */
  shown(campaign: number, creative: number, context: ChoiceContext): void {
    const state = this.#state(campaign);
    const weight = state.fatigue.factor(context.exposures);
    state.fatigue.shown(context.exposures);
    state.all.addShown(creative, weight);
    this.#segment(campaign, context.segment)?.addShown(creative, weight);
  }

  /** It was clicked. */
  clicked(campaign: number, creative: number, context: ChoiceContext): void {
    const state = this.#state(campaign);
    state.clicks += 1;
    state.fatigue.clicked(context.exposures);
    state.all.addClicked(creative);
    this.#segment(campaign, context.segment)?.addClicked(creative);
  }

  /** A click of the campaign led to a conversion. */
  converted(campaign: number): void {
    this.#state(campaign).conversions += 1;
  }

  /** Expected conversions per click, as of the last refresh. Those still to come are not foreseen: it is low while clicks are young. */
  conversionRate(campaign: number): number {
    return this.#state(campaign).conversionRate;
  }

  /** The share of its clicks that the campaign keeps with each exposure. */
  kept(campaign: number): number {
    return this.#state(campaign).fatigue.kept;
  }

  /** Once a tick, off the bid path: makes the tables anew that are stale, at most 32, in turn. */
  refresh(): void {
    for (const state of this.#campaigns) state.conversionRate = conversionRateOf(state);
    let left = TABLES_A_REFRESH;
    for (let seen = 0; seen < this.#tables.length && left > 0; seen += 1) {
      this.#next = (this.#next + 1) % this.#tables.length;
      const table = this.#tables[this.#next]!;
      if (!table.stale) continue;
      table.refresh();
      // A segment’s table may have refreshed its campaign’s first.
      this.#renewed.add(this.#next).add(this.#owners[this.#next]!);
      this.#campaigns[this.#next]?.fatigue.refresh();
      this.#bound(this.#owners[this.#next]!);
      left -= 1;
    }
  }

  /** Whether some table is another since `takeTables` last told. */
  get isRenewed(): boolean {
    return this.#renewed.size > 0;
  }

  /** The tables that were made anew since the last call, or all of them. */
  takeTables(all: boolean): readonly ClickTableState[] {
    const places = all ? this.#tables.keys() : this.#renewed;
    const states = [...places].map((place) => {
      const { alphas, betas } = this.#tables[place]!;
      const segment = this.#segmentNames[place - this.#campaigns.length] ?? '';
      return { campaign: this.#owners[place]!, segment, alphas: [...alphas], betas: [...betas] };
    });
    this.#renewed.clear();
    return states;
  }

  /** Takes a table as it was told. */
  restoreTable({ campaign, segment, alphas, betas }: ClickTableState): void {
    const table = segment === '' ? this.#state(campaign).all : this.#segment(campaign, segment);
    table?.restore(alphas, betas);
    this.#bound(campaign);
  }

  /** Takes what a campaign’s clicks are worth and how its ads tire, as it was told. */
  restoreCampaign(campaign: number, conversionRate: number, kept: number): void {
    const state = this.#state(campaign);
    state.conversionRate = conversionRate;
    state.fatigue.restore(kept);
  }

  readonly #baseline: Policy<CreativeObservation, CreativeChances> = {
    name: 'hybrid-thompson',
    version: '1',
    act: ({ campaign, creatives, context }) => {
      const state = this.#state(campaign);
      const chances = (state.segments.get(context.segment) ?? state.all).chances(creatives);
      return creatives.map((creative) => chances[creative]!);
    },
  };

  #state(campaign: number): CampaignState {
    const state = this.#campaigns[campaign];
    assert(state !== undefined, `campaign ${campaign} must be one of the ${this.#campaigns.length} known`);
    return state;
  }

  /** The segment's table; none for no segment, nor for one more than are kept. */
  #segment(campaign: number, segment: string): ClickTable | undefined {
    if (segment === '') return undefined;
    const state = this.#state(campaign);
    const known = state.segments.get(segment);
    const inAll = this.#tables.length - this.#campaigns.length;
    if (known !== undefined || state.segments.size >= MOST_SEGMENTS || inAll >= MOST_SEGMENTS_IN_ALL)
      return known;
    const table = new ClickTable(state.all.shown.length, this.#prior, state.all);
    state.segments.set(segment, table);
    this.#renewed.add(this.#tables.push(table) - 1).add(campaign);
    this.#segmentNames.push(segment);
    this.#owners.push(campaign);
    this.#bound(campaign);
    return table;
  }

  #bound(campaign: number): void {
    const { all, segments } = this.#state(campaign);
    let most = all.mostRate;
    for (const table of segments.values()) most = Math.max(most, table.mostRate);
    this.#mostRates[campaign] = most;
  }
}

function conversionRateOf({ clicks, conversions }: CampaignState): number {
  return (
    (conversions + CONVERSION_RATE * CONVERSION_WEIGHT) / (Math.max(clicks, conversions) + CONVERSION_WEIGHT)
  );
}

/** Chances of candidates to a power, without the floor under them; they sum to 1. */
function sharpened(
  chances: Float64Array,
  creatives: readonly number[],
  sharpness: number,
): readonly number[] {
  const floor = floorOfChance(creatives.length);
  const powers = creatives.map((creative) => Math.max(0, chances[creative]! - floor) ** sharpness);
  const whole = powers.reduce((sum, power) => sum + power, 0);
  return whole > 0 ? powers.map((power) => power / whole) : powers.map(() => 1 / creatives.length);
}
