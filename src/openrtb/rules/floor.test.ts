import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSample, sampleCreative, sampleRequest } from '../testing/index.ts';
import { auctionKindOf, bidCurrencyOf, mayShade } from './auction.ts';
import { floorOf } from './floor.ts';

const impOf = (imp: object, kind: 'deals' | 'video' = 'deals') =>
  readSample({ ...sampleRequest(kind), imp: [{ ...sampleRequest(kind).imp[0], ...imp }] }).imps[0]!;
const banner = sampleCreative('banner');
const videoImp = (slot: object, imp: object = {}) =>
  impOf({ video: { mimes: ['video/mp4'], ...slot }, bidfloor: 4, ...imp }, 'video');
const video = (duration: number) => sampleCreative('video', { duration });
const openFloor = (slot: object, duration: number) =>
  floorOf(videoImp(slot), video(duration), undefined).micros;

test('ortb/F2 the deal goes before the slot, the slot before the imp', () => {
  const deals = [{ id: 'a', bidfloor: 9, bidfloorcur: 'EUR' }, { id: 'b' }];
  const imp = videoImp({ mincpmpersec: 0.5 }, { pmp: { deals } });
  assert.deepEqual(floorOf(imp, video(15), imp.deals[0]), { micros: 9_000_000, currency: 'EUR' });
  assert.deepEqual(floorOf(imp, video(15), undefined), { micros: 7_500_000, currency: 'USD' });
  assert.deepEqual(floorOf(impOf({}), banner, undefined), { micros: 500_000, currency: 'USD' });
  assert.deepEqual(floorOf(imp, video(15), imp.deals[1]), { micros: 7_500_000, currency: 'USD' });
});

test('ortb/F2 a floor by the second is multiplied, rounded up', () => {
  assert.equal(openFloor({ mincpmpersec: 0.2 }, 15), 3_000_000);
  assert.equal(openFloor({ mincpmpersec: 0.000001 }, 15.5), 16);
});

test('ortb/F2 a floor by length holds inside its range, the highest of several, the imp outside of all', () => {
  const durfloors = [
    { mindur: 1, maxdur: 15, bidfloor: 5 },
    { mindur: 10, maxdur: 30, bidfloor: 10 },
    { mindur: 61, bidfloor: 20 },
  ];
  const floors = [5, 12, 15, 30, 45, 61, 500].map((seconds) => openFloor({ durfloors }, seconds));
  assert.deepEqual(
    floors,
    [5, 10, 10, 10, 4, 20, 20].map((units) => units * 1_000_000),
  );
  assert.equal(openFloor({ durfloors: [{ maxdur: 15, bidfloor: 6 }] }, 3), 6_000_000);
  assert.equal(openFloor({ durfloors, mincpmpersec: 1 }, 12), 12_000_000);
});

test('ortb/F2 a deal has floors by length too', () => {
  const deals = [{ id: 'a', bidfloor: 2, mincpmpersec: 0.1, durfloors: [{ mindur: 20, bidfloor: 7 }] }];
  const imp = videoImp({}, { pmp: { deals } });
  assert.equal(floorOf(imp, video(15), imp.deals[0]).micros, 2_000_000);
  assert.equal(floorOf(imp, video(25), imp.deals[0]).micros, 7_000_000);
});

test('ortb/F2 no floor leaves the integers that are exact', () => {
  assert.equal(openFloor({ mincpmpersec: 9_000_000_000 }, 15), Number.MAX_SAFE_INTEGER);
});

test('ortb/F3 the floor of a deal is USD when it does not say, whatever the imp says', () => {
  const imp = impOf({ bidfloorcur: 'EUR', pmp: { deals: [{ id: 'a', bidfloor: 3 }] } });
  assert.deepEqual(floorOf(imp, banner, imp.deals[0]), { micros: 3_000_000, currency: 'USD' });
  assert.equal(floorOf(imp, banner, undefined).currency, 'EUR');
});

test('ortb/F1 the auction of a deal is its own, else the request’s; an agreed price exists only under a deal', () => {
  const kinds = (at: unknown, dealAt: unknown) => {
    const pmp = { deals: [{ id: 'a', at: dealAt }] };
    const imp = { ...sampleRequest('banner').imp[0], pmp };
    const request = readSample({ ...sampleRequest('banner'), at, imp: [imp] });
    return [auctionKindOf(request, undefined), auctionKindOf(request, request.imps[0]!.deals[0])];
  };
  assert.deepEqual(kinds(undefined, undefined), ['second', 'second']);
  assert.deepEqual(kinds(1, 2), ['first', 'second']);
  assert.deepEqual(kinds(2, 3), ['second', 'fixed']);
  assert.deepEqual(kinds(3, undefined), ['first', 'fixed']);
  assert.deepEqual(kinds(501, 1), ['first', 'first']);
});

test('ortb/F7 only an open first price is shaded', () => {
  const [guaranteed, preferred] = impOf({}).deals;
  assert.equal(mayShade('first', undefined), true);
  assert.equal(mayShade('first', preferred), true);
  assert.equal(mayShade('first', guaranteed), false);
  assert.equal(mayShade('fixed', preferred), false);
  assert.equal(mayShade('second', undefined), false);
});

test('ortb/F4 we bid in the first of our currencies that is taken; an empty list takes USD', () => {
  const chosen = (cur: unknown, ours: string[]) =>
    bidCurrencyOf(readSample({ ...sampleRequest('banner'), cur }), ours);
  assert.equal(chosen(['EUR', 'USD'], ['USD', 'EUR']), 'USD');
  assert.equal(chosen(['EUR'], ['USD', 'EUR']), 'EUR');
  assert.equal(chosen(['JPY'], ['USD', 'EUR']), '');
  assert.equal(chosen([], ['EUR', 'USD']), 'USD');
  assert.equal(chosen(undefined, ['EUR']), '');
});
