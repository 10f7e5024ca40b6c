import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { substituteMacros } from '../notices/macros.ts';
import { noticeReader } from '../notices/reader.ts';
import { CONFIG, NOW } from '../notices/testing.ts';
import { nbrOf } from '../rules/no-bid.ts';
import { compileCreative } from './compile-creative.ts';
import { fitLines } from './fit-lines.ts';
import { noBidText } from './no-bid.ts';
import { type BidLine, type ResponseTarget, responseText, writeResponse } from './response.ts';
import { AUDIO, BANNER, NATIVE, sampleExchange, sampleLine, VIDEO } from './testing.ts';

interface WireBid {
  readonly [field: string]: unknown;
  readonly id: string;
  readonly price: number;
  readonly adm: string;
  readonly nurl?: string;
  readonly burl?: string;
  readonly lurl?: string;
}
interface WireResponse {
  readonly id: string;
  readonly cur: string;
  readonly seatbid: readonly { readonly seat: string; readonly bid: readonly WireBid[] }[];
}

const north = sampleExchange();
const read = noticeReader(CONFIG);

function answer(target: ResponseTarget, lines: readonly BidLine[], id = 'req-1'): WireResponse {
  return JSON.parse(Buffer.from(writeResponse(target, id, 'USD', lines)).toString('utf8')) as WireResponse;
}
const bidOf = (target: ResponseTarget, line: BidLine): WireBid => answer(target, [line]).seatbid[0]!.bid[0]!;

test('ortb/B1 the answer repeats the request id, whatever it holds, and groups bids by seat', () => {
  const seats = ['a', 'b', 'a', 'ü"', 'b'];
  const lines = seats.map((seat, i) => sampleLine(north, BANNER, { seat, bidId: `b-${i}`, impId: `i${i}` }));
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (id) => {
      const response = answer(north, lines, id);
      assert.equal(response.id, id);
      assert.equal(response.cur, 'USD');
      const grouped = response.seatbid.map(({ seat, bid }) => [seat, ...bid.map((each) => each.id)]);
      assert.deepEqual(grouped, [
        ['a', 'b-0', 'b-2'],
        ['b', 'b-1', 'b-4'],
        ['ü"', 'b-3'],
      ]);
    }),
  );
});

test('ortb/B2 a price is printed exactly, with at most 6 decimals', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2e9 }), (priceCpmMicros) => {
      const text = responseText(north, 'r', 'USD', [sampleLine(north, BANNER, { priceCpmMicros })]);
      const price = /"price":([\d.]+),/.exec(text)![1]!;
      assert.match(price, /^\d+(\.\d{1,6})?$/);
      assert.equal(Math.round(Number(price) * 1e6), priceCpmMicros);
    }),
  );
  assert.match(
    responseText(north, 'r', 'USD', [sampleLine(north, BANNER, { priceCpmMicros: 1_200_000 })]),
    /"price":1\.2,/,
  );
});

test('ortb/B3 ortb/B13 ortb/D5 what the exchange would refuse is left out, deals last', () => {
  const line = (seat: string, dealId: string, priceCpmMicros = 1, impId = '1') => ({
    seat,
    dealId,
    priceCpmMicros,
    impId,
  });
  const one = sampleExchange({ maxBidsPerImp: 1 }).profile;
  const open = line('a', '', 9);
  const deal = line('a', 'd');
  assert.deepEqual(fitLines(one, [open, deal]), {
    kept: [deal],
    dropped: [{ line: open, reason: 'bids-per-imp' }],
  });
  const seat = sampleExchange({ maxSeatbids: 1 }).profile;
  const [first, second, third] = [line('a', ''), line('b', '', 1, '2'), line('a', '', 1, '3')];
  assert.deepEqual(fitLines(seat, [first!, second!, third!]), {
    kept: [first, third],
    dropped: [{ line: second, reason: 'seatbids' }],
  });
  const free = line('a', 'd', 0);
  assert.equal(fitLines(north.profile, [free]).dropped[0]?.reason, 'price');
  assert.deepEqual(fitLines(sampleExchange({ zeroPriceDeals: true }).profile, [free]).kept, [free]);
  assert.equal(fitLines(north.profile, [line('a', '', Number.NaN)]).kept.length, 0);
});

test('ortb/B4 crid, cid, adomain, cat with its taxonomy, iurl and size are there', () => {
  const { nurl, burl, adm, ...bid } = bidOf(north, sampleLine(north, BANNER, { dealId: 'd"1', exp: 300 }));
  assert.ok(nurl !== undefined && burl !== undefined && adm !== '');
  assert.deepEqual(bid, {
    id: 'bid-1',
    impid: '1',
    price: 2.5,
    cid: 'spring',
    crid: 'cr-1',
    adomain: ['shoes.example'],
    iurl: 'https://cdn.shoes.example/preview.png',
    cat: ['IAB18-1'],
    cattax: 1,
    language: 'en',
    mtype: 1,
    dealid: 'd"1',
    w: 300,
    h: 250,
    exp: 300,
  });
});

test('ortb/B4 a creative without a field that the exchange needs does not go there', () => {
  const pubnx = sampleExchange({ preset: 'pubnx' });
  assert.deepEqual(compileCreative({ ...BANNER, imageUrl: '' }, pubnx, { campaign: 'c' }), {
    ok: false,
    reason: 'north needs iurl',
  });
  assert.ok(compileCreative(BANNER, pubnx, { campaign: 'c' }).ok);
  assert.ok(!compileCreative({ ...BANNER, adomain: [] }, north, { campaign: 'c' }).ok);
});

