import { GavotteError } from '../../../kernel/index.ts';
import type { ServedPolicy } from '../../engine-options.ts';
import { FAULTS_TO_QUARANTINE, SLOWEST_DECISION_MS } from '../guarded.ts';
import { ACTIONS, PERIODS, ROLES } from './roles.ts';
import { Steering } from './steering.ts';
import { FACT, OBSERVATION_SIZE, TeamFacts } from './team-facts.ts';
import type { TeamPolicy } from './team-policy.ts';
import { TeamSums } from './team-sums.ts';

/** Policy ticks of a horizon: a day, or a flight that is shorter. */
export const POLICY_TICKS = 48;

/** The corrections in force as factors, by campaign: 1 for none. Read on the bid path. */
export class SteeringFactors {
  readonly bid: Float64Array;
  readonly shade: Float64Array;
  readonly target: Float64Array;
  readonly admit: Float64Array;
  readonly share: Float64Array;
  readonly sharpness: Float64Array;

  constructor(campaigns: number) {
    const ones = () => new Float64Array(campaigns).fill(1);
    this.bid = ones();
    this.shade = ones();
    this.target = ones();
    this.admit = ones();
    this.share = ones();
    this.sharpness = ones();
  }

  /** Takes the steering of a campaign, on top of its tuning. */
  take(
    campaign: number,
    steering: Steering,
    { shade, sharpness }: { shade: number; sharpness: number },
  ): void {
    this.bid[campaign] = Math.exp(steering.bid[campaign]!);
    this.shade[campaign] = shade * Math.exp(steering.shade[campaign]!);
    this.target[campaign] = Math.exp(steering.target[campaign]!);
    this.admit[campaign] = Math.min(1, Math.exp(steering.admit[campaign]!));
    this.share[campaign] = Math.exp(steering.share[campaign]!);
    this.sharpness[campaign] = sharpness * Math.exp(steering.sharpness[campaign]!);
  }
}

/** Before any tick has passed nothing is known of these, as in training. */
const OF_A_TICK = ['tickSpent', 'tickTarget', 'throttle', 'requests', 'forecast', 'openness'] as const;

/**
 * A trained team at work in a bidder: each policy tick it looks at the facts of all campaigns and corrects what the
 * classical agents do, with the same code as in training. A policy that throws or takes too long corrects nothing; after
 * three times it is not asked any more.
 */
export class ServedTeam {
  #policy: TeamPolicy;
  readonly factors: SteeringFactors;
  readonly sums: TeamSums;
  readonly steering: Steering;
  readonly facts: TeamFacts;
  readonly tickMs: number;
  readonly #campaigns: number;
  readonly #monotonic: () => number;
  readonly #observations: Float32Array;
  readonly #actions = new Float32Array(Math.max(...ROLES.map((role) => ACTIONS[role].length)));
  #ticks = 0;
  #nextAt: number | null = null;
  #faults = 0;
  #quarantined: string | null = null;

  /**
   * @param horizonMs of the campaigns: a day, or the shortest flight.
   * @param monotonic milliseconds, to see how long the policy takes.
   */
  constructor(policy: TeamPolicy, campaigns: number, horizonMs: number, monotonic: () => number) {
    this.#policy = policy;
    this.factors = new SteeringFactors(campaigns);
    this.sums = new TeamSums(campaigns);
    this.steering = new Steering(campaigns);
    this.facts = new TeamFacts(campaigns);
    this.tickMs = horizonMs / POLICY_TICKS;
    this.#campaigns = campaigns;
    this.#monotonic = monotonic;
    this.#observations = new Float32Array(campaigns * OBSERVATION_SIZE);
    this.apply();
  }

  get policy(): TeamPolicy {
    return this.#policy;
  }

  /** Another policy serves, from its first decision at the next policy tick on; until then the old corrections hold. */
  serve(policy: TeamPolicy): void {
    this.#policy = policy;
    this.#faults = 0;
    this.#quarantined = null;
  }

  /** Why the policy is no longer asked; null while it is. */
  get quarantined(): string | null {
    return this.#quarantined;
  }

  /** For those who watch: which policy it is. */
  get served(): ServedPolicy {
    return { name: this.policy.name, hash: this.policy.hash, quarantined: this.#quarantined };
  }

  /**
   * To be called often; at once, and then once a policy tick, it asks `write` for the facts of each campaign, and decides.
   * @returns whether it decided.
   */
  tick(at: number, write: (campaign: number, facts: Float64Array, offset: number) => void): boolean {
    if (this.#nextAt !== null && at < this.#nextAt) return false;
    const isFirst = this.#nextAt === null;
    this.#nextAt = at + this.tickMs;
    for (let campaign = 0; campaign < this.#campaigns; campaign += 1) {
      const offset = this.facts.offset(campaign);
      this.sums.take(campaign, this.facts.facts, offset);
      write(campaign, this.facts.facts, offset);
      if (isFirst) for (const fact of OF_A_TICK) this.facts.facts[offset + FACT[fact]] = 0;
    }
    if (!isFirst) {
      this.facts.endTick();
      this.#ticks += 1;
    }
    this.#decide();
    this.apply();
    return true;
  }

  #decide(): void {
    if (this.#quarantined !== null) return;
    const askedAt = this.#monotonic();
    try {
      for (let campaign = 0; campaign < this.#campaigns; campaign += 1) {
        const from = campaign * OBSERVATION_SIZE;
        this.facts.write(campaign, this.steering, this.#observations, from);
        for (const role of this.policy.roles) {
          if (this.#ticks % PERIODS[role] !== 0) continue;
          this.policy.decide(role, this.#observations, from, this.#actions, 0);
          for (let index = 0; index < ACTIONS[role].length; index += 1)
            if (!Number.isFinite(this.#actions[index])) throw new TypeError(`${role} answered no number`);
          this.steering.set(role, campaign, this.#actions);
        }
      }
      const tookMs = this.#monotonic() - askedAt;
      if (tookMs > SLOWEST_DECISION_MS * Math.max(1, this.#campaigns / 100)) this.#fault(`took ${tookMs} ms`);
    } catch (thrown) {
      this.#fault(`threw: ${GavotteError.from(thrown).message}`);
      this.steering.clear();
    }
  }

  #fault(what: string): void {
    this.#faults += 1;
    if (this.#faults < FAULTS_TO_QUARANTINE) return;
    this.#quarantined = `the team ${what} (fault ${this.#faults})`;
    this.steering.clear();
  }

  /** Puts the steering in force; whoever writes it from elsewhere calls it. */
  apply(): void {
    for (let campaign = 0; campaign < this.#campaigns; campaign += 1)
      this.factors.take(campaign, this.steering, this.policy.tuning);
  }
}
