import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { EpochMs } from '../../kernel/index.ts';
import { type SampleBid, sampleBid, sampleResponse } from '../testing/sample-bids.ts';
import { DEFAULT_EXCHANGE } from '../traffic/options.ts';
import { trafficSource } from '../traffic/source.ts';
import type { WireImp, WireRequest } from '../wire.ts';
import { checkResponse } from './check-response.ts';
import type { CheckedResponse } from './checked.ts';

const BANNER: WireImp = {
  id: '1',
  bidfloor: 2,
  secure: 1,
  exp: 60,
  banner: {
    w: 300,
    h: 250,
    format: [
      { w: 300, h: 250 },
      { wmin: 200, wratio: 16, hratio: 9 },
    ],
    battr: [8],
    api: [5],
  },
};
const VIDEO: WireImp = {
  id: '1',
  secure: 1,
  exp: 60,
  video: { mimes: ['video/mp4'], minduration: 10, maxduration: 30, protocols: [2, 3, 6], skip: 0 },
};
const NATIVE: WireImp = {
  id: '1',
  secure: 1,
  exp: 60,
  native: {
    request: JSON.stringify({
      ver: '1.2',
      assets: [
        { id: 1, required: 1, title: { len: 20 } },
        { id: 2, required: 1, img: { type: 3, wmin: 600, hmin: 314 } },
        { id: 3, required: 0, data: { type: 1 } },
      ],
    }),
  },
};
const DEAL = { id: 'd1', bidfloor: 5, at: 3 as const, wseat: ['seat-a'], wadomain: ['brand.example'] };
const DEALT: WireImp = { ...BANNER, pmp: { private_auction: 1, deals: [DEAL] } };

interface Case {
  readonly imp?: WireImp;
  readonly request?: Partial<WireRequest>;
  readonly bid?: Partial<Record<keyof SampleBid | string, unknown>>;
  readonly response?: Record<string, unknown>;
  readonly seat?: string;
}

function check({
  imp = BANNER,
  request = {},
  bid = {},
  response = {},
  seat = 'seat-a',
}: Case): CheckedResponse {
  const wire: WireRequest = {
    id: 'r',
    at: 1,
    cattax: 1,
    bcat: ['IAB7'],
    badv: ['bad.example'],
    imp: [imp],
    ...request,
  };
  const good = sampleBid(wire, imp, imp.pmp?.deals[0], { id: 'b1', cpmMicros: 3_000_000 });
  const members = Object.entries({ ...good, ...bid }).filter(([, value]) => value !== undefined);
  return checkResponse(
    wire,
    sampleResponse(wire, [Object.fromEntries(members) as SampleBid], seat, response),
  );
}

const adm = (imp: WireImp, change: (text: string) => string): Case => {
  const wire: WireRequest = { id: 'r', imp: [imp] };
  return {
    imp,
    bid: { adm: change(String(sampleBid(wire, imp, undefined, { id: 'b1', cpmMicros: 1 }).adm)) },
  };
};

test('correct bids on every kind of imp have nothing against them', () => {
  for (const imp of [BANNER, VIDEO, NATIVE, DEALT]) {
    const checked = check({ imp });
    assert.deepEqual(checked.violations, []);
    assert.equal(checked.bids[0]!.loss, 0);
  }
});

