import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { AdAuction, scenarioOf } from '../../../adauction/index.ts';
import { DEFAULT_TUNING, FACT } from '../../../delivery/index.ts';
import { minMultiplier, minPacing } from './min-pacing.ts';

const dual = fc.double({ min: 0.01, max: 50, noNaN: true });

test('the lower multiplier is bid: never above the one of the budget, nor that of the return, and always one of them', () => {
  fc.assert(
    fc.property(dual, dual, dual, (budget, ros, least) => {
      const bid = minMultiplier(budget, ros, least);
      const [byBudget, byReturn] = [1 / budget, (1 + ros) / ros / least];
      assert.ok(bid <= byBudget && bid <= byReturn * (1 + 1e-12));
      assert.ok(bid === byBudget || Math.abs(bid - byReturn) < 1e-12 * bid);
    }),
  );
});

/** Mean value over cost of what was bought, as it was expected, of days under a least return of 1 ÷ `gain`. */
function meanReturn(gain: number): number {
  const contender = minPacing({ ...DEFAULT_TUNING, gain });
  const env = new AdAuction({
    scenario: scenarioOf('stationary-sp'),
    seed: 1,
    episodes: 4,
    tuning: contender.tuning,
  });
  env.begin(0, 0);
  let [value, cost] = [0, 0];
  for (let tick = 0; tick < env.episodeSteps; tick += 1) {
    contender.act(env, tick);
    env.step();
    for (let row = 0; row < env.episodes * env.slots; row += 1) {
      const { facts, offset } = env.factsOf(row);
      value += facts[offset + FACT.expectedValue]!;
      cost += facts[offset + FACT.tickSpent]!;
    }
  }
  return value / cost;
}

test('a return that the budget alone would not reach is kept to, whatever the money', () => {
  assert.ok(meanReturn(1) < 6, `${meanReturn(1)}`);
  assert.ok(meanReturn(1 / 8) > 7, `${meanReturn(1 / 8)}`);
});
