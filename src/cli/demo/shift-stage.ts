import { AdAuction, type MarketShift, type Scenario, scenarioOf } from '../../adauction/index.ts';
import { TeamPolicy } from '../../delivery/index.ts';
import { FeedbackAgent, MixedTeam, type RetrainingReason } from '../../feedback/index.ts';
import { type Clock, GavotteError, randomStream } from '../../kernel/index.ts';
import { bootstrap, type Comparison, compare, type Estimate, meanOf } from '../../learning/index.ts';
import type { Ledger } from '../../ledger/index.ts';
import type { PolicyFile } from '../../neural/index.ts';
import type { OutcomeLog } from '../../outcomes/index.ts';
import { LiveMarket } from '../../services/index.ts';
import type { Output } from '../output.ts';

/** The market of the demo’s team, smaller, with the same campaigns every day. */
function marketOf(impressions: number): Scenario {
  return { ...scenarioOf('deals'), impressions, campaignsOf: 1 };
}
const DAY_MS = 86_400_000;
const HOURS = 24;
const ADVERTISERS = 4;
const _CAMPAIGNS_OF_ADVERTISER = 3;
/** The first of the days on which both policies are compared at the end, beyond those that were played. */
const COMPARED_FROM = 1_000;
const COMPARED_DAYS = 16;
const READ_WAIT_MS = 1_000;
const RETRY_MS = 500;
/** A log that answers and has nothing new for so long has lost something. */
const MOST_WAIT_MS = 60_000;
/** The world that live days are of. */
const WORLD = 2;

/** Days of one kind. */
export interface Phase {
  readonly name: string;
  readonly days: number;
  /** Surplus of an hour, micros, with its interval over days. */
  readonly perHour: Estimate;
}

/** How advertisers fared by the candidate, beside those by the incumbent; relative. */
export interface CanaryResult extends Estimate {
  readonly canaries: number;
  readonly pairs: number;
}

/** The live market, the log, the ledger and the feedback agent of the demo. */
export class ShiftStage {
  readonly team: MixedTeam;
  readonly feedback: FeedbackAgent;
  readonly ledger: Ledger;
  readonly phases: Phase[] = [];
  records = 0;
  /** Micros billed, by the records. */
  billed = 0;
  readonly #market: LiveMarket;
  readonly #output: Output;
  readonly #clock: Clock;
  readonly #usual: Scenario;
  #scenario: Scenario;
  #day = 0;
  #shiftedAt = 0;

  static async open(parts: {
    readonly ledger: Ledger;
    readonly log: OutcomeLog;
    readonly incumbent: PolicyFile;
    readonly output: Output;
    readonly clock: Clock;
    /** Of a day. */
    readonly impressions: number;
  }): Promise<ShiftStage> {
    const consumer = await parts.log.consumer('feedback', { from: 'start' });
    return new ShiftStage(parts, new FeedbackAgent({ consumer, periodMs: DAY_MS }));
  }

  private constructor(
    { ledger, log, incumbent, output, clock, impressions }: Parameters<typeof ShiftStage.open>[0],
    feedback: FeedbackAgent,
  ) {
    this.ledger = ledger;
    this.team = new MixedTeam(new TeamPolicy(incumbent));
    this.feedback = feedback;
    this.#market = new LiveMarket({ ledger, log, team: this.team });
    this.#output = output;
    this.#clock = clock;
    this.#usual = marketOf(impressions);
    this.#scenario = this.#usual;
  }

  get daysSinceShift(): number {
    return this.#day - this.#shiftedAt;
  }

  /** From the next day on the market is another. */
  shift(shift: MarketShift): void {
    this.#scenario = { ...this.#usual, shift };
    this.#shiftedAt = this.#day;
  }

