import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openSampleBooks } from '../../campaign/index.ts';
import { classicalAgents } from '../../delivery/index.ts';
import { createRealWorld, type EpochMs, money, STEPS, type Step, UNHEARD } from '../../kernel/index.ts';
import { openLedger, sqliteStore } from '../../ledger/index.ts';
import { METRICS, type MetricInfo } from '../../telemetry/index.ts';
import { serveExchange } from '../exchange/serve-exchange.ts';
import { parseBidderSettings } from './bidder-settings.ts';
import { serveBidder } from './serve-bidder.ts';

const SETTINGS = {
  noticeUrl: 'https://bidder.example',
  exchanges: [
    { name: 'north', asi: 'north-exchange.example', lurl: true, macros: ['MIN_TO_WIN', 'MULTIPLIER'] },
  ],
  privacy: { vendorId: 100 },
};
/** Classical agents have no team to tell of. */
const OF_TEAMS = ['gavotte_policy_info', 'gavotte_policy_quarantined'];

/** The steps that were taken while `work` ran, each once. */
async function stepsOf<T>(
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly steps: readonly string[] }> {
  const steps = new Set<string>();
  const heard = Object.values<Step>(STEPS).map(({ name, channel }) => {
    const listeners = { ...UNHEARD, start: () => void steps.add(name) };
    channel.subscribe(listeners);
    return () => channel.unsubscribe(listeners);
  });
  const result = await work();
  for (const stop of heard) stop();
  return { result, steps: [...steps].sort() };
}

/** What a bidder tells after two seconds of an exchange, and that exchange's own books. */
async function afterTraffic() {
  const { clock, ...rest } = createRealWorld({ seed: 1 });
  const world = { ...rest, clock };
  const store = sqliteStore(world.storage.openDatabase(':memory:'));
  const ledger = await openLedger({ store, clock });
  const plan = await openSampleBooks(ledger, {
    budget: money(200_000_000, 'USD'),
    start: clock.now(),
    end: (clock.now() + 3_600_000) as EpochMs,
    exchange: 'north',
  });
  const bidder = await serveBidder({
    world,
    ledger,
    holder: 'b1',
    plan,
    settings: parseBidderSettings(JSON.stringify(SETTINGS)),
    noticeKeys: [new Uint8Array(32)],
    agents: classicalAgents,
    outcomes: { log: { append: () => Promise.resolve() }, noBidsPerKept: 100 },
    spoolPath: ':memory:',
    port: 0,
    host: '127.0.0.1',
  });
  const { report } = await serveExchange({
    bidderUrl: bidder.url,
    qps: 100,
    seconds: 2,
    seed: 3,
    drainMs: 3_000,
    displayDelayMs: { ctv: 100, dooh: 100 },
    faults: { duplicated: 1 },
    exchanges: [
      {
        name: 'north',
        domain: 'north-exchange.example',
        at: 1,
        currencies: ['USD'],
        tmaxMs: 400,
        seats: ['acme-seat'],
      },
    ],
  });
  const answer = await fetch(`${bidder.url}/metrics`);
  const text = await answer.text();
  const status = bidder.status();
  await bidder.close();
  await ledger.close();
  return { report, status, answer, text };
}

test('a bidder serves every metric of bidders that the table has, with its labels, and they agree with the exchange', {
  timeout: 60_000,
}, async () => {
  const { result, steps } = await stepsOf(afterTraffic);
  const { report, status, answer, text } = result;
  assert.deepEqual(steps, ['bid', 'exchange-request', 'ledger', 'notice', 'outcomes']);
  assert.equal(answer.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
  for (const [name, { type, from, labels }] of Object.entries<MetricInfo>(METRICS)) {
    const isHere = (from === 'bidder' && !OF_TEAMS.includes(name)) || from === 'every';
    assert.equal(text.includes(`# TYPE ${name} ${type}\n`), isHere, name);
    for (const label of isHere ? labels : [])
      assert.match(text, new RegExp(`^${name}(?:_bucket)?\\{[^}]*${label}="[^"]`, 'm'));
  }
  const sum = (name: string) =>
    [...text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'gm'))].reduce(
      (all, [, value]) => all + Number(value),
      0,
    );
  assert.equal(sum('gavotte_decision_seconds_count'), status.requests);
  assert.ok(sum('gavotte_bid_requests_total') >= status.requests, 'those that were shed, too');
  assert.equal(sum('gavotte_bids_total'), status.bids);
  assert.equal(sum('gavotte_bid_price_cpm_count'), status.bids);
  assert.equal(sum('gavotte_impressions_total'), report.total.acknowledged);
  assert.equal(sum('gavotte_notice_lag_seconds_count'), report.total.acknowledged);
  assert.ok(report.total.acknowledged > 0);
  assert.ok(sum('gavotte_duplicate_notices_total') > 0);
  assert.equal(Math.round(sum('gavotte_spend_total') * 1e6), report.total.acknowledgedMicros.USD);
});
