import assert from 'node:assert/strict';
import { test } from 'node:test';
import { classicalAgents } from '../../delivery/index.ts';
import { createRealWorld, GavotteError, type World } from '../../kernel/index.ts';
import { openLedger, sqliteStore } from '../../ledger/index.ts';
import { sampleBody, sampleRequest } from '../../openrtb/index.ts';
import { parseBidderSettings } from './bidder-settings.ts';
import type { BidderStatus } from './bidder-status.ts';
import { type ServeBidderOptions, serveBidder } from './serve-bidder.ts';

const SETTINGS = { noticeUrl: 'https://bid.example', exchanges: [{ name: 'north', asi: 'north.example' }] };
const POLL_MS = 50;

/** A bidder without campaigns over HTTP, on a web where every file lists `other.example`. */
async function bidder(settings: object, outcomes?: ServeBidderOptions['outcomes']) {
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
    ...(outcomes === undefined ? {} : { outcomes }),
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
  const metrics = async () => (await fetch(`${running.url}/metrics`)).text();
  return { ask, status, metrics, asked, close, clock: real.clock };
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
  assert.equal((await status()).outcomes, null);
  assert.deepEqual(asked, []);
  await close();
});

test('fault/D7 a bidder whose outcome log is away tells how many records wait, and how many there is no hope for', {
  timeout: 30_000,
}, async () => {
  let isAway = true;
  const away = new GavotteError('GV_OUTCOMES_UNAVAILABLE', 'the log is away', { fix: 'Wait.' });
  const append = () => (isAway ? Promise.reject(away) : Promise.resolve());
  const { ask, status, metrics, close, clock } = await bidder({}, { log: { append }, noBidsPerKept: 1 });
  await ask();
  // What the process is made of, the state of its agents, and a no-bid.
  while ((await status()).outcomes?.waiting !== 3) await clock.sleep(POLL_MS);
  assert.match(await metrics(), /^gavotte_outcomes_waiting 3$/m);
  assert.match(await metrics(), /^gavotte_outcomes_dropped_total 0$/m);
  isAway = false;
  while ((await status()).outcomes?.waiting !== 0) await clock.sleep(POLL_MS);
  await close();
});