test('ortb/B5 mtype is the format, and left out for 2.5', () => {
  const native = { native: { request: '{"assets":[{"id":1,"title":{"len":90}}]}', ver: '1.2' } };
  const types = [BANNER, VIDEO, AUDIO, NATIVE].map(
    (each) => bidOf(north, sampleLine(north, each, {}, native)).mtype,
  );
  assert.deepEqual(types, [1, 2, 3, 4]);
  const old = sampleExchange({ version: '2.5' });
  assert.equal(bidOf(old, sampleLine(old, BANNER)).mtype, undefined);
});

test('ortb/B8 ortb/B9 video has its markup in adm, with duration, protocol and APIs', () => {
  const bid = bidOf(north, sampleLine(north, { ...VIDEO, apis: [7] }));
  assert.match(bid.adm, /^<\?xml/);
  assert.equal(bid.dur, 15);
  assert.equal(bid.protocol, 13);
  assert.deepEqual(bid.apis, [7]);
});

test('ortb/B11 display is billed by burl, video and audio by their own pixel', () => {
  assert.ok(bidOf(north, sampleLine(north, BANNER)).burl?.includes('/n/bill/north?t='));
  for (const creative of [VIDEO, AUDIO]) {
    const line = sampleLine(north, creative);
    assert.equal(line.creative.billedBy, 'imp');
    assert.equal(bidOf(north, line).burl, undefined);
  }
});

test('ortb/B11 where an exchange knows no burl, the pixel bills display too', () => {
  const target = sampleExchange({ burl: false });
  const line = sampleLine(target, BANNER);
  assert.equal(line.creative.billedBy, 'imp');
  assert.equal(bidOf(target, line).burl, undefined);
});

test('ortb/B12 lurl goes only to exchanges that take it, nurl too', () => {
  assert.equal(bidOf(north, sampleLine(north, BANNER)).lurl, undefined);
  const target = sampleExchange({ lurl: true, nurl: false });
  const bid = bidOf(target, sampleLine(target, BANNER));
  assert.equal(bid.nurl, undefined);
  assert.match(bid.lurl!, /\/n\/loss\/.*&l=\$\{AUCTION_LOSS\}/);
});

test('ortb/B15 a skippable creative says so', () => {
  assert.deepEqual(bidOf(north, sampleLine(north, VIDEO)).attr, [16]);
});

test('ortb/B17 ortb/P10 DSA transparency is sent when the request asks for it', () => {
  const dsa = {
    behalf: 'Shoes Inc.',
    paid: 'Shoes GmbH',
    transparency: [{ domain: 'us.example', dsaparams: [1] }],
  };
  const options = { dsa };
  const asked = bidOf(north, sampleLine(north, BANNER, { dsa: true }, options));
  assert.deepEqual(asked.ext, { dsa: { ...dsa, adrender: 1 } });
  assert.equal(bidOf(north, sampleLine(north, BANNER, {}, options)).ext, undefined);
});

test('ortb/B18 without its markup an answer is under 1 kB', () => {
  const text = responseText(north, 'req-1', 'USD', [sampleLine(north, BANNER)]);
  assert.ok(text.replace(/"adm":"(?:[^"\\]|\\.)*"/, '').length < 1024);
});

test('ortb/I3 a slot in a pod is named only when asked for', () => {
  assert.equal(bidOf(north, sampleLine(north, VIDEO)).slotinpod, undefined);
  assert.equal(bidOf(north, sampleLine(north, VIDEO, { slotinpod: -1 })).slotinpod, -1);
});

describe('ortb/W1 the URLs in an answer come back as authentic notices', () => {
  const target = (url: string) =>
    substituteMacros(url.slice(CONFIG.baseUrl.length), { PRICE: '2.4', CURRENCY: 'USD' });
  test('from nurl and burl', () => {
    const bid = bidOf(north, sampleLine(north, BANNER));
    const win = read(target(bid.nurl!), NOW);
    const bill = read(target(bid.burl!), NOW);
    assert.ok(win.ok && win.notice.kind === 'win' && !win.notice.bills);
    assert.ok(bill.ok && bill.notice.bills && bill.notice.price === 2_400_000);
  });
  test('from the markup', () => {
    const bid = bidOf(north, sampleLine(north, VIDEO));
    const url = /<Impression><!\[CDATA\[(.*?)\]\]>/.exec(bid.adm)![1]!;
    const notice = read(target(url), NOW);
    assert.ok(notice.ok && notice.notice.bills && notice.notice.creative === 'cr-2');
  });
});

test('response: an answer is ASCII, so its length is its bytes', () => {
  const line = sampleLine(
    north,
    { ...BANNER, adomain: ['müller.example'] },
    { dealId: 'é', impId: '\u2028' },
  );
  const text = responseText(north, '😀', 'USD', [line]);
  assert.match(text, /^[\x20-\x7e]*$/);
  assert.equal(answer(north, [line], '😀').id, '😀');
});

test('response: a no-bid is 204 unless the exchange reads reasons', () => {
  assert.equal(noBidText(north.profile, 'r', nbrOf('time-too-short')), undefined);
  const reads = sampleExchange({ nbr: true }).profile;
  assert.deepEqual(JSON.parse(noBidText(reads, 'r"1', nbrOf('time-too-short'))!), {
    id: 'r"1',
    seatbid: [],
    nbr: 15,
  });
});