// Rule, loss code (0: advice, the bid stays), and what breaks it.
const CASES: readonly (readonly [string, number, string, Case])[] = [
  ['B1', 3, 'the id of another request', { response: { id: 'other' } }],
  ['B2', 3, 'no bid id', { bid: { id: '' } }],
  ['B2', 3, 'seven decimals', { bid: { price: 3.1234567 } }],
  ['B3', 9, 'price 0', { bid: { price: 0 } }],
  ['B3', 9, 'negative price', { bid: { price: -1 } }],
  ['B3', 9, 'price as text', { bid: { price: '3.00' } }],
  ['B4', 8, 'no crid', { bid: { crid: undefined } }],
  ['B4', 6, 'no adomain', { bid: { adomain: [] } }],
  ['B4', 6, 'adomain that is a URL', { bid: { adomain: ['https://brand.example'] } }],
  ['B4-advice', 0, 'no cid', { bid: { cid: undefined } }],
  ['B5', 0, 'no mtype', { bid: { mtype: undefined } }],
  ['B6', 203, 'another size', { bid: { w: 300, h: 251 } }],
  ['B6', 203, 'no size', { bid: { w: undefined } }],
  ['B6', 203, 'smaller than a flexible slot', { bid: { w: 160, h: 90 } }],
  ['B7', 207, 'http in the markup', adm(BANNER, (text) => `${text}<img src="http://cdn.example/b.png">`)],
  ['B7', 207, 'encoded http in the markup', adm(BANNER, (text) => `${text}<!-- http%3A%2F%2Fx -->`)],
  ['B7', 207, 'http notice', { bid: { nurl: 'http://bidder.example/n' } }],
  ['B8', 204, 'too long', { imp: VIDEO, bid: { dur: 45 } }],
  ['B8', 204, 'no dur', { imp: VIDEO, bid: { dur: undefined } }],
  ['B8', 204, 'dur that is not that of the VAST', { imp: VIDEO, bid: { dur: 20 } }],
  [
    'B8',
    204,
    'not a required length',
    { imp: { ...VIDEO, video: { mimes: ['video/mp4'], rqddurs: [6, 15] } }, bid: { dur: 10 } },
  ],
  ['B9', 7, 'no markup', { bid: { adm: undefined, nurl: undefined } }],
  ['B10', 0, 'held for less than the imp may wait', { bid: { exp: 30 } }],
  [
    'B11',
    0,
    'display without burl or priced pixel',
    { bid: { burl: undefined, adm: '<a href="https://x.example">x</a>' } },
  ],
  ['B11', 0, 'video with burl', { imp: VIDEO, bid: { burl: 'https://bidder.example/n' } }],
  ['B15', 210, 'skippable where that is not allowed', { imp: VIDEO, bid: { attr: [16] } }],
  [
    'B15',
    210,
    'skippable without saying so',
    adm(VIDEO, (text) => text.replace('<Linear>', '<Linear skipoffset="00:00:05">')),
  ],
  ['B16', 208, 'another language', { request: { wlang: ['de'] }, bid: { language: 'en' } }],
  [
    'B17',
    200,
    'no DSA where it is demanded',
    { request: { regs: { ext: { dsa: { dsarequired: 3 } } } }, bid: { ext: undefined } },
  ],
  ['B18', 0, 'a large response', { bid: { ext: { filler: 'x'.repeat(1_100) } } }],
  ['F1', 0, 'more than the agreed price', { imp: DEALT, bid: { price: 5.01 } }],
  ['F2', 100, 'a micro below the floor', { bid: { price: 1.999999 } }],
  ['F2', 101, 'below the floor of the deal', { imp: DEALT, bid: { price: 4.99 } }],
  ['F4', 3, 'a currency that was not offered', { response: { cur: 'EUR' } }],
  ['D1', 4, 'a deal that is not there', { imp: DEALT, bid: { dealid: 'D1', price: 9 } }],
  ['D2', 4, 'an open bid in a private auction', { imp: DEALT, bid: { dealid: undefined } }],
  ['D3', 104, 'another seat than the deal is for', { imp: DEALT, seat: 'seat-b' }],
  ['D3', 213, 'another advertiser than the deal is for', { imp: DEALT, bid: { adomain: ['other.example'] } }],
  ['Q1', 209, 'a category below a blocked one', { bid: { cat: ['IAB7-39'] } }],
  ['Q2', 205, 'a subdomain of a blocked advertiser', { bid: { adomain: ['shop.BAD.example'] } }],
  ['Q3', 210, 'a blocked attribute', { bid: { attr: [8] } }],
  ['Q3', 204, 'an API that is not there', { bid: { apis: [7] } }],
  ['Q4', 204, 'a protocol that is not taken', { imp: VIDEO, bid: { protocol: 7 } }],
  [
    'Q4',
    204,
    'VAST of a version that is not taken',
    adm(VIDEO, (text) => text.replace('VAST version="3.0"', 'VAST version="4.2"')),
  ],
  ['Q4', 204, 'media that cannot be played', adm(VIDEO, (text) => text.replace('video/mp4', 'video/ogg'))],
  ['I2', 204, 'video in a banner slot', { bid: { mtype: 2 } }],
  ['seat', 104, 'a seat that is not listed', { request: { wseat: ['seat-b'] } }],
  ['seat', 104, 'a blocked seat', { request: { bseat: ['seat-a'] } }],
  ['vast', 204, 'a URL for VAST', adm(VIDEO, () => 'https://cdn.example/vast.xml')],
  ['vast', 204, 'an element left open', adm(VIDEO, (text) => text.replace('</Linear>', ''))],
  ['vast', 204, 'a bare ampersand', adm(VIDEO, (text) => text.replace('<AdTitle>Sample', '<AdTitle>A & B'))],
  ['vast', 204, 'no Impression', adm(VIDEO, (text) => text.replace(/<Impression>.*<\/Impression>/, ''))],
  ['vast', 204, 'no Duration', adm(VIDEO, (text) => text.replace(/<Duration>.*<\/Duration>/, ''))],
  ['native', 204, 'a required asset is missing', adm(NATIVE, (text) => text.replace('"id":2', '"id":9'))],
  [
    'native',
    204,
    'a title too long',
    adm(NATIVE, (text) => text.replace('A sample', 'A sample that is too long')),
  ],
  ['native', 204, 'an image too small', adm(NATIVE, (text) => text.replace('"w":600', '"w":599'))],
  ['native', 204, 'no link', adm(NATIVE, (text) => text.replace('"link"', '"lnk"'))],
];