  async play(name: string, days: number, between: () => void): Promise<void> {
    const surplus: number[] = [];
    for (let day = 0; day < days; day += 1) surplus.push(await this.#playDay(name, between));
    this.#keep(name, surplus);
  }

  /** Plays until the feedback agent has a reason to train anew; null when it finds none. */
  async playUntilReason(name: string, most: number, between: () => void): Promise<RetrainingReason | null> {
    const surplus: number[] = [];
    while (surplus.length < most && this.feedback.reason === null)
      surplus.push(await this.#playDay(name, between));
    this.#keep(name, surplus);
    return this.feedback.reason;
  }

  /** Plays days on which the candidate decides for some advertisers; how they fare beside the others. */
  async playCanary(name: string, days: number, between: () => void): Promise<CanaryResult> {
    const surplus: number[] = [];
    const first = this.#day;
    const scores: { advertiser: number; isCanary: boolean; surplus: number }[] = [];
    for (let day = 0; day < days; day += 1) {
      surplus.push(await this.#playDay(name, between));
      for (let advertiser = 0; advertiser < ADVERTISERS; advertiser += 1)
        scores.push({
          advertiser,
          isCanary: this.team.isCanary(first + day, advertiser),
          surplus: this.#byAdvertiser[advertiser]!,
        });
    }
    this.#keep(name, surplus);
    return canaryOf(scores);
  }

  /** Both policies on the same days of the changed market, which neither has seen. */
  comparedOnSameDays(before: PolicyFile, after: PolicyFile): Comparison {
    const surplusOf = (file: PolicyFile) => {
      const team = new MixedTeam(new TeamPolicy(file));
      const scores: number[] = [];
      const { tuning } = team.incumbent;
      const env = new AdAuction({
        scenario: this.#scenario,
        seed: WORLD,
        episodes: 1,
        tuning,
        fidelity: 'exact',
      });
      env.onDay = ({ surplus }) => scores.push(surplus);
      env.begin(COMPARED_FROM, 1);
      for (let tick = 0; tick < COMPARED_DAYS * env.episodeSteps; tick += 1) {
        team.act(env, tick % env.episodeSteps);
        env.step();
      }
      return Float64Array.from(scores);
    };
    return compare([surplusOf(after)], surplusOf(before), randomStream('same days'));
  }

  close(): Promise<void> {
    return this.feedback.close();
  }

  /** By advertiser, of the last day. */
  readonly #byAdvertiser = new Float64Array(ADVERTISERS);

  async #playDay(name: string, between: () => void): Promise<number> {
    const { metrics, records, billed, values } = await this.#market.play(this.#scenario, this.#day);
    this.#byAdvertiser.set(values);
    this.records += records;
    this.billed += billed;
    await this.#readAll(between);
    this.#day += 1;
    const perHour = metrics.surplus / HOURS;
    const { report } = this.feedback.market;
    this.#output.note(
      `  day ${String(this.#day).padStart(2)}  ${name.padEnd(20)}  ${dollars(perHour)} an hour  ${report.records.toLocaleString('en-US')} records read`,
    );
    between();
    return perHour;
  }

  /** Reads until every bill has come; a broker that is away is waited for. */
  async #readAll(between: () => void): Promise<void> {
    let isAway = false;
    let before = -1;
    let since = this.#clock.monotonic();
    while (this.feedback.market.paid < this.billed) {
      try {
        await this.feedback.read(READ_WAIT_MS);
        const { paid } = this.feedback.market;
        if (paid !== before) since = this.#clock.monotonic();
        before = paid;
        if (this.#clock.monotonic() - since > MOST_WAIT_MS)
          throw new GavotteError(
            'GV_TIMEOUT',
            `${this.billed - paid} micros of bills have not come from the log`,
            {
              fix: 'See what the broker says of the topic gavotte.demo; the ledger has every bill.',
            },
          );
      } catch (thrown) {
        const error = GavotteError.from(thrown);
        if (error.recovery !== 'transient') throw error;
        if (!isAway)
          this.#output.note(`  The log is away: ${error.message}. What was written waits on our disk.`);
        isAway = true;
        between();
        await this.#clock.sleep(RETRY_MS);
      }
    }
    if (isAway) this.#output.note('  It is back, and everything has come.');
  }

  #keep(name: string, surplus: readonly number[]): void {
    if (surplus.length === 0) return;
    const perHour = bootstrap(
      [Float64Array.from(surplus)],
      (values) => meanOf([...values]),
      randomStream(name),
    );
    this.phases.push({ name, days: surplus.length, perHour });
  }
}

/** Micros as dollars with cents. */
export function dollars(micros: number): string {
  return `$${(micros / 1e6).toFixed(2)}`;
}

/** Each advertiser’s days over its own mean, so that large ones weigh no more; then canaries beside the others. */
function canaryOf(
  scores: readonly { advertiser: number; isCanary: boolean; surplus: number }[],
): CanaryResult {
  const means = Array.from({ length: ADVERTISERS }, (_, advertiser) =>
    meanOf(scores.filter((each) => each.advertiser === advertiser).map(({ surplus }) => surplus)),
  );
  const relative = (isCanary: boolean) =>
    scores
      .filter((each) => each.isCanary === isCanary)
      .map(({ advertiser, surplus }) => surplus / Math.max(1, means[advertiser]!));
  const [own, others] = [relative(true), relative(false)];
  const difference = meanOf(own) - meanOf(others);
  const error = 1.96 * Math.sqrt(varianceOf(own) / own.length + varianceOf(others) / others.length);
  return {
    value: difference,
    low: difference - error,
    high: difference + error,
    canaries: own.length,
    pairs: scores.length,
  };
}

function varianceOf(values: readonly number[]): number {
  const mean = meanOf(values);
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length - 1);
}
