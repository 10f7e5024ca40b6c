import {
  type ClassicalTuning,
  FACT,
  FACT_COUNT,
  FrequencyCaps,
  type OpenBid,
  type RunningCampaign,
  type Steering,
  type TeamFacts,
} from '../../delivery/index.ts';
import { GavotteError, type RandomStream, randomStream } from '../../kernel/index.ts';
import type { AdDay } from './ad-day.ts';
import { ClickDues } from './click-dues.ts';
import { advertiserOf, type Day, formatOf, PURPOSE } from './day.ts';
import { DealDesk } from './deals.ts';
import { DAY_START, type DayBidder, dayBidder, meanValue } from './exact-campaigns.ts';
import { arrivals, drawFor, type Impression, worthOf } from './exact-impressions.ts';
import { noticeOf } from './exact-notice.ts';
import { ExactOutcomes, type HeardBid, type OutcomeHearer } from './exact-outcomes.ts';
import { type DayMetrics, DaySums } from './metrics.ts';
import {
  ADVERTISERS,
  CAMPAIGNS,
  CELLS,
  CREATIVES,
  FORMATS,
  type Scenario,
  SEGMENTS,
  TICK_MS,
  TICKS,
  TRAFFIC,
} from './scenario.ts';

const MINUTE_MS = 60_000;
const MINUTES = TICK_MS / MINUTE_MS;
const EVERY_CREATIVE = Array.from({ length: CREATIVES }, (_, index) => index);

/** A bid that is made, and what a win is worth by all that is known, micros. */
interface Made {
  readonly bid: OpenBid;
  readonly worth: number;
}

/**
 * One day impression by impression, through the agents, the caps and the purse that serve; the agents have their turn
 * each minute. It is the same day as in closed form: how many come, prices, values and budgets are those of `Day`, and
 * what is drawn of an impression depends on its place in the day alone, so that every policy meets the same users and
 * rivals. As there, each advertiser meets the market for itself, and the others only by `elasticity`; what is predicted
 * of an impression is given, and not learned; and deals are played in closed form.
 */
export class ExactDay implements AdDay {
  readonly sums = new DaySums();
  readonly tickValue = new Float64Array(CAMPAIGNS);
  readonly tickCost = new Float64Array(CAMPAIGNS);
  readonly tickPlan = new Float64Array(CAMPAIGNS);
  readonly tickChoice = new Float64Array(CAMPAIGNS);
  readonly alive = new Uint8Array(CAMPAIGNS);
  readonly left = new Float64Array(ADVERTISERS);
  readonly paced = new Float64Array(CAMPAIGNS);
  day!: Day;
  tick = 0;
  readonly #scenario: Scenario;
  readonly #tuning: ClassicalTuning;
  readonly #won = new Float64Array(CELLS);
  readonly #winning = new Float64Array(CELLS);
  readonly #chance = new OneDraw();
  readonly #hear: OutcomeHearer | null;
  #outcomes: ExactOutcomes | null = null;
  #bidder!: DayBidder;
  #caps!: FrequencyCaps;
  #deals!: DealDesk;
  #dues!: ClickDues;

  /** @param hear is told of each bid and what became of it. */
  constructor(scenario: Scenario, tuning: ClassicalTuning, hear: OutcomeHearer | null = null) {
    this.#scenario = scenario;
    this.#tuning = tuning;
    this.#hear = hear;
  }

  get steering(): Steering {
    return this.#bidder.agents.team!.steering;
  }

  get facts(): TeamFacts {
    return this.#bidder.agents.team!.facts;
  }

  begin(day: Day): void {
    this.day = day;
    this.tick = 0;
    this.#bidder = dayBidder(this.day, this.#tuning);
    this.#caps = new FrequencyCaps();
    this.#deals = new DealDesk(this.day, this.#tuning.shade);
    this.#dues = new ClickDues();
    this.#outcomes = this.#hear === null ? null : new ExactOutcomes(day.episode, this.#hear);
    this.#won.fill(0);
    this.left.set(this.day.budgets);
    this.sums.reset();
    this.sums.owed = this.#deals.owed;
    // A minute before the day the agents plan it.
    this.#bidder.clock.at = DAY_START - MINUTE_MS;
    this.#bidder.agents.tickAlone(MINUTE_MS);
    this.#bidder.clock.at = DAY_START;
    this.#look();
  }

