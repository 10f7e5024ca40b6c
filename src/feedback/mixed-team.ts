import type { AdAuction } from '../adauction/index.ts';
import { ACTIONS, type TeamPolicy } from '../delivery/index.ts';
import { Draws } from '../kernel/index.ts';

/** Campaigns of an advertiser share its money, so they are corrected by one policy. */
const CAMPAIGNS_OF_ADVERTISER = 3;

/** How far a candidate’s actions are from the incumbent’s. */
export interface ShadowFigures {
  readonly decisions: number;
  /** Mean absolute difference of an action, which goes from −1 to 1. */
  readonly distance: number;
}

/**
 * Two policies at work in one market: the incumbent, and a candidate that is only asked (shadow), or that decides for a
 * share of the advertisers, drawn anew each day (canary).
 */
export class MixedTeam {
  /** 0 is a shadow. */
  share = 0;
  candidate: TeamPolicy | null = null;
  incumbent: TeamPolicy;
  #decisions = 0;
  #distance = 0;
  readonly #other = new Float32Array(Math.max(...Object.values(ACTIONS).map((names) => names.length)));

  constructor(incumbent: TeamPolicy) {
    this.incumbent = incumbent;
  }

  /** Whether the candidate decides for an advertiser on a day. */
  isCanary(day: number, advertiser: number): boolean {
    return this.candidate !== null && new Draws(CANARY_SEED, day).uniform(advertiser) < this.share;
  }

  /** What the candidate would have done, since it is there. */
  get shadow(): ShadowFigures {
    return {
      decisions: this.#decisions,
      distance: this.#decisions === 0 ? 0 : this.#distance / this.#decisions,
    };
  }

  /** The candidate is new, or gone. */
  propose(candidate: TeamPolicy | null): void {
    this.candidate = candidate;
    this.share = 0;
    this.#decisions = 0;
    this.#distance = 0;
  }

  /** Fills the actions of a tick. */
  act(env: AdAuction, tick: number): void {
    for (const [index, { name, actions, period }] of env.roles.entries()) {
      if (tick % period !== 0) continue;
      for (let row = 0; row < env.episodes * env.slots; row += 1) {
        const day = env.days[Math.floor(row / env.slots)]!;
        const isCanary = this.isCanary(day, Math.floor((row % env.slots) / CAMPAIGNS_OF_ADVERTISER));
        const policy = isCanary ? this.candidate! : this.incumbent;
        const from = row * env.observationSize;
        const to = row * actions;
        const out = env.actions[index]!;
        if (policy.roles.includes(name)) policy.decide(name, env.observations, from, out, to);
        else out.fill(0, to, to + actions);
        if (this.candidate === null || isCanary || !this.candidate.roles.includes(name)) continue;
        this.candidate.decide(name, env.observations, from, this.#other, 0);
        for (let action = 0; action < actions; action += 1) {
          this.#decisions += 1;
          this.#distance += Math.abs(this.#other[action]! - out[to + action]!);
        }
      }
    }
  }
}

const CANARY_SEED = 20_261;
