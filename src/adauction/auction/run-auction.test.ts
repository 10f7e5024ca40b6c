import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkResponse } from '../response/check-response.ts';
import { type SampleBid, sampleBid, sampleResponse } from '../testing/sample-bids.ts';
import type { WireDeal, WireImp, WireRequest } from '../wire.ts';
import type { BidOutcome } from './outcome.ts';
import type { RivalBids } from './rivals.ts';
import { runAuction } from './run-auction.ts';

const BANNER: WireImp = { id: '1', bidfloor: 2, banner: { w: 300, h: 250 } };
const QUIET: RivalBids = { highest: 0, second: 0, inDeal: 0, winsTies: false };
const PG: WireDeal = { id: 'pg', bidfloor: 5, at: 3, guar: 1 };
const PD: WireDeal = { id: 'pd', bidfloor: 6, at: 3 };
const PA: WireDeal = { id: 'pa', bidfloor: 3 };

interface Entry {
  readonly usd: number;
  readonly deal?: WireDeal;
  readonly bid?: Partial<SampleBid>;
}

/** Outcomes by bid id: bids are b0, b1, … in the order given. */
function auction(
  imp: WireImp,
  at: 1 | 2,
  entries: readonly Entry[],
  rivals: Partial<RivalBids> = {},
  cur: string[] = ['USD'],
): Record<string, Pick<BidOutcome, 'loss' | 'price' | 'minToWin'>> {
  const wire: WireRequest = { id: 'r', at, cur, imp: [imp] };
  const bids = entries.map(({ usd, deal, bid }, index) => ({
    ...sampleBid(wire, imp, deal, { id: `b${index}`, cpmMicros: 1 }),
    price: usd,
    ...bid,
  }));
  const checked = checkResponse(wire, sampleResponse(wire, bids, 'seat-a'));
  const outcomes = runAuction(wire, checked.bids, () => ({ ...QUIET, ...rivals }));
  return Object.fromEntries(
    outcomes.map(({ bid, loss, price, minToWin }) => [bid.id, { loss, price, minToWin }]),
  );
}

test('first price: the winner pays its bid and learns the rival that it had to beat', () => {
  assert.deepEqual(auction(BANNER, 1, [{ usd: 4 }], { highest: 3_000_000 }), {
    b0: { loss: 0, price: 4_000_000, minToWin: 3_000_000 },
  });
});

test('second price: the winner pays the rival, or the floor when nobody else bids', () => {
  assert.equal(auction(BANNER, 2, [{ usd: 4 }], { highest: 3_000_000 }).b0!.price, 3_000_000);
  assert.equal(auction(BANNER, 2, [{ usd: 4 }]).b0!.price, 2_000_000);
  assert.equal(auction(BANNER, 2, [{ usd: 4 }, { usd: 3.5 }]).b0!.price, 3_500_000);
});

test('ortb/W9 a loser is told the price that would have tied', () => {
  assert.deepEqual(auction(BANNER, 1, [{ usd: 4 }], { highest: 4_500_000 }), {
    b0: { loss: 102, price: 0, minToWin: 4_500_000 },
  });
  assert.deepEqual(auction(BANNER, 1, [{ usd: 4 }, { usd: 3 }]).b1, {
    loss: 102,
    price: 0,
    minToWin: 4_000_000,
  });
});

test('a tie goes to whom the draw favours', () => {
  assert.equal(auction(BANNER, 1, [{ usd: 4 }], { highest: 4_000_000, winsTies: true }).b0!.loss, 102);
  assert.equal(auction(BANNER, 1, [{ usd: 4 }], { highest: 4_000_000, winsTies: false }).b0!.loss, 0);
});

test('ortb/F1 a guaranteed deal goes first, then a preferred one, each at its agreed price', () => {
  const imp = { ...BANNER, pmp: { private_auction: 0 as const, deals: [PG, PD, PA] } };
  const rivals = { highest: 50_000_000, inDeal: 60_000_000 };
  const all = auction(imp, 1, [{ usd: 90 }, { usd: 6, deal: PD }, { usd: 5, deal: PG }], rivals);
  assert.deepEqual(all.b2, { loss: 0, price: 5_000_000, minToWin: 5_000_000 });
  assert.deepEqual([all.b0!.loss, all.b1!.loss], [103, 103]);
  const preferred = auction(imp, 2, [{ usd: 90 }, { usd: 7, deal: PD }], rivals);
  assert.deepEqual(preferred.b1, { loss: 0, price: 6_000_000, minToWin: 6_000_000 });
});

test('ortb/D2 in a private auction only buyers under the deal compete', () => {
  const imp = { ...BANNER, pmp: { private_auction: 1 as const, deals: [PA] } };
  assert.equal(auction(imp, 1, [{ usd: 4, deal: PA }], { highest: 90_000_000 }).b0!.loss, 0);
  assert.equal(auction(imp, 1, [{ usd: 4, deal: PA }], { inDeal: 4_100_000 }).b0!.loss, 102);
  const open = { ...BANNER, pmp: { private_auction: 0 as const, deals: [PA] } };
  assert.equal(auction(open, 1, [{ usd: 4, deal: PA }], { highest: 90_000_000 }).b0!.loss, 102);
});

test('a bid that was thrown out loses under its code and does not win', () => {
  const outcomes = auction(BANNER, 1, [{ usd: 9, bid: { w: 1 } }, { usd: 3 }]);
  assert.deepEqual([outcomes.b0!.loss, outcomes.b1!.loss], [203, 0]);
  assert.equal(outcomes.b1!.minToWin, 2_000_000);
});

test('rivals and floors are compared in the currency of the bid', () => {
  const outcomes = auction(BANNER, 2, [{ usd: 1.9 }], { highest: 2_000_000 }, ['EUR']);
  // 2 USD are 1.84 EUR.
  assert.equal(outcomes.b0!.price, 1_840_000);
});

test('ortb/I3 a break is filled by price per second, one ad of an advertiser, within its time', () => {
  const video = { mimes: ['video/mp4'], minduration: 6, maxduration: 60, maxseq: 3, poddur: 50 };
  const imp: WireImp = { id: '1', video };
  const brand = (name: string, dur: number) => ({
    adomain: [`${name}.example`],
    dur,
    adm: undefined as never,
  });
  const entries = [
    { usd: 6, bid: brand('a', 30) },
    { usd: 6, bid: brand('b', 15) },
    { usd: 5, bid: brand('b', 15) },
    { usd: 1, bid: brand('c', 30) },
  ];
  const outcomes = auction(imp, 1, entries);
  assert.deepEqual(Object.fromEntries(Object.entries(outcomes).map(([id, { loss }]) => [id, loss])), {
    b0: 0,
    b1: 0,
    b2: 205,
    b3: 102,
  });
  const crowded = auction(imp, 1, entries, { highest: 90_000_000, second: 80_000_000 });
  assert.ok(Object.values(crowded).every(({ loss }) => loss === 102));
});
