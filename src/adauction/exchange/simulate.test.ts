import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type EpochMs, GavotteError, money, Simulation } from '../../kernel/index.ts';
import { NO_RIVALS } from '../auction/rivals.ts';
import { SampleBidder } from '../testing/sample-bidder.ts';
import type { ExchangeDeal, TrafficExchange } from '../traffic/options.ts';
import type { Conversion, SimulateExchangeOptions } from './options.ts';
import type { ExchangeReport } from './report.ts';
import { simulateExchange } from './simulate.ts';

const NORTH: TrafficExchange = {
  name: 'north',
  domain: 'north.example',
  at: 1,
  currencies: ['USD', 'EUR'],
  tmaxMs: 100,
  seats: ['seat-a'],
};
const SOUTH: TrafficExchange = { ...NORTH, name: 'south', at: 2, currencies: ['EUR'] };
const DEAL: ExchangeDeal = {
  exchange: 'north',
  dealId: 'deal-1',
  type: 'PG',
  cpm: money(9_000_000, 'USD'),
  start: 0 as EpochMs,
  end: 9e15 as EpochMs,
  countries: [],
  format: 'video',
  publishers: [],
  seat: 'seat-a',
};

type Run = { report: ExchangeReport; bidder: SampleBidder };

async function run(options: Partial<SimulateExchangeOptions> = {}, bidder = newBidder()): Promise<Run> {
  const simulation = new Simulation({ seed: 1 });
  const work = simulateExchange({
    world: simulation.peer('exchange'),
    bidder,
    seconds: 20,
    qps: 40,
    seed: 5,
    exchanges: [NORTH, SOUTH],
    deals: [DEAL],
    mix: { test: 0.05 },
    displayDelayMs: { dooh: 600_000 },
    drainMs: 3 * 3_600_000,
    ...options,
  });
  return { report: await simulation.run(work, 1e9), bidder };
}

function newBidder(): SampleBidder {
  return new SampleBidder({ seat: 'seat-a', cpmMicros: 2_000_000 });
}

const EVERY_FAULT = {
  late: 0.2,
  lateMs: 600_000,
  duplicated: 0.3,
  copies: 3,
  reordered: 0.3,
  forged: 0.3,
  tampered: 0.3,
  audit: 0.2,
};

test('a seed replays a run, also one with every fault', async () => {
  const again = () => run({ faults: { ...EVERY_FAULT, lost: 0.1 } });
  assert.deepEqual((await again()).report, (await again()).report);
});

test('requests arrive at the rate that was asked for, and every one is accounted for', async () => {
  const { report } = await run();
  assert.ok(report.requests > 700 && report.requests < 900, `${report.requests}`);
  const { bid, noBid, malformed, timeout, error } = report.answers;
  assert.equal(bid + noBid + malformed + timeout + error, report.requests);
  assert.ok(report.total.wins > 100 && report.winRate > 0.2 && report.winRate < 0.9, `${report.winRate}`);
  assert.deepEqual(report.violations, {});
  assert.equal(report.pendingImpressions, 0);
});

test('ortb/W1 an honest bidder and the exchange agree to the micro, in every currency', async () => {
  const { report, bidder } = await run();
  assert.ok(report.total.impressions > 100 && report.total.impressions < report.total.wins);
  assert.deepEqual(bidder.books.spendMicros, report.total.spendMicros);
  assert.equal(bidder.books.impressions, report.total.impressions);
  assert.deepEqual(report.total.acknowledgedMicros, report.total.spendMicros);
  assert.deepEqual(Object.keys(report.total.spendMicros).sort(), ['EUR', 'USD']);
});

test('fault/D7 late, repeated, reordered, forged, tampered and review calls leave both books equal', async () => {
  const { report, bidder } = await run({ faults: EVERY_FAULT });
  assert.deepEqual(bidder.books.spendMicros, report.total.spendMicros);
  for (const fault of ['late', 'duplicated', 'reordered', 'forged', 'tampered', 'audit'] as const) {
    const calls = Object.values(report.faults[fault]).reduce((sum, count) => sum + count, 0);
    assert.ok(calls > 20, `${fault} ${calls}`);
  }
  assert.deepEqual(Object.keys(report.faults.forged), ['400']);
  assert.deepEqual(Object.keys(report.faults.tampered), ['400']);
  assert.deepEqual(Object.keys(report.faults.audit), ['204']);
});

test('fault/D8 of lost notices the exchange knows what the bidder cannot', async () => {
  const { report, bidder } = await run({ faults: { lost: 0.2 } });
  assert.deepEqual(bidder.books.spendMicros, report.total.acknowledgedMicros);
  assert.ok(report.total.acknowledged < report.total.impressions);
  assert.ok(report.notices.bill.undelivered > 5);
});

