import assert from 'node:assert/strict';
import { test } from 'node:test';
import { classicalAgents } from '../../delivery/index.ts';
import { createRealWorld, type World } from '../../kernel/index.ts';
import { openLedger, sqliteStore } from '../../ledger/index.ts';
import { sampleBody, sampleRequest } from '../../openrtb/index.ts';
import { parseBidderSettings } from './bidder-settings.ts';
import type { BidderStatus } from './bidder-status.ts';
import { serveBidder } from './serve-bidder.ts';

const SETTINGS = { noticeUrl: 'https://bid.example', exchanges: [{ name: 'north', asi: 'north.example' }] };
const POLL_MS = 50;

/** A bidder without campaigns over HTTP, on a web where every file lists `other.example`. */
async function bidder(settings: object) {
  const asked: string[] = [];
  const real = createRealWorld({ seed: 1 });
  const world: World = {
    ...real,
    network: {
      request: async ({ url }) => {
        asked.push(url);
        return { status: 200, headers: {}, body: 'other.example, 1, DIRECT\nnonsense' };
      },
      close: () => Promise.resolve(),
    },
  };
  const store = sqliteStore(real.storage.openDatabase(':memory:'));
  const ledger = await openLedger({ store, clock: real.clock });
  const running = await serveBidder({
    world,
    ledger,
    holder: 'b1',
    plan: { campaigns: [], deals: [] },
    settings: parseBidderSettings(JSON.stringify({ ...SETTINGS, ...settings })),
    noticeKeys: [new Uint8Array(32)],
    agents: classicalAgents,
    spoolPath: ':memory:',
    port: 0,
    host: '127.0.0.1',
  });
  const ask = () =>
    fetch(`${running.url}/openrtb2/bid/north`, {
      method: 'POST',
      body: sampleBody({ ...sampleRequest('banner'), site: { domain: 'news.example' }, source: {} }),
    });
  const status = async () => (await (await fetch(`${running.url}/status`)).json()) as BidderStatus;
  const close = async () => {
    await running.close();
    await ledger.close();
  };
  return { ask, status, asked, close, clock: real.clock };
}

test('ortb/S7 ortb/S4 a bidder that was told where to keep them fetches the files its requests ask for', {
  timeout: 30_000,
}, async () => {
  const { ask, status, asked, close, clock } = await bidder({ supplyCache: ':memory:' });
  await ask();
  while ((await status()).noBids['ads-txt-violation'] === undefined) {
    await clock.sleep(POLL_MS);
    await ask();
  }
  const { supplyFiles } = await status();
  assert.equal(supplyFiles?.fetched, 1);
  assert.match(supplyFiles.problems[0]!, /^news\.example\/ads\.txt line 2: /);
  assert.deepEqual(asked, ['https://news.example/ads.txt']);
  await close();
});

test('a bidder that was not told so fetches nothing', async () => {
  const { ask, status, asked, close } = await bidder({});
  await ask();
  assert.equal((await status()).supplyFiles, null);
  assert.deepEqual(asked, []);
  await close();
});
