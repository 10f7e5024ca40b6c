// The outcome log: what is written once is found by its id, read in order, and counted once.
// Run it with: node --conditions=gavotte-source examples/outcomes.ts
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRealWorld, type EpochMs, money } from 'gavotte/kernel';
import { Deduplicated, openSegmentedLog, outcomeId } from 'gavotte/outcomes';

const world = createRealWorld();
const folder = mkdtempSync(join(tmpdir(), 'gavotte-outcomes-'));
const log = await openSegmentedLog({ world, folder });

const at = Date.UTC(2027, 2, 1, 12) as EpochMs;
const ofBid = { version: 1, at, campaign: 'spring', exchange: 'north', deal: '', creative: 'cr-7' } as const;
const bid = {
  ...ofBid,
  kind: 'bid',
  id: 'b-1',
  parent: null,
  cpm: money(2_450_000, 'USD'),
  choice: null,
} as const;
const billing = {
  ...ofBid,
  kind: 'billing',
  id: outcomeId('billing', bid.id),
  parent: bid.id,
  cost: money(2_310, 'USD'),
} as const;
// The exchange sends its billing notice twice, as exchanges do.
await log.append([bid, billing, billing]);

const database = world.storage.openDatabase(join(folder, 'spend.db'));
database.exec('CREATE TABLE spend (micros INTEGER)');
const add = database.prepare('INSERT INTO spend VALUES (?)');
const spender = new Deduplicated({ consumer: await log.consumer('spend'), database, name: 'spend' });
const { repeats } = await spender.next({ max: 100, waitMs: 1_000 }, ({ records }) => {
  for (const record of records) if (record.kind === 'billing') add.run(record.cost.amountMicros);
});

const spent = database.prepare('SELECT sum(micros) AS micros FROM spend').get()?.micros;
const cause = await log.find(billing.parent);
process.stdout.write(
  `spent ${spent} micros, ${repeats} copy passed over; it follows from the ${cause?.kind} ${cause?.id}\n`,
);
database.close();
await log.close();
rmSync(folder, { recursive: true });