for (const [rule, loss, what, wrong] of CASES) {
  const family = /^[A-Z]\d+$/.test(rule) ? `ortb/${rule}` : rule;
  test(`${family} ${what} is found${loss === 0 ? ' and let pass' : `, and costs the bid its place (${loss})`}`, () => {
    const { bids, violations } = check(wrong);
    assert.ok(
      violations.some((each) => each.rule === rule),
      JSON.stringify(violations),
    );
    assert.equal(bids[0]!.loss, loss);
  });
}

test('ortb/B2 an impid that is not in the request, and a bid id used twice, are found', () => {
  const wire: WireRequest = { id: 'r', imp: [BANNER] };
  const bid = sampleBid(wire, BANNER, undefined, { id: 'b1', cpmMicros: 3_000_000 });
  const stray = checkResponse(wire, sampleResponse(wire, [{ ...bid, impid: '2' }], 's'));
  assert.deepEqual([stray.bids.length, stray.violations[0]!.rule], [0, 'B2']);
  const twice = checkResponse(wire, sampleResponse(wire, [bid, bid], 's'));
  assert.deepEqual(
    twice.bids.map(({ loss }) => loss),
    [0, 3],
  );
});

test('ortb/B14 a group is refused, for no imps are sold together here', () => {
  const wire: WireRequest = { id: 'r', imp: [BANNER] };
  const bid = sampleBid(wire, BANNER, undefined, { id: 'b1', cpmMicros: 3_000_000 });
  const checked = checkResponse(
    wire,
    sampleResponse(wire, [], 's', { seatbid: [{ seat: 's', group: 1, bid: [bid] }] }),
  );
  assert.deepEqual([checked.violations[0]!.rule, checked.bids[0]!.loss], ['B14', 3]);
});

test('the four forms of no-bid are no-bids (§7.1); a body that is no JSON object is malformed', () => {
  const wire: WireRequest = { id: 'r', imp: [BANNER] };
  const kindOf = (body: string) => checkResponse(wire, Buffer.from(body)).kind;
  assert.equal(checkResponse(wire, null).kind, 'no-bid');
  for (const body of ['', '{}', '{"id":"r","seatbid":[]}', '{"id":"r","seatbid":[],"nbr":2}']) {
    assert.equal(kindOf(body), 'no-bid', body);
  }
  for (const body of ['x', '[]', '{"id":']) assert.equal(kindOf(body), 'malformed', body);
});