test('ortb/V11 impressions of test requests are shown and owed by nobody', async () => {
  const { report } = await run({ mix: { test: 1 } });
  assert.ok(report.testImpressions > 100);
  assert.deepEqual([report.total.impressions, report.total.spendMicros], [0, {}]);
});

test('ortb/W2 a call is made again every ten seconds for a minute, until it is answered', async () => {
  const bidder = newBidder();
  let calls = 0;
  const deaf = {
    bid: bidder.bid.bind(bidder),
    notice: async (url: string) => {
      calls += 1;
      if (calls % 3 === 1) throw new GavotteError('GV_NETWORK_LOST', 'gone');
      return calls % 3 === 2 ? 503 : bidder.notice(url);
    },
  };
  const simulation = new Simulation({ seed: 1 });
  const options = {
    world: simulation.peer('x'),
    bidder: deaf,
    seconds: 5,
    qps: 20,
    seed: 2,
    drainMs: 4 * 3_600_000,
  };
  const report = await simulation.run(simulateExchange(options), 1e9);
  assert.ok(report.notices.win.retried > report.notices.win.due / 2);
  assert.equal(report.notices.bill.acknowledged + report.notices.bill.undelivered, report.notices.bill.due);
  assert.deepEqual(bidder.books.spendMicros, report.total.acknowledgedMicros);
});

test('a bidder that throws, answers rubbish or answers late is counted as such, and gets no wins', async () => {
  const answers = [() => Buffer.from('rubbish'), () => null];
  let n = 0;
  const bidder = {
    bid: () => {
      n += 1;
      if (n % 3 === 0) throw new Error('down');
      return answers[n % 3 === 1 ? 0 : 1]!();
    },
    notice: () => Promise.resolve(204),
  };
  const simulation = new Simulation({ seed: 1 });
  const { clock } = simulation.peer('x');
  const common = { world: { clock }, seconds: 5, qps: 30, seed: 2 };
  const { answers: counts, total } = await simulation.run(simulateExchange({ ...common, bidder }), 1e9);
  assert.ok(counts.error > 30 && counts.malformed > 30 && counts.noBid > 30);
  assert.equal(total.wins, 0);
  const good = newBidder();
  const slow = {
    bid: async (exchange: string, body: Uint8Array) => {
      await clock.sleep(150);
      return good.bid(exchange, body);
    },
    notice: good.notice.bind(good),
  };
  const late = await simulation.run(simulateExchange({ ...common, bidder: slow }), 1e9);
  assert.deepEqual([late.answers.timeout, late.total.bids], [late.requests, 0]);
});

test('deals have books of their own, with what was offered and not answered', async () => {
  const { report } = await run();
  const deal = report.byDeal['north/deal-1']!;
  assert.ok(deal.offered > 50 && deal.unanswered === 0, JSON.stringify(deal));
  assert.equal(deal.wins, deal.bids);
  const deaf = new SampleBidder({ seat: 'seat-z', cpmMicros: 2_000_000 });
  const silent = (await run({}, deaf)).report.byDeal['north/deal-1']!;
  assert.equal(silent.unanswered, silent.offered);
  assert.deepEqual(Object.keys(report.byCampaign), ['campaign-1']);
  assert.equal(report.byCampaign['campaign-1']!.wins, report.total.wins);
});

test('people click and buy; sales are told to whom it may concern, not to the bidder', async () => {
  const sales: Conversion[] = [];
  const { report, bidder } = await run({
    appeal: 100,
    rivals: NO_RIVALS,
    drainMs: 3 * 86_400_000,
    onConversion: (conversion) => sales.push(conversion),
  });
  assert.ok(report.total.clicks > 50 && sales.length > 3, `${report.total.clicks} ${sales.length}`);
  assert.equal(report.total.conversions, sales.length);
  assert.equal(bidder.books.accepted['/n/click'], report.total.clicks);
  assert.ok(sales.every((sale) => sale.at > sale.clickedAt && sale.campaign === 'campaign-1'));
});

test('it ticks every second, and stops when told to', async () => {
  const stop = new AbortController();
  const seen: number[] = [];
  const onTick = (report: ExchangeReport) => {
    seen.push(report.requests);
    if (seen.length === 3) stop.abort();
  };
  const { report } = await run({ onTick, signal: stop.signal });
  assert.equal(seen.length, 3);
  assert.equal(report.requests, seen[2]);
});

test('options out of range are refused by name', async () => {
  for (const [over, name] of [
    [{ qps: 0 }, 'qps'],
    [{ seconds: Number.NaN }, 'seconds'],
    [{ faults: { lost: 1.5 } }, 'faults.lost'],
  ] as const) {
    await assert.rejects(
      run(over),
      (thrown) => thrown instanceof GavotteError && thrown.message.startsWith(name),
    );
  }
});
