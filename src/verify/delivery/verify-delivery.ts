import { randomStream } from '../../kernel/index.ts';
import type { PlantedBugReport } from '../verify.ts';
import type { PlantedDeliveryBug } from './planted-delivery-bugs.ts';
import { runDelivery } from './run-delivery.ts';
import { deliveryScenarioOf } from './scenario.ts';

/** A planted bug must show within this many worlds. */
const BUG_SEEDS = 600;

/** Worlds with the bug in, until a violation shows that the same world without it does not have. */
export async function tryDeliveryBug(bug: PlantedDeliveryBug): Promise<PlantedBugReport> {
  const { name, origin, makeEngine } = bug;
  const random = randomStream(`delivery-bug:${name}`);
  for (let tried = 1; tried <= BUG_SEEDS; tried += 1) {
    const seed = random.int(1_000_000);
    const scenario = deliveryScenarioOf(seed);
    const found = (await runDelivery(scenario, makeEngine)).violations[0];
    if (found === undefined) continue;
    if ((await runDelivery(scenario)).violations.length > 0) continue;
    return { name, origin, caughtBy: found.rule, seed, seedsTried: tried };
  }
  return { name, origin, caughtBy: null, seed: null, seedsTried: BUG_SEEDS };
}