test('ortb/F3 a floor in another currency is compared exactly: at its value a bid stands, a micro below it falls', () => {
  const imp: WireImp = { ...BANNER, bidfloor: 2, bidfloorcur: 'EUR' };
  // 2 EUR at 0.92 EUR to the USD are 2.173913043… USD.
  assert.equal(check({ imp, bid: { price: 2.173914 } }).bids[0]!.loss, 0);
  assert.equal(check({ imp, bid: { price: 2.173913 } }).bids[0]!.loss, 100);
});

test('ortb/F3 the floor of a deal without currency is in USD, whatever the imp says', () => {
  const imp: WireImp = { ...DEALT, bidfloorcur: 'EUR' };
  assert.deepEqual(check({ imp, bid: { price: 5 } }).violations, []);
});

test('ortb/F2 floors by second and by length stand before that of the imp', () => {
  const video = { ...VIDEO.video!, mincpmpersec: 0.5 };
  const imp: WireImp = { ...VIDEO, bidfloor: 1, video };
  assert.equal(check({ imp, bid: { price: 7.5 } }).bids[0]!.loss, 0);
  assert.equal(check({ imp, bid: { price: 7.49 } }).bids[0]!.loss, 100);
  const ranged: WireImp = { ...VIDEO, video: { ...VIDEO.video!, durfloors: [{ maxdur: 20, bidfloor: 4 }] } };
  assert.equal(check({ imp: ranged, bid: { price: 3.99 } }).bids[0]!.loss, 100);
});

test('correct bids on the whole of the traffic have nothing against them', () => {
  const exchange = { ...DEFAULT_EXCHANGE, currencies: ['EUR', 'USD', 'GBP', 'JPY'] };
  const traffic = trafficSource({ seed: 11, exchanges: [exchange] });
  for (let n = 0; n < 1_500; n += 1) {
    const { wire } = traffic.request(n, Date.UTC(2026, 10, 23) as EpochMs);
    const bids = wire.imp.map((imp, index) =>
      sampleBid(wire, imp, undefined, { id: `${n}-${index}`, cpmMicros: 1_000_000 }),
    );
    const { violations, kind } = checkResponse(wire, sampleResponse(wire, bids, 'seat-a'));
    assert.deepEqual([kind, violations], ['bids', []]);
  }
});

test('a pixel in HTML is read as a browser reads it, in any way of escaping', () => {
  for (const and of ['&', '&amp;', '&#38;', '&#x26;']) {
    const adm = `<img src="https://n.example/imp?t=1${and}p=\${AUCTION_PRICE}"><a href='https://x.example'>x</a>`;
    const [bid] = check({ bid: { adm } }).bids;
    assert.deepEqual(bid!.impressionUrls, [`https://n.example/imp?t=1&p=\${AUCTION_PRICE}`]);
    assert.deepEqual(bid!.clickUrls, ['https://x.example']);
  }
});

test('whatever the bytes, checking does not throw', () => {
  const wire: WireRequest = { id: 'r', imp: [BANNER, { ...VIDEO, id: '2' }, { ...NATIVE, id: '3' }] };
  fc.assert(fc.property(fc.uint8Array(), (bytes) => void checkResponse(wire, bytes)));
  const bid = fc.record({
    id: fc.json(),
    impid: fc.constantFrom('1', '2', '3'),
    mtype: fc.nat(5),
    adm: fc.json(),
    price: fc.double(),
  });
  const seatbid = fc.array(fc.record({ seat: fc.anything(), bid: fc.array(fc.oneof(bid, fc.anything())) }));
  fc.assert(
    fc.property(seatbid, fc.object(), (seats, more) => {
      const text = JSON.stringify({ ...more, id: 'r', seatbid: seats });
      checkResponse(wire, Buffer.from(text));
    }),
  );
});