  step(): boolean {
    const { agents, clock } = this.#bidder;
    for (const each of [this.tickValue, this.tickCost, this.tickPlan, this.tickChoice, this.#winning])
      each.fill(0);
    agents.team!.apply();
    for (const [minute, impressions] of arrivals(this.day, this.tick, MINUTES).entries()) {
      clock.at = DAY_START + this.tick * TICK_MS + minute * MINUTE_MS;
      this.#tickAgents();
      for (const impression of impressions)
        for (let advertiser = 0; advertiser < ADVERTISERS; advertiser += 1) {
          const campaign = advertiser * FORMATS + Math.floor(impression.cell / SEGMENTS);
          this.#offer(impression, this.#bidder.campaigns[campaign]!);
        }
    }
    this.#deals.play(this.tick, this.paced, this.steering, this.sums, this.tickValue, this.tickCost);
    for (let cell = 0; cell < CELLS; cell += 1) {
      const requests = this.day.requests[this.tick * CELLS + cell]!;
      this.#won[cell] = requests > 0 ? Math.min(1, this.#winning[cell]! / requests) : 0;
    }
    this.tick += 1;
    clock.at = DAY_START + this.tick * TICK_MS;
    this.#look();
    if (this.tick < TICKS) return false;
    this.sums.penalty += this.#deals.penalty();
    return true;
  }

  metrics(): DayMetrics {
    return this.sums.metrics(this.day.budgets, TRAFFIC);
  }

  unit(campaign: number): number {
    return this.day.budgets[advertiserOf(campaign)]! / TICKS;
  }

  setPaced(): never {
    throw new GavotteError('GV_BAD_INPUT', 'the multiplier of an exact day is the served agents’ own', {
      fix: 'Play rules that set the multiplier in closed form: fidelity aggregated.',
    });
  }

  met(): never {
    return this.setPaced();
  }

  /** A minute begins: clicks bring what is due, and the agents plan by what is left. */
  #tickAgents(): void {
    const { agents, campaigns, clock } = this.#bidder;
    this.#dues.settle(this.#minute(), (campaign, value) => agents.brought(campaign, value));
    for (const running of campaigns) running.groupFree = Math.floor(this.left[advertiserOf(running.index)]!);
    agents.tickAlone(MINUTE_MS);
    for (const { index } of campaigns) {
      const { plan } = agents.paceOf(index);
      this.tickPlan[index]! += plan.plannedBetween(clock.at, clock.at + MINUTE_MS);
      if (agents.throttle(index) < 1) this.sums.guardHits += 1 / MINUTES;
    }
  }

  /** The time of day in the days of the world, which follow each other by their numbers. */
  #at(): number {
    return this.#bidder.clock.at + this.day.episode * TICKS * TICK_MS;
  }

  #minute(): number {
    return (this.#bidder.clock.at - DAY_START) / MINUTE_MS;
  }

