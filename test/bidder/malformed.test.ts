import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LAST_HOP } from '../../bench/bidder-traffic.ts';
import { FloodSender } from '../../bench/malformed-senders.ts';
import { type MalformedKind, MalformedTraffic } from '../../bench/malformed-traffic.ts';
import { openSampleBooks } from '../../src/campaign/index.ts';
import { classicalAgents, prepareLedger } from '../../src/delivery/index.ts';
import { createRealWorld, type EpochMs, money } from '../../src/kernel/index.ts';
import { openLedger, sqliteStore } from '../../src/ledger/index.ts';
import { parseBidderSettings, serveBidder } from '../../src/services/index.ts';

/** `npm run bench -- malformed` sends a million, beside valid ones, and watches memory. */
const REQUESTS = 4_000;
const SEED = '7';
const TICK_MS = 2;
const DAY_MS = 86_400_000;
const SETTINGS = { noticeUrl: 'https://bid.example', exchanges: [{ name: 'bench', asi: LAST_HOP }] };

test('fuzz: a whole bidder answers malformed requests with 200, 204, 400 or 413, each of them, and stays up', async () => {
  const world = createRealWorld({ seed: SEED });
  const { clock } = world;
  const ledger = await openLedger({ store: sqliteStore(world.storage.openDatabase(':memory:')), clock });
  const start = clock.now();
  const end = (start + DAY_MS) as EpochMs;
  const budget = money(500_000_000, 'USD');
  const plan = await openSampleBooks(ledger, { budget, start, end, exchange: 'bench' });
  await prepareLedger(ledger, plan, 'test');
  const bidder = await serveBidder({
    world,
    ledger,
    plan,
    holder: 'b1',
    settings: parseBidderSettings(JSON.stringify(SETTINGS)),
    noticeKeys: [new Uint8Array(32)],
    agents: classicalAgents,
    spoolPath: ':memory:',
    port: 0,
    host: '127.0.0.1',
  });
  const statuses = new Map<number, number>();
  const kinds = new Set<MalformedKind>();
  const port = Number(new URL(bidder.url).port);
  const flood = new FloodSender(port, new MalformedTraffic(SEED), REQUESTS, (kind, status) => {
    kinds.add(kind);
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
  });
  while (!flood.isDone) {
    flood.sendUpTo(REQUESTS);
    await clock.sleep(TICK_MS);
  }
  flood.end();
  assert.deepEqual(
    [...statuses.keys()].filter((status) => ![200, 204, 400, 413].includes(status)),
    [],
  );
  assert.equal(
    [...statuses.values()].reduce((sum, count) => sum + count),
    REQUESTS,
  );
  assert.equal(flood.lost, 0);
  assert.ok((statuses.get(200) ?? 0) > 0, 'some are whole enough to be bid on');
  assert.equal(kinds.size, 13, 'every kind was sent');
  assert.equal((await fetch(`${bidder.url}/livez`)).status, 200);
  await bidder.close();
  await ledger.close();
});
