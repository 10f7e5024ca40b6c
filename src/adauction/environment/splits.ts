import { BudgetAgent, type Steering } from '../../delivery/index.ts';
import { micros, type RandomStream, randomStream } from '../../kernel/index.ts';
import { type Day, PURPOSE } from './day.ts';
import { ADVERTISERS, CAMPAIGNS, FORMATS, TICKS, TRAFFIC } from './scenario.ts';

/** Policy ticks between two splits of an advertiser’s money. */
export const SPLIT_EVERY = 8;
/** An award is lost on its way with this chance: the campaign goes on with what it had. */
const LOST = 0.01;
/** The classical split draws nothing. */
const NO_CHANCE: RandomStream = randomStream('no chance');
/** The forecast of all traffic from each tick on. */
const REMAINING = remainingTraffic();

/** Who may spend how much: the served budget agent of each advertiser, and the plan that follows from its split. */
export class Splits {
  readonly share = new Float64Array(CAMPAIGNS);
  /** Micros awarded, what had been spent then, and when that was. */
  readonly tranche = new Float64Array(CAMPAIGNS);
  readonly spentThen = new Float64Array(CAMPAIGNS);
  readonly #since = new Float64Array(CAMPAIGNS);
  /** Value of the next micro over the mean of the advertiser’s campaigns, as a logarithm. */
  readonly marginal = new Float64Array(CAMPAIGNS);
  #agents: readonly BudgetAgent[] = [];

  reset(): void {
    this.#agents = Array.from({ length: ADVERTISERS }, () => new BudgetAgent());
    this.marginal.fill(0);
  }

  observe(campaign: number, spent: number, value: number): void {
    this.#agents[Math.floor(campaign / FORMATS)]!.observe(NAMES[campaign % FORMATS]!, spent, value);
  }

  /** Splits what each advertiser has left, corrected by the steering. */
  split(day: Day, tick: number, left: Float64Array, spent: Float64Array, steering: Steering): void {
    for (let advertiser = 0; advertiser < ADVERTISERS; advertiser += 1) {
      const whole = Math.floor(left[advertiser]!);
      const parts = this.#parts(advertiser, whole);
      let sum = 0;
      for (let format = 0; format < FORMATS; format += 1) {
        parts[format]! *= Math.exp(steering.share[advertiser * FORMATS + format]!);
        sum += parts[format]!;
      }
      for (let format = 0; format < FORMATS; format += 1) {
        const campaign = advertiser * FORMATS + format;
        if (tick > 0 && day.draws.uniform(PURPOSE.stale, tick, CAMPAIGNS + campaign) < LOST) continue;
        this.share[campaign] = sum > 0 ? parts[format]! / sum : 1 / FORMATS;
        this.tranche[campaign] = whole * this.share[campaign]!;
        this.spentThen[campaign] = spent[campaign]!;
        this.#since[campaign] = tick;
      }
    }
  }

  /** What a campaign should have spent when `tick` begins. */
  plannedBy(campaign: number, tick: number): number {
    const since = this.#since[campaign]!;
    const done = REMAINING[since]! - REMAINING[tick]!;
    return this.spentThen[campaign]! + (this.tranche[campaign]! * done) / REMAINING[since]!;
  }

  #parts(advertiser: number, whole: number): Float64Array {
    const agent = this.#agents[advertiser]!;
    agent.closeHour();
    const claims = NAMES.map((id) => ({ id, capMicros: micros(whole), minMicros: micros(0) }));
    const tranches = agent.tranches(claims, micros(whole), [1], NO_CHANCE);
    let mean = 0;
    for (const [format, id] of NAMES.entries()) {
      const { valuePerMicro, scaleMicros } = agent.curve(id, Math.max(1, whole));
      const log = Math.log(valuePerMicro) - tranches.get(id)![0]! / (scaleMicros * 8);
      this.marginal[advertiser * FORMATS + format] = log;
      mean += log / FORMATS;
    }
    for (let format = 0; format < FORMATS; format += 1) this.marginal[advertiser * FORMATS + format]! -= mean;
    return Float64Array.from(NAMES, (id) => tranches.get(id)![0]!);
  }
}

const NAMES = ['display', 'video', 'audio'] as const;

/** Share of the forecast’s traffic that is still to come when a tick begins. */
export function trafficLeft(tick: number): number {
  return REMAINING[tick]! / REMAINING[0]!;
}

function remainingTraffic(): Float64Array {
  const sums = new Float64Array(TICKS + 1);
  for (let tick = TICKS - 1; tick >= 0; tick -= 1) sums[tick] = sums[tick + 1]! + TRAFFIC[tick]!;
  return sums;
}