  /** One campaign meets one impression. */
  #offer(impression: Impression, running: RunningCampaign): void {
    const { index, wallet } = running;
    const { agents, clock, purse } = this.#bidder;
    if (wallet.free(clock.at) <= 0 || !agents.admits(index, impression.id)) return;
    const made = this.#bid(impression, running);
    if (made === undefined) return;
    const cpm = made.bid.candidate.priceCpmMicros;
    const number = purse.promise(
      wallet,
      Math.ceil(cpm / 1_000),
      clock.at,
      Number.POSITIVE_INFINITY,
      made.bid,
    );
    if (number < 0) return;
    running.bids += 1;
    const at = this.#at();
    const heard = this.#outcomes?.bid(at, made.bid);
    const { day } = this;
    const level = day.logLevel[impression.place]! + this.#scenario.elasticity * this.#won[impression.cell]!;
    const rivals = day.landscape.toBeat(drawFor(day, PURPOSE.rival, impression, index));
    const toBeat = Math.round(Math.exp(level) * rivals);
    if (cpm < toBeat) {
      purse.lost(number);
      agents.lost(made.bid, noticeOf('loss', made.bid, toBeat, toBeat));
      if (heard !== undefined) this.#outcomes!.lost(heard, at, toBeat);
      return;
    }
    const clearing = this.#scenario.firstPrice ? cpm : toBeat;
    const paid = Math.ceil(clearing / 1_000);
    purse.paid(number, wallet.epoch, paid);
    agents.won(made.bid, noticeOf('bill', made.bid, clearing, toBeat));
    agents.billed(made.bid);
    if (heard !== undefined) this.#outcomes!.won(heard, at, clearing, toBeat, paid);
    this.#book(made, impression, paid, heard);
  }

  /** What the campaign's agents make of it; undefined for no bid. */
  #bid(impression: Impression, running: RunningCampaign): Made | undefined {
    const { index, campaign } = running;
    const { agents } = this.#bidder;
    const { day } = this;
    const exposures = this.#caps.exposures(impression.user, index);
    const who = { segment: `s${impression.cell % SEGMENTS}`, exposures };
    this.#chance.next = drawFor(day, PURPOSE.choice, impression, index);
    const { creative, propensity } = agents.choose(index, EVERY_CREATIVE, who, this.#chance);
    const factor = day.creative[index * CREATIVES + creative]! * day.wear[index]! ** exposures;
    const { seenCpm, trueCpm } = worthOf(day, impression, index);
    const market = `format ${formatOf(index)}`;
    const priceCpmMicros = agents.price(index, {
      valueCpm: seenCpm * factor * day.bias[index]!,
      floorCpm: 0,
      auction: this.#scenario.firstPrice ? 'first' : 'second',
      maxCpm: campaign.maxCpm,
      market,
    });
    if (!(priceCpmMicros > 0)) return undefined;
    const valueCpm = seenCpm * factor;
    const chosen = { creative, propensity, ...who };
    const candidate = { ...chosen, campaign: running, deal: undefined, priceCpmMicros, valueCpm, market };
    return {
      bid: { exchange: 'exact', cappedUser: impression.user, candidate },
      worth: (trueCpm * factor) / 1_000,
    };
  }

  /** A win and its click, if there is one. */
  #book({ bid, worth }: Made, impression: Impression, paid: number, heard: HeardBid | undefined): void {
    const { campaign: running, creative } = bid.candidate;
    const { index } = running;
    const { day, sums } = this;
    running.wins += 1;
    running.openSpent += paid;
    running.spentToday += paid;
    this.left[advertiserOf(index)]! -= paid;
    this.#caps.see(impression.user, index, this.#bidder.clock.at);
    this.#winning[impression.cell]! += 1;
    sums.value += worth;
    sums.cost += paid;
    sums.openCost += paid;
    sums.wins += 1;
    sums.spend[this.tick * CAMPAIGNS + index]! += paid;
    this.tickValue[index]! += worth;
    this.tickCost[index]! += paid;
    this.tickChoice[index]! += worth * (1 - 1 / day.creative[index * CREATIVES + creative]!);
    // What is worth more is clicked more often; each click of a campaign is worth the same.
    const rate = Math.min(1, (day.clickRate * worth * 1_000) / meanValue(day, index));
    if (drawFor(day, PURPOSE.click, impression, index) >= rate) return;
    sums.realisedValue += worth / rate;
    this.#bidder.agents.creative.clicked(index, creative, bid.candidate);
    const kind = drawFor(day, PURPOSE.delay, impression, index);
    const wait = drawFor(day, PURPOSE.wait, impression, index);
    const due = this.#dues.add(this.#minute(), index, worth / rate, kind, wait);
    if (heard === undefined) return;
    this.#outcomes!.clicked(heard, this.#at());
    this.#outcomes!.converted(heard, this.#at() + (due - this.#minute()) * MINUTE_MS, worth / rate);
  }

  /** Facts as the served agents tell them, but for deals, which are played in closed form. */
  #look(): void {
    const { agents, campaigns } = this.#bidder;
    for (const { index, campaign } of campaigns) {
      this.paced[index] = 1 + agents.bidding.lambda(campaign.id);
      const advertiser = advertiserOf(index);
      this.alive[index] = this.left[advertiser]! > 1e-3 * this.day.budgets[advertiser]! ? 1 : 0;
    }
    agents.look((index) => {
      const row = index * FACT_COUNT;
      this.facts.facts[row + FACT.dealsBehind] = this.#deals.behind(index, this.tick);
      this.facts.facts[row + FACT.dealsShare] = this.#deals.shareOfBudget(index);
    });
  }
}

/** A stream of the one number that is to come next: what chooses a creative draws once. */
class OneDraw implements RandomStream {
  next = 0;

  uint32(): number {
    return Math.floor(this.next * 0x1_0000_0000);
  }

  float(): number {
    return this.next;
  }

  int(below: number): number {
    return Math.floor(this.next * below);
  }

  split(label: string): RandomStream {
    return randomStream(label);
  }
}
