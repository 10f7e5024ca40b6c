import {
  CALM_NETWORK,
  type DealType,
  type NetworkFaults,
  type RandomStream,
  randomStream,
} from '../kernel/index.ts';

/** One world to be tried, entirely a function of its seed. */
export interface Scenario {
  readonly seed: number;
  readonly honestSellers: number;
  /** Kinds of liars beside them, by name. */
  readonly liars: readonly string[];
  readonly budgetMicros: number;
  readonly impressions: number;
  readonly dealType: DealType;
  readonly maxCpmMicros: number | null;
  readonly maxDeals: number;
  readonly faults: NetworkFaults;
  /** How far the buyer's clock is from the true one. */
  readonly clockOffsetMs: number;
  /** Where the buyer is killed: the share of the way through its calls; null = it is not. Twice, when two are given. */
  readonly crashes: readonly number[];
}

const STORMY: NetworkFaults = {
  refused: 0.03,
  lostRequest: 0.05,
  lostResponse: 0.08,
  duplicated: 0.06,
  heldUp: 0.03,
  delayMsMin: 1,
  delayMsMax: 900,
  heldUpMs: 8_000,
};

/** The scenario of a seed: a third calm, the rest with faults, crashes and liars in all mixtures. */
export function scenarioOf(seed: number, liarKinds: readonly string[]): Scenario {
  const random = randomStream(`scenario:${seed}`);
  const calm = random.float() < 0.3;
  const crashes =
    calm || random.float() < 0.4 ? [] : Array.from({ length: 1 + random.int(2) }, () => random.float());
  return {
    seed,
    honestSellers: 1 + random.int(4),
    liars: random.float() < 0.3 ? [] : draw(random, liarKinds, 1 + random.int(3)),
    budgetMicros: (5_000 + random.int(60_000)) * 1_000_000,
    impressions: 50_000 * (1 + random.int(12)),
    dealType: (['PG', 'PD', 'PA'] as const)[random.int(3)]!,
    maxCpmMicros: random.float() < 0.4 ? (15 + random.int(30)) * 1_000_000 : null,
    maxDeals: 1 + random.int(4),
    faults: calm ? CALM_NETWORK : STORMY,
    clockOffsetMs: random.float() < 0.2 ? random.int(1_000) - 500 : 0,
    crashes,
  };
}

/** `count` different entries of `from`, or all of them. */
function draw(random: RandomStream, from: readonly string[], count: number): readonly string[] {
  const left = [...from];
  const drawn: string[] = [];
  while (drawn.length < count && left.length > 0) drawn.push(...left.splice(random.int(left.length), 1));
  return drawn;
}
