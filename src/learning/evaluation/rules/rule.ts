import { type AdAuction, trafficLeft } from '../../../adauction/index.ts';
import { type ClassicalTuning, FACT } from '../../../delivery/index.ts';
import type { Contender } from '../contenders.ts';

/**
 * A known way to bid, with the six numbers of `ClassicalTuning` to be chosen by the same search: each uses those that it
 * has a meaning for. All play within the rails that the environment keeps (budgets, caps, floors, first looks of deals)
 * and with the same creatives and splits of money; they differ in how a campaign’s multiplier 1 + λ moves, and some in
 * how bids are made of worths.
 */
export interface Rule {
  readonly name: string;
  readonly summary: string;
  readonly make: (tuning: ClassicalTuning) => Contender;
}

/** What a rule sees of a campaign: numbers that its agents know, micros. */
export interface Known {
  /** What the plan wanted spent by now, and what was. */
  readonly planned: number;
  readonly spent: number;
  readonly tickSpent: number;
  /** Value that the last tick’s wins were expected to bring. */
  readonly tickValue: number;
  /** What is left of what the last split lets the campaign spend. */
  readonly left: number;
  /** What the money left would spend in the tick that comes, by time alone and by the forecast of traffic. */
  readonly evenSpend: number;
  readonly plannedSpend: number;
  /** 1 + λ. */
  readonly paced: number;
}

/** What a campaign’s agents know when `tick` begins. */
export function knownOf(env: AdAuction, row: number, tick: number): Known {
  const { facts, offset } = env.factsOf(row);
  const fact = (name: keyof typeof FACT) => facts[offset + FACT[name]]!;
  const left = Math.max(0, fact('budget') - fact('spent'));
  return {
    planned: fact('planned'),
    spent: fact('spent'),
    tickSpent: fact('tickSpent'),
    tickValue: fact('expectedValue'),
    left,
    evenSpend: left / (env.episodeSteps - tick),
    plannedSpend: left * (1 - trafficLeft(tick + 1) / trafficLeft(tick)),
    paced: 1 + fact('lambda'),
  };
}

/** A rule that says 1 + λ of each campaign, each tick after the first, which is played with the tuning’s λ. */
export function pacedBy(
  name: string,
  tuning: ClassicalTuning,
  paced: (known: Known, row: number, tick: number, env: AdAuction) => number,
): Contender {
  return {
    name,
    tuning: { ...tuning, rate: 0 },
    act: (env, tick) => {
      if (tick === 0) return;
      for (let row = 0; row < env.episodes * env.slots; row += 1)
        env.setPaced(row, paced(knownOf(env, row, tick), row, tick, env));
    },
  };
}

/** A rule that moves log(1 + λ) of each campaign, each tick, by what `change` says. */
export function moving(
  name: string,
  tuning: ClassicalTuning,
  change: (known: Known, row: number, tick: number) => number,
): Contender {
  return pacedBy(name, tuning, (known, row, tick) => known.paced * Math.exp(change(known, row, tick)));
}

/** What a rule remembers of each campaign of a day: made anew in the first tick that it is asked in. */
export function memories<T>(make: () => T): (row: number, tick: number) => T {
  const byRow = new Map<number, T>();
  return (row, tick) => {
    const kept = tick === 1 ? undefined : byRow.get(row);
    if (kept !== undefined) return kept;
    const made = make();
    byRow.set(row, made);
    return made;
  };
}
