import { randomStream, realClock } from '../kernel/index.ts';
import { marketLiars } from '../market/index.ts';
import type { Violation } from './checker.ts';
import { PLANTED_DELIVERY_BUGS } from './delivery/planted-delivery-bugs.ts';
import { runDelivery } from './delivery/run-delivery.ts';
import { deliveryScenarioOf } from './delivery/scenario.ts';
import { tryDeliveryBug } from './delivery/verify-delivery.ts';
import { PLANTED_BUGS, type PlantedBug } from './planted-bugs.ts';
import { runScenario } from './run-scenario.ts';
import { type Scenario, scenarioOf } from './scenario.ts';

/** A promise broken, and the seed that replays it. */
export interface SeedViolation extends Violation {
  readonly seed: number;
}

/** How often the booking code was killed at one place, and what came of it. */
export interface CrashPointReport {
  /** `before network POST /api/v1/deals` */
  readonly name: string;
  readonly times: number;
  readonly violations: number;
}

/** Whether one planted bug was seen. */
export interface PlantedBugReport {
  readonly name: string;
  readonly origin: string;
  /** The rule that caught it; null when it went unseen. */
  readonly caughtBy: string | null;
  readonly seed: number | null;
  readonly seedsTried: number;
}

/** What the worlds came to. */
export interface VerifyReport {
  readonly ok: boolean;
  readonly seeds: number;
  readonly firstSeed: number;
  readonly seedsPerMinute: number;
  readonly crashes: number;
  /** Network faults that struck. */
  readonly faults: number;
  /** What the bidders of these worlds bid, and what the exchange billed them. */
  readonly bids: number;
  readonly billed: number;
  readonly violations: readonly SeedViolation[];
  readonly failingSeed: number | null;
  readonly crashPoints: readonly CrashPointReport[];
  readonly plantedBugs: readonly PlantedBugReport[];
}

/** How many worlds to try. */
export interface VerifyOptions {
  readonly seeds: number;
  readonly firstSeed?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (text: string) => void;
  /** Monotonic ms, for the rate; the worlds themselves have their own time. */
  readonly monotonic?: () => number;
}

/** A planted bug must show within this many worlds. */
const BUG_SEEDS = 400;
const PROGRESS_EVERY = 500;

/**
 * Proves the money rules as far as trying can: random worlds by seed, a crash at every single place of a
 * booking run, and bugs planted to show that the checker would have seen them.
 */
export async function verify(options: VerifyOptions): Promise<VerifyReport> {
  const { seeds, firstSeed = 1, onProgress = () => {}, monotonic = realClock.monotonic } = options;
  const kinds = marketLiars().map(({ kind }) => kind);
  const startedAt = monotonic();
  const violations: SeedViolation[] = [];
  let ran = 0;
  let crashes = 0;
  let faults = 0;
  let bids = 0;
  let billed = 0;
  for (let seed = firstSeed; seed < firstSeed + seeds && options.signal?.aborted !== true; seed += 1) {
    const result = await runScenario(scenarioOf(seed, kinds));
    violations.push(...result.violations.map((violation) => ({ ...violation, seed })));
    const delivery = await runDelivery(deliveryScenarioOf(seed));
    violations.push(...delivery.violations.map((violation) => ({ ...violation, seed })));
    ran += 1;
    crashes += result.crashes.length + delivery.kills;
    bids += delivery.bids;
    billed += delivery.billed;
    for (const count of result.struck.values()) faults += count;
    if (ran % PROGRESS_EVERY === 0) onProgress(`${ran} of ${seeds} worlds, ${violations.length} violations`);
  }
  const seedsPerMinute = Math.round((ran / Math.max(1, monotonic() - startedAt)) * 60_000);
  onProgress('crashing at every place of a booking run');
  const crashPoints = await crashEverywhere(firstSeed);
  const plantedBugs: PlantedBugReport[] = [];
  for (const bug of PLANTED_BUGS) {
    if (options.signal?.aborted === true) break;
    plantedBugs.push(await tryBug(bug, kinds));
    onProgress(`planted: ${bug.name}: ${plantedBugs.at(-1)!.caughtBy === null ? 'NOT CAUGHT' : 'caught'}`);
  }
  for (const bug of PLANTED_DELIVERY_BUGS) {
    if (options.signal?.aborted === true) break;
    plantedBugs.push(await tryDeliveryBug(bug));
    onProgress(`planted: ${bug.name}: ${plantedBugs.at(-1)!.caughtBy === null ? 'NOT CAUGHT' : 'caught'}`);
  }
  const ok =
    violations.length === 0 &&
    crashPoints.every((each) => each.violations === 0) &&
    plantedBugs.length === PLANTED_BUGS.length + PLANTED_DELIVERY_BUGS.length &&
    plantedBugs.every((bug) => bug.caughtBy !== null);
  const failingSeed = violations[0]?.seed ?? null;
  return {
    ok,
    seeds: ran,
    firstSeed,
    seedsPerMinute,
    crashes,
    faults,
    bids,
    billed,
    violations,
    failingSeed,
    crashPoints,
    plantedBugs,
  };
}

/** A small calm market with enough to book; crashed at each place its run passes, before and after. */
export async function crashEverywhere(seed: number): Promise<readonly CrashPointReport[]> {
  const base: Scenario = {
    ...scenarioOf(seed, []),
    honestSellers: 2,
    liars: [],
    budgetMicros: 60_000_000_000,
    impressions: 300_000,
    dealType: 'PD',
    maxCpmMicros: null,
    maxDeals: 2,
    crashes: [],
    clockOffsetMs: 0,
  };
  const { places } = await runScenario(base);
  const reports = new Map<string, { times: number; violations: number }>();
  for (const [place, { name, side }] of places.entries()) {
    const { violations } = await runScenario(base, undefined, (_point, index) => index === place);
    const key = `${side} ${name}`;
    const sofar = reports.get(key) ?? { times: 0, violations: 0 };
    reports.set(key, { times: sofar.times + 1, violations: sofar.violations + violations.length });
  }
  return [...reports].map(([name, counts]) => ({ name, ...counts }));
}

/** Worlds with the bug in, until a violation shows that the same world without it does not have. */
export async function tryBug(bug: PlantedBug, kinds: readonly string[]): Promise<PlantedBugReport> {
  const random = randomStream(`bug:${bug.name}`);
  for (let tried = 1; tried <= BUG_SEEDS; tried += 1) {
    const seed = random.int(1_000_000);
    const scenario = scenarioOf(seed, kinds);
    const withLiars: Scenario = {
      ...scenario,
      liars: [...new Set([...bug.liars, ...scenario.liars.slice(0, 1)])],
    };
    const found = (await runScenario(withLiars, bug.parts)).violations[0];
    if (found === undefined) continue;
    if ((await runScenario(withLiars)).violations.length > 0) continue;
    return { name: bug.name, origin: bug.origin, caughtBy: found.rule, seed, seedsTried: tried };
  }
  return { name: bug.name, origin: bug.origin, caughtBy: null, seed: null, seedsTried: BUG_SEEDS };
}
