import {
  CALM_NETWORK,
  type CrashPoint,
  GavotteError,
  type SimulatedProcess,
  Simulation,
} from '../kernel/index.ts';
import { type BuyerParts, reportOf, runBuyer, SOUND_BUYER, sweep } from './buyer.ts';
import { type BuyerReport, check, type MarketTruth, type Violation } from './checker.ts';
import type { Scenario } from './scenario.ts';
import { simulateMarket } from './simulated-market.ts';

/** Longest virtual time one run of the buyer may take. */
const RUN_LIMIT_MS = 30 * 60_000;
/** Faults stop; by this time every booking must have ended (I14). */
const SETTLE_MS = 60_000;

export interface ScenarioResult {
  readonly violations: readonly Violation[];
  readonly report: BuyerReport;
  readonly truth: MarketTruth;
  /** Where the buyer was killed. */
  readonly crashes: readonly CrashPoint[];
  /** Every place the first run passed, for exhaustive crashing. */
  readonly places: readonly CrashPoint[];
  /** How often each network fault struck. */
  readonly struck: ReadonlyMap<string, number>;
}

/** Which place of a run to die at: given its list of places so far. */
export type CrashChoice = (point: CrashPoint, index: number) => boolean;

/**
 * Tries one scenario: the buyer runs, is killed where the scenario says, is started again, until it ends; then
 * the weather calms, a minute passes, one more sweep is made, and the checker counts.
 */
export async function runScenario(
  scenario: Scenario,
  parts: BuyerParts = SOUND_BUYER,
  crashAt?: CrashChoice,
): Promise<ScenarioResult> {
  const simulation = new Simulation({ seed: scenario.seed });
  const market = simulateMarket(scenario, simulation);
  simulation.network.faults = scenario.faults;
  const disk = simulation.disk();
  const boot = () => simulation.boot('buyer', disk, { clockOffsetMs: scenario.clockOffsetMs });
  const crashes: CrashPoint[] = [];
  let places: readonly CrashPoint[] = [];
  const plans: (CrashChoice | undefined)[] =
    crashAt === undefined ? scenario.crashes.map(byShare) : [crashAt];
  for (let start = 0; start <= plans.length; start += 1) {
    const process = boot();
    const plan = plans[start];
    if (plan !== undefined) process.crashWhen(plan);
    const crash = await runOnce(simulation, process, () =>
      runBuyer(scenario, process, market.address, parts),
    );
    if (start === 0) places = [...process.passed];
    if (crash === undefined) break;
    crashes.push(crash);
  }
  simulation.network.faults = CALM_NETWORK;
  await simulation.pass(SETTLE_MS);
  const last = boot();
  await runOnce(simulation, last, () => sweep(last, market.address, parts));
  await simulation.pass(SETTLE_MS);
  const report = await reportOf(scenario, boot().world, parts);
  const calm = scenario.crashes.length === 0 && crashAt === undefined && scenario.faults === CALM_NETWORK;
  const truth: MarketTruth = { ...market.truth(), calm, settled: true };
  return {
    violations: check(report, truth),
    report,
    truth,
    crashes,
    places,
    struck: simulation.network.struck,
  };
}

/** A run that fails is a run that ends: what it left behind is judged, not that it failed. */
async function runOnce(
  simulation: Simulation,
  process: SimulatedProcess,
  run: () => Promise<void>,
): Promise<CrashPoint | undefined> {
  const crashed: { point?: CrashPoint } = {};
  const death = process.crashed.then((point) => {
    crashed.point = point;
  });
  try {
    await simulation.run(Promise.race([run(), death]), RUN_LIMIT_MS);
  } catch (error) {
    if (GavotteError.from(error).code === 'GV_INTERNAL') throw error;
  }
  return crashed.point;
}

/** Dies at about this share of the places a run passes; how many there are is known only roughly before. */
function byShare(share: number): CrashChoice {
  const TYPICAL_PLACES = 160;
  const target = Math.floor(share * TYPICAL_PLACES);
  return (_point, index) => index === target;
}
