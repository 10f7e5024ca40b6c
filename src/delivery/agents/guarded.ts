import { type Clock, GavotteError, type RandomStream } from '../../kernel/index.ts';
import type { Policy } from './agent.ts';

/** Faults after which a policy is no longer asked: one may be chance, three are a habit (fault/D14). */
export const FAULTS_TO_QUARANTINE = 3;
/** Slower than this is a fault. A decision takes microseconds; the rest allows for a pause of the machine. */
export const SLOWEST_DECISION_MS = 50;
/** Longest reason kept: what a policy throws is not ours and may be a megabyte. */
const MAX_REASON_LENGTH = 200;

/** A policy that cannot do worse than fall back to its baseline. */
export interface GuardedPolicy<Observation, Action> extends Policy<Observation, Action> {
  /** Faults so far. */
  readonly faults: number;
  /** Why the policy is no longer asked; `null` while it is. */
  readonly quarantined: string | null;
}

/** A policy that takes the place of a classical one, and the clock by which its decisions are timed. */
export interface Learned<Observation, Action> {
  readonly policy: Policy<Observation, Action>;
  readonly clock: Pick<Clock, 'monotonic'>;
}

/**
 * The learned policy, with `baseline` standing in for every answer that throws or that `isValid` refuses (NaN, infinite,
 * huge, wrong shape), in the same decision. An answer that took longer than `SLOWEST_DECISION_MS` is used, and is a
 * fault. After three faults only the baseline is asked. Nothing is thrown that the baseline does not throw. `isValid` states the bounds of an action; it may throw, which is a refusal.
 */
export function guarded<Observation, Action>(
  learned: Learned<Observation, Action>,
  baseline: Policy<Observation, Action>,
  isValid: (action: Action, observation: Observation) => boolean,
): GuardedPolicy<Observation, Action> {
  return new Guard(learned, baseline, isValid);
}

class Guard<Observation, Action> implements GuardedPolicy<Observation, Action> {
  readonly #policy: Policy<Observation, Action>;
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #baseline: Policy<Observation, Action>;
  readonly #isValid: (action: Action, observation: Observation) => boolean;
  #faults = 0;
  #quarantined: string | null = null;

  constructor(
    { policy, clock }: Learned<Observation, Action>,
    baseline: Policy<Observation, Action>,
    isValid: (action: Action, observation: Observation) => boolean,
  ) {
    this.#policy = policy;
    this.#clock = clock;
    this.#baseline = baseline;
    this.#isValid = isValid;
  }

  /** Who decides: the policy, or its baseline once the policy is in quarantine. */
  get name(): string {
    return this.#quarantined === null ? this.#policy.name : this.#baseline.name;
  }

  get version(): string {
    return this.#quarantined === null ? this.#policy.version : this.#baseline.version;
  }

  get faults(): number {
    return this.#faults;
  }

  get quarantined(): string | null {
    return this.#quarantined;
  }

  act(observation: Observation, random: RandomStream): Action {
    if (this.#quarantined !== null) return this.#baseline.act(observation, random);
    const askedAt = this.#clock.monotonic();
    try {
      const action = this.#policy.act(observation, random);
      const isUsable = this.#isValid(action, observation);
      if (!isUsable) this.#fault(`gave ${describe(action)}, which is out of bounds`);
      else {
        const tookMs = this.#clock.monotonic() - askedAt;
        if (tookMs > SLOWEST_DECISION_MS) this.#fault(`took ${tookMs} ms`);
        return action;
      }
    } catch (thrown) {
      this.#fault(`threw: ${GavotteError.from(thrown).message}`);
    }
    return this.#baseline.act(observation, random);
  }

  #fault(what: string): void {
    this.#faults += 1;
    if (this.#faults < FAULTS_TO_QUARANTINE || this.#quarantined !== null) return;
    const reason = `${this.#policy.name} ${this.#policy.version} ${what} (fault ${this.#faults})`;
    this.#quarantined = reason.slice(0, MAX_REASON_LENGTH);
  }
}

/** A short text for any value; an action of a broken policy may be anything. */
function describe(action: unknown): string {
  if (typeof action === 'number') return String(action);
  try {
    return (JSON.stringify(action) ?? typeof action).slice(0, MAX_REASON_LENGTH);
  } catch {
    return typeof action;
  }
}
