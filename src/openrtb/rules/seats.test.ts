import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSample, sampleCreative, sampleRequest } from '../testing/index.ts';
import { creativeFacts } from './creative-facts.ts';
import { crawlerRefusal, NO_BID_REASONS, nbrOf } from './no-bid.ts';
import { holdRefusal, placeRefusal } from './place.ts';
import { isDynamicPod, PodBreak } from './pods.ts';
import { dealRefusal, offeredDeal, openAuctionRefusal, seatRefusal } from './seats.ts';
import { timeBudgetMs, timeRefusal } from './time.ts';

const request = (changes: object) => readSample({ ...sampleRequest('banner'), ...changes });
const impWith = (changes: object) =>
  request({ imp: [{ ...sampleRequest('banner').imp[0], ...changes }] }).imps[0]!;
const dealWith = (terms: object) => impWith({ pmp: { deals: [{ id: 'a', ...terms }] } }).deals[0]!;

test('ortb/V8 a seat must be among the wanted and not among the blocked', () => {
  assert.equal(seatRefusal(request({}), 's'), '');
  assert.equal(seatRefusal(request({}), ''), 'seat-missing');
  assert.equal(seatRefusal(request({ wseat: ['s'] }), 's'), '');
  assert.equal(seatRefusal(request({ wseat: ['t'] }), 's'), 'seat-blocked');
  assert.equal(seatRefusal(request({ bseat: ['s'] }), 's'), 'seat-blocked');
  assert.equal(seatRefusal(request({ wseat: ['s'], bseat: ['s'] }), 's'), 'seat-blocked');
});

test('ortb/D1 a deal is found by exactly its id', () => {
  const imp = impWith({ pmp: { deals: [{ id: 'A' }, { id: 'b' }] } });
  assert.equal(offeredDeal(imp, 'b')?.id, 'b');
  assert.equal(offeredDeal(imp, 'a'), undefined);
});

test('ortb/D2 a private auction hears only deals', () => {
  assert.equal(openAuctionRefusal(impWith({ pmp: { private_auction: 1 } })), 'private-auction');
  assert.equal(openAuctionRefusal(impWith({ pmp: { private_auction: 0 } })), '');
  assert.equal(openAuctionRefusal(impWith({})), '');
});

test('ortb/D3 a deal names its seats and its advertisers', () => {
  const facts = creativeFacts(sampleCreative('banner', { adomain: ['brand.example'] }));
  assert.equal(dealRefusal(dealWith({}), 's', facts), '');
  assert.equal(dealRefusal(dealWith({ wseat: ['s', 't'] }), 's', facts), '');
  assert.equal(dealRefusal(dealWith({ wseat: ['t'] }), 's', facts), 'deal-seat-missing');
  assert.equal(dealRefusal(dealWith({}), '', facts), 'seat-missing');
  assert.equal(dealRefusal(dealWith({ wadomain: ['Brand.example'] }), 's', facts), '');
  assert.equal(dealRefusal(dealWith({ wadomain: ['other.example'] }), 's', facts), 'deal-advertiser-missing');
  const nobody = creativeFacts(sampleCreative('banner', { adomain: [] }));
  assert.equal(
    dealRefusal(dealWith({ wadomain: ['brand.example'] }), 's', nobody),
    'deal-advertiser-missing',
  );
});

test('ortb/I3 a dynamic pod takes several ads, within its count and its length', () => {
  const slot = readSample(sampleRequest('pod')).imps[0]!.video!;
  assert.equal(isDynamicPod(slot), true);
  const pod = new PodBreak();
  const ad = (id: number, duration: number) =>
    sampleCreative('video', { id: `c${id}`, adomain: [`b${id}.example`], duration });
  for (const id of [1, 2, 3]) {
    assert.equal(pod.refusal('1', slot, ad(id, 25)), '');
    pod.take('1', ad(id, 25));
  }
  assert.equal(pod.refusal('1', slot, ad(4, 16)), 'pod-full');
  assert.equal(pod.refusal('1', slot, ad(4, 15)), '');
  assert.equal(pod.refusal('1', slot, { ...ad(4, 15), adomain: ['b1.example'] }), 'pod-advertiser-repeated');
  assert.equal(pod.refusal('1', slot, { ...ad(4, 15), id: 'c1' }), 'pod-advertiser-repeated');
  pod.take('1', ad(4, 6));
  assert.equal(pod.refusal('1', slot, ad(5, 6)), 'pod-full');
});

test('ortb/I3 each slot of a structured pod takes one ad, and no advertiser is in the break twice', () => {
  const { poddur, ...structured } = readSample(sampleRequest('pod')).imps[0]!.video!;
  assert.equal(poddur, 90);
  const slot = { ...structured, poddur: 0 };
  const pod = new PodBreak();
  const ad = sampleCreative('video');
  pod.take('1', ad);
  assert.equal(
    pod.refusal('1', slot, sampleCreative('video', { id: 'x', adomain: ['x.example'] })),
    'pod-full',
  );
  assert.equal(pod.refusal('2', slot, ad), 'pod-advertiser-repeated');
  assert.equal(pod.refusal('2', slot, sampleCreative('video', { id: 'x', adomain: ['x.example'] })), '');
});

test('ortb/I4 a screen without a place is not bid on', () => {
  const screen = sampleRequest('dooh');
  assert.equal(placeRefusal(readSample(screen)), '');
  assert.equal(placeRefusal(readSample({ ...screen, device: {} })), 'screen-without-place');
  assert.equal(placeRefusal(request({ device: {} })), '');
});

test('ortb/B10 money is not held longer than we hold money', () => {
  assert.equal(holdRefusal(impWith({ exp: 601 }), 600), 'hold-too-long');
  assert.equal(holdRefusal(impWith({ exp: 600 }), 600), '');
  assert.equal(holdRefusal(impWith({}), 600), '');
});

test('ortb/T10 the time is what is left of tmax after the network and a reserve', () => {
  assert.equal(timeBudgetMs(request({ tmax: 150 }), 40), 100);
  assert.equal(timeBudgetMs(request({ tmax: undefined })), 60);
  assert.equal(timeBudgetMs(request({ tmax: 20 }), 30), -20);
  assert.equal(timeRefusal(60, 0, 1), '');
  assert.equal(timeRefusal(60, 59.5, 1), 'time-too-short');
  assert.equal(timeRefusal(-20, 0, 1), 'time-too-short');
  assert.equal(nbrOf('time-too-short'), 15);
});

test('ortb/N1 a crawler is told so', () => {
  assert.equal(
    crawlerRefusal('Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)'),
    'known-crawler',
  );
  assert.equal(crawlerRefusal('Mozilla/5.0 HeadlessChrome/140.0'), 'known-crawler');
  assert.equal(crawlerRefusal('Mozilla/5.0 (Linux; Android 11; CUBOT P40) Chrome/140'), '');
  assert.equal(crawlerRefusal(''), '');
  assert.equal(nbrOf('known-crawler'), 3);
});

test('ortb/N2 every reason has a code that OpenRTB knows', () => {
  for (const code of Object.values(NO_BID_REASONS)) assert.ok(code >= 0 && code <= 17);
});
