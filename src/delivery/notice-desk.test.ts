import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type EpochMs, money, Simulation } from '../kernel/index.ts';
import type { Ledger } from '../ledger/index.ts';
import {
  decodePlainPrice,
  type NoticeConfig,
  type NoticeKind,
  NoticeSigner,
  noticeReader,
  noticeUrl,
} from '../openrtb/index.ts';
import { BILL_GRACE_MS } from './money/bills.ts';
import { lateReservation } from './money/set-aside.ts';
import { bidIdOf, NoticeDesk } from './notice-desk.ts';
import { type BidderMoney, bidderMoney, booksOf, CAMPAIGN } from './testing/money-world.ts';

const CONFIG: NoticeConfig = {
  baseUrl: 'https://bid.acme.example',
  keys: [new Uint8Array(32).fill(7)],
  exchanges: [
    {
      name: 'exchange',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the macro's own text
      priceMacro: '${AUCTION_PRICE}',
      decodePrice: decodePlainPrice,
      macros: ['MIN_TO_WIN', 'LOSS'],
    },
  ],
};

interface Scene {
  readonly simulation: Simulation;
  readonly ledger: Ledger;
  readonly bidder: BidderMoney;
  readonly desk: NoticeDesk<string>;
  readonly heard: string[];
  /** The target of a notice of the bid, with its price filled in. */
  target(kind: NoticeKind, price: string, test?: boolean): string;
  take(target: string): Promise<number>;
  settled(): Promise<number>;
}

/** A bid at a $5 CPM, promised and signed. */
async function scene(body: (scene: Scene) => Promise<void>): Promise<void> {
  const simulation = new Simulation({ seed: 3 });
  const ledger = await booksOf(simulation, 100_000_000);
  const bidder = bidderMoney(simulation, ledger, 'b1', 1_000_000);
  await simulation.run(bidder.keeper.tick(), 1_000);
  const heard: string[] = [];
  const desk = new NoticeDesk<string>({
    read: noticeReader(CONFIG),
    bills: bidder.bills,
    purse: bidder.purse,
    clock: bidder.clock,
    lateOf: lateReservation,
    landingOf: () => undefined,
    listener: {
      won: () => heard.push('won'),
      lost: () => heard.push('lost'),
      billed: (_bid, _notice, micros) => heard.push(`billed ${micros}`),
      clicked: () => heard.push('clicked'),
    },
  });
  const now = bidder.clock.monotonic();
  const number = bidder.purse.promise(bidder.wallet, 5_000, now, now + 60_000, 'the bid');
  const signer = new NoticeSigner(CONFIG);
  const context = signer.context('exchange', {
    campaign: 'campaign-1',
    account: CAMPAIGN,
    holder: 'b1',
    epoch: bidder.wallet.epoch,
    currency: money(0, 'USD').currency,
    dealId: '',
  });
  const expiresAt = (bidder.clock.now() + 60_000) as EpochMs;
  await body({
    simulation,
    ledger,
    bidder,
    desk,
    heard,
    target: (kind, price, isTest = false) => {
      const signed = context.sign(bidIdOf('b1', number), 5_000_000, expiresAt, isTest, 'bill');
      const url = noticeUrl(signer.urls('exchange'), kind, signed);
      return url
        .replace('https://bid.acme.example', '')
        .replace(/\$\{AUCTION_PRICE\}/, price)
        .replace(/\$\{[A-Z_]+\}/g, '');
    },
    take: async (target) => (await simulation.run(desk.take(target), 5_000)).status,
    settled: async () => (await ledger.account(CAMPAIGN))!.settled,
  });
  assert.deepEqual((await ledger.audit()).violations, []);
}

test('ortb/W1 winning is not an impression: money moves at the billing notice alone', () =>
  scene(async ({ take, target, settled, heard }) => {
    assert.equal(await take(target('win', '4.00')), 204);
    assert.equal(await settled(), 0);
    assert.equal(await take(target('bill', '4.00')), 204);
    assert.equal(await settled(), 4_000);
    assert.deepEqual(heard, ['won', 'billed 4000']);
  }));

