import { type AdAuction, trafficLeft } from '../../adauction/index.ts';
import { type ClassicalTuning, FACT } from '../../delivery/index.ts';
import { Draws } from '../../kernel/index.ts';
import { type Contender, classicalContender } from './contenders.ts';

/**
 * A known way to bid, with the six numbers of `ClassicalTuning` to be chosen by the same search: each uses those that it
 * has a meaning for. All play within the rails that the environment keeps (budgets, caps, floors, first looks of deals)
 * and with the same creatives and splits of money; they differ in how a campaign’s multiplier 1 + λ moves.
 */
export interface Rule {
  readonly name: string;
  readonly summary: string;
  readonly make: (tuning: ClassicalTuning) => Contender;
}

/** What a rule sees of a campaign: numbers that its agents know. */
interface Known {
  readonly planned: number;
  readonly spent: number;
  readonly tickSpent: number;
  /** What the money left would spend in the tick that comes, by time alone and by the forecast of traffic. */
  readonly evenSpend: number;
  readonly plannedSpend: number;
}

/** The rules of design §6 that are about pace; those of P48 are beside their market. */
export const RULES: readonly Rule[] = [
  { name: 'random', summary: 'corrections by chance', make: random },
  { name: 'static', summary: 'one multiplier for all days', make: (tuning) => still('static', tuning) },
  { name: 'greedy', summary: 'bids the whole worth until the money is gone', make: greedy },
  { name: 'bang-bang', summary: 'a step up when ahead of the plan, a step down when behind', make: bangBang },
  { name: 'pid', summary: 'PID control of the error against the plan', make: pid },
  { name: 'dmd', summary: 'dual mirror descent towards even spending', make: dualDescent },
  {
    name: 're-solve',
    summary: 'each tick, the multiplier that would spend what is left by the forecast',
    make: resolve,
  },
  { name: 'throttle', summary: 'one multiplier; pace by taking part in fewer auctions', make: throttle },
  {
    name: 'classical',
    summary: 'the composition that is served',
    make: (tuning) => classicalContender('classical', tuning),
  },
];

function still(name: string, tuning: ClassicalTuning): Contender {
  return { name, tuning: { ...tuning, rate: 0 }, act: () => {} };
}

function random(tuning: ClassicalTuning): Contender {
  return {
    name: 'random',
    tuning,
    act: (env, tick) => {
      const draws = new Draws(1, tick);
      for (const [role, actions] of env.actions.entries())
        for (let index = 0; index < actions.length; index += 1)
          actions[index] = 2 * draws.uniform(role, index) - 1;
    },
  };
}

function greedy(tuning: ClassicalTuning): Contender {
  return {
    name: 'greedy',
    tuning: { ...tuning, rate: 0, lambda: 0 },
    act: (env) => {
      for (const [index, { name }] of env.roles.entries()) if (name === 'pacer') env.actions[index]!.fill(1);
    },
  };
}

function bangBang(tuning: ClassicalTuning): Contender {
  const step = 0.3 * tuning.rate;
  return moving('bang-bang', tuning, (known) => Math.sign(known.spent - known.planned) * step);
}

function pid(tuning: ClassicalTuning): Contender {
  const [sums, before] = [new Map<number, number>(), new Map<number, number>()];
  return moving('pid', tuning, (known, row, tick) => {
    const error = known.planned > 0 ? (known.spent - known.planned) / known.planned : 0;
    const sum = tick === 1 ? error : (sums.get(row) ?? 0) + error;
    const change = tick === 1 ? 0 : error - (before.get(row) ?? 0);
    sums.set(row, sum);
    before.set(row, error);
    return tuning.rate * (tuning.gain * error + 0.1 * tuning.memory * sum + change);
  });
}

function dualDescent(tuning: ClassicalTuning): Contender {
  return moving('dmd', tuning, ({ tickSpent, evenSpend }) =>
    evenSpend > 0 ? tuning.rate * Math.min(30, tickSpent / evenSpend - 1) : 0,
  );
}

function resolve(tuning: ClassicalTuning): Contender {
  return moving('re-solve', tuning, ({ tickSpent, plannedSpend }) =>
    tickSpent > 0 && plannedSpend > 0 ? tuning.rate * Math.log(tickSpent / plannedSpend) : 0,
  );
}

function throttle(tuning: ClassicalTuning): Contender {
  return {
    name: 'throttle',
    tuning: { ...tuning, rate: 0 },
    act: (env, tick) => {
      const role = env.roles.findIndex(({ name }) => name === 'pacer');
      const { actions } = env.roles[role]!;
      for (let row = 0; row < env.episodes * env.slots && tick > 0; row += 1) {
        const { spent, planned } = knownOf(env, row, tick);
        const ahead = planned > 0 ? (spent - planned) / planned : 0;
        env.actions[role]![row * actions + 1] = -tuning.gain * Math.max(0, Math.min(1, 5 * ahead));
      }
    },
  };
}

/** A rule that moves log(1 + λ) of each campaign, each tick, by what `change` says. */
function moving(
  name: string,
  tuning: ClassicalTuning,
  change: (known: Known, row: number, tick: number) => number,
): Contender {
  return {
    name,
    tuning: { ...tuning, rate: 0 },
    act: (env, tick) => {
      if (tick === 0) return;
      for (let row = 0; row < env.episodes * env.slots; row += 1) {
        const { facts, offset } = env.factsOf(row);
        const paced = 1 + facts[offset + FACT.lambda]!;
        env.setPaced(row, paced * Math.exp(change(knownOf(env, row, tick), row, tick)));
      }
    },
  };
}

function knownOf(env: AdAuction, row: number, tick: number): Known {
  const { facts, offset } = env.factsOf(row);
  const fact = (name: keyof typeof FACT) => facts[offset + FACT[name]]!;
  const left = Math.max(0, fact('budget') - fact('spent'));
  return {
    planned: fact('planned'),
    spent: fact('spent'),
    tickSpent: fact('tickSpent'),
    evenSpend: left / (env.episodeSteps - tick),
    plannedSpend: left * (1 - trafficLeft(tick + 1) / trafficLeft(tick)),
  };
}
