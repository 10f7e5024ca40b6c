import { marketLiars } from '../src/market/index.ts';
import { runScenario } from '../src/verify/run-scenario.ts';
import { scenarioOf } from '../src/verify/scenario.ts';
import { spread } from './stats.ts';

const WORLDS = 500;
const RUNS = 5;

/** Simulated worlds a minute on one core, with liars, faults and crashes as `gavotte verify` draws them. */
export async function verifyBench(): Promise<object> {
  const kinds = marketLiars().map(({ kind }) => kind);
  const rates: number[] = [];
  for (let run = 0; run <= RUNS; run += 1) {
    const startedAt = performance.now();
    for (let seed = 1; seed <= WORLDS; seed += 1) await runScenario(scenarioOf(run * WORLDS + seed, kinds));
    // The first run warms the compiler up.
    if (run > 0) rates.push((WORLDS / (performance.now() - startedAt)) * 60_000);
  }
  return { worldsPerMinutePerCore: spread(rates), targetPerMinute: 1_000 };
}
