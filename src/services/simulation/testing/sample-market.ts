import { openSampleBooks } from '../../../campaign/index.ts';
import { classicalAgents } from '../../../delivery/index.ts';
import { type EpochMs, money, Simulation } from '../../../kernel/index.ts';
import { type Ledger, openLedger, sqliteStore } from '../../../ledger/index.ts';
import { parseBidderSettings } from '../../bidder/bidder-settings.ts';
import {
  type SimulateDeliveryOptions,
  type SimulatedDelivery,
  simulateDelivery,
} from '../simulate-delivery.ts';

const START = Date.UTC(2027, 2, 1, 12) as EpochMs;
const HOUR_MS = 3_600_000;
const SETTINGS = parseBidderSettings(
  JSON.stringify({
    noticeUrl: 'https://bidder.example',
    exchanges: [
      { name: 'north', asi: 'north-exchange.example', lurl: true, macros: ['MIN_TO_WIN', 'MULTIPLIER'] },
    ],
    privacy: { vendorId: 100 },
  }),
);

/** The first bidder is killed, and notices are copied, late, forged and mixed up. */
export const TROUBLES: Pick<SimulateDeliveryOptions, 'killAt' | 'faults'> = {
  killAt: 8,
  faults: { duplicated: 0.3, late: 0.1, forged: 0.2, reordered: 0.2 },
};

/** Two bidders buy for the sample’s campaigns from one exchange, 25 virtual seconds at 60 requests a second. */
export async function deliverSample(
  options: Pick<SimulateDeliveryOptions, 'seed' | 'killAt' | 'faults' | 'outcomes'>,
): Promise<{ readonly result: SimulatedDelivery; readonly ledger: Ledger }> {
  const simulation = new Simulation({ seed: 0 });
  const { world } = simulation.boot('disk', simulation.disk());
  const store = sqliteStore(world.storage.openDatabase(':memory:'));
  const ledger = await openLedger({ store, clock: world.clock });
  const budget = money(200_000_000, 'USD');
  const end = (START + HOUR_MS) as EpochMs;
  const plan = await openSampleBooks(ledger, { budget, start: START, end, exchange: 'north' });
  const result = await simulateDelivery({
    ...options,
    seconds: 25,
    qps: 60,
    bidders: 2,
    plan,
    settings: SETTINGS,
    agents: classicalAgents,
    startAt: START,
    exchanges: [
      {
        name: 'north',
        domain: 'north-exchange.example',
        at: 1,
        currencies: ['USD'],
        tmaxMs: 130,
        seats: ['acme-seat'],
      },
    ],
    openLedger: (clock) => openLedger({ store, clock }),
  });
  return { result, ledger };
}