test('ortb/W2 a win told twice is heard once', () =>
  scene(async ({ take, target, heard, desk }) => {
    for (let copy = 0; copy < 3; copy += 1) assert.equal(await take(target('win', '4.00')), 204);
    assert.deepEqual(heard, ['won']);
    assert.equal(desk.counts.won, 1);
  }));

test('ortb/W2 inv/I7 a billing notice counts once, whatever order and however many copies', () =>
  scene(async ({ take, target, settled, heard, bidder }) => {
    for (const kind of ['bill', 'bill', 'win', 'bill'] as const)
      assert.equal(await take(target(kind, '4.00')), 204);
    assert.equal(await settled(), 4_000);
    assert.equal(bidder.wallet.free(bidder.clock.monotonic()), 1_000_000 - 4_000);
    assert.deepEqual(heard, ['billed 4000', 'won']);
  }));

test('fault/D7 fault/D9 a forged notice, or one above the bid, moves nothing and is counted by its reason', () =>
  scene(async ({ take, target, settled, desk }) => {
    const forged = target('bill', '4.00').replace(/.(?=&p=)/, (last) => (last === 'A' ? 'B' : 'A'));
    for (const [bad, reason] of [
      [forged, 'forged'],
      [target('win', '4.00').replace('/win/', '/bill/'), 'forged'],
      [target('bill', '5.02'), 'price-above-bid'],
      [target('bill', '-1'), 'price-negative'],
      [target('bill', 'NaN'), 'price-invalid'],
      ['/n/bill/nobody?t=x', 'unknown-exchange'],
    ] as const) {
      const before = desk.counts.refused.get(reason) ?? 0;
      assert.equal(await take(bad), 400);
      assert.equal(desk.counts.refused.get(reason), before + 1, reason);
    }
    assert.equal(await settled(), 0);
  }));

test('ortb/W4 a price that is not told costs what was bid; a render for review and test traffic cost nothing', () =>
  scene(async ({ take, target, settled }) => {
    assert.equal(await take(target('bill', 'AUDIT')), 204);
    assert.equal(await take(target('bill', '4.00', true)), 204);
    assert.equal(await settled(), 0);
    assert.equal(await take(target('bill', '')), 204);
    assert.equal(await settled(), 5_000);
  }));

test('ortb/W8 a bill that comes long after the bid was given up is still paid, once, and counted as late', () =>
  scene(async ({ simulation, take, target, settled, desk }) => {
    const bill = target('bill', '4.00');
    await simulation.pass(60_000 + BILL_GRACE_MS);
    for (let copy = 0; copy < 2; copy += 1) assert.equal(await take(bill), 204);
    assert.equal(await settled(), 4_000);
    assert.deepEqual([desk.counts.paid, desk.counts.late, desk.counts.repeat], [0, 1, 1]);
  }));

test('ortb/W9 a loss frees what was promised, once', () =>
  scene(async ({ take, target, bidder, heard }) => {
    for (let copy = 0; copy < 2; copy += 1) assert.equal(await take(target('loss', '6.00')), 204);
    assert.equal(bidder.wallet.free(bidder.clock.monotonic()), 1_000_000);
    assert.deepEqual(heard, ['lost']);
  }));

test('ortb/W10 no acknowledgement before the bill is durable: without ledger and disk the exchange is told to try again', () =>
  scene(async ({ take, target, bidder, ledger, settled }) => {
    const whole = ledger.batch;
    ledger.batch = () => Promise.reject(new Error('away'));
    bidder.spool.add = () => {
      throw new Error('disk full');
    };
    assert.equal(await take(target('bill', '4.00')), 503);
    ledger.batch = whole;
    assert.equal(await take(target('bill', '4.00')), 204);
    assert.equal(await settled(), 4_000);
  }));
