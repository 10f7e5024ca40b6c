import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type EpochMs, money } from '../../kernel/index.ts';
import type { WireImp } from '../wire.ts';
import type { ExchangeDeal, TrafficExchange, TrafficRequest } from './options.ts';
import { TRAFFIC_SEGMENTS } from './people.ts';
import { trafficSource } from './source.ts';

const TIME = Date.UTC(2026, 10, 23, 12) as EpochMs;
const NORTH: TrafficExchange = {
  name: 'north',
  domain: 'north.example',
  at: 1,
  currencies: ['USD', 'EUR'],
  tmaxMs: 120,
  seats: ['seat-a'],
};
const SOUTH: TrafficExchange = { ...NORTH, name: 'south', domain: 'south.example', at: 2, currencies: [] };

function deal(over: Partial<ExchangeDeal>): ExchangeDeal {
  return {
    exchange: 'north',
    dealId: 'deal-1',
    type: 'PG',
    cpm: money(12_500_000, 'USD'),
    start: (TIME - 1_000) as EpochMs,
    end: (TIME + 1_000) as EpochMs,
    countries: ['DEU'],
    format: 'video',
    publishers: ['pub-7'],
    seat: 'seat-a',
    ...over,
  };
}

function take(count: number, options: Parameters<typeof trafficSource>[0], time = TIME): TrafficRequest[] {
  const source = trafficSource(options);
  return Array.from({ length: count }, (_none, n) => source.request(n, time));
}

const both = take(3_000, { seed: 7, exchanges: [NORTH, SOUTH], mix: { test: 0.02 } });

test('a request depends on seed, number and time only, not on what was asked before', () => {
  const source = trafficSource({ seed: 7, exchanges: [NORTH, SOUTH], mix: { test: 0.02 } });
  for (const n of [2_999, 5, 0, 5]) assert.deepEqual(source.request(n, TIME), both[n]);
  assert.notDeepEqual(take(1, { seed: 8 })[0]!.wire, take(1, { seed: 7 })[0]!.wire);
});

test('requests are the size of real ones', () => {
  const sizes = both.map(({ bytes }) => bytes.length).sort((a, b) => a - b);
  const at = (share: number) => sizes[Math.floor(sizes.length * share)]!;
  assert.ok(at(0.1) > 2_000 && at(0.5) > 2_500 && at(0.5) < 3_300, `${at(0.1)} ${at(0.5)}`);
  assert.ok(at(0.9) < 3_800, `${at(0.9)}`);
});

test('ortb/V1 ortb/V2 ortb/V3 ortb/V4 every request is well formed, with ids that are used once', () => {
  const ids = new Set(both.map(({ wire }) => wire.id));
  assert.equal(ids.size, both.length);
  for (const { wire } of both) {
    assert.equal([wire.site, wire.app, wire.dooh].filter((place) => place !== undefined).length, 1);
    assert.ok(wire.imp.length >= 1 && wire.imp.length <= 3);
    assert.equal(new Set(wire.imp.map(({ id }) => id)).size, wire.imp.length);
    for (const imp of wire.imp) {
      assert.ok(imp.banner ?? imp.video ?? imp.audio ?? imp.native);
      assert.ok((imp.video ?? imp.audio)?.mimes.length !== 0);
      assert.ok(imp.video?.rqddurs === undefined || imp.video.minduration === undefined);
      if (imp.native !== undefined) assert.equal(typeof JSON.parse(imp.native.request), 'object');
    }
  }
});

test('the mix holds every kind of place, format, country, currency, break and test', () => {
  const counts = new Map<string, number>();
  const count = (what: string) => counts.set(what, (counts.get(what) ?? 0) + 1);
  const countImp = (imp: WireImp) => {
    for (const what of ['banner', 'video', 'audio', 'native'] as const) if (imp[what]) count(what);
    count(`floor ${imp.bidfloorcur ?? 'none'}`);
    if (imp.video?.podid !== undefined) count('pod');
    if (imp.pmp?.deals[0]?.id.startsWith('unknown-')) count('unknown deal');
  };
  for (const { wire, place, country, exchange } of both) {
    for (const what of [place, country, exchange.name, wire.test === 1 ? 'test' : 'real']) count(what);
    if (wire.regs?.coppa === 1) count('coppa');
    if ((wire.wseat ?? wire.bseat) !== undefined) count('seats');
    wire.imp.forEach(countImp);
  }
  const kinds = 'site app ctv dooh USA DEU JPN north south test coppa seats banner video audio native pod';
  for (const what of [...kinds.split(' '), 'floor EUR', 'floor USD', 'unknown deal']) {
    assert.ok((counts.get(what) ?? 0) >= 10, `${what} ${counts.get(what)}`);
  }
});

test('people come back, a few of them often, and their segments can be targeted', () => {
  const visits = new Map<string, number>();
  for (const { person } of both) {
    visits.set(person.key, (visits.get(person.key) ?? 0) + 1);
    for (const segment of person.segments) assert.ok(TRAFFIC_SEGMENTS.includes(segment));
  }
  assert.ok(visits.size > 800 && visits.size < 2_500, `${visits.size}`);
  assert.ok(Math.max(...visits.values()) > 20);
});

test('ortb/S2 the supply chain ends at the exchange that calls', () => {
  for (const { wire, exchange } of both) {
    const source = wire.source as { schain?: unknown; ext?: { schain?: unknown } };
    const schain = (source.schain ?? source.ext?.schain) as { nodes: { asi: string }[] };
    assert.equal(schain.nodes.at(-1)!.asi, exchange.domain);
  }
});

test('a deal is offered as agreed: country, format, publisher, price, seat, and only in its flight', () => {
  const options = { seed: 3, exchanges: [NORTH], deals: [deal({})], mix: { deals: 0.5, offTerms: 0 } };
  const carrying = take(400, options).filter(({ deals }) => deals.length > 0);
  assert.ok(carrying.length > 150 && carrying.length < 250, `${carrying.length}`);
  for (const { wire, country } of carrying) {
    const [imp] = wire.imp;
    const [offer] = imp!.pmp!.deals;
    assert.equal(country, 'DEU');
    assert.ok(imp!.video);
    assert.equal((wire.site ?? wire.app ?? wire.dooh)!.publisher.id, 'pub-7');
    assert.equal(offer!.id, 'deal-1');
    assert.deepEqual([offer!.bidfloor, offer!.at, offer!.guar], [12.5, 3, 1]);
    assert.ok(offer!.wseat!.includes('seat-a'));
  }
  const after = take(200, options, (TIME + 2_000) as EpochMs);
  assert.ok(after.every(({ deals }) => deals.length === 0));
});

test('ortb/F3 a deal in another currency says so, and the request takes that currency', () => {
  const euro = deal({ cpm: money(7_000_000, 'EUR'), type: 'PA', format: null, countries: [] });
  const exchange = { ...NORTH, currencies: ['USD'] };
  for (const { wire } of take(200, {
    seed: 4,
    exchanges: [exchange],
    deals: [euro],
    mix: { deals: 1, offTerms: 0 },
  })) {
    assert.equal(wire.imp[0]!.pmp!.deals[0]!.bidfloorcur, 'EUR');
    assert.ok(wire.cur!.includes('EUR'));
  }
});

test('ortb/D11 some requests contradict the terms of their deal, by price or by country', () => {
  const options = { seed: 5, exchanges: [NORTH], deals: [deal({})], mix: { deals: 1, offTerms: 0.5 } };
  const requests = take(300, options);
  assert.ok(requests.some(({ wire }) => wire.imp[0]!.pmp!.deals[0]!.bidfloor === 25));
  assert.ok(requests.some(({ country }) => country !== 'DEU'));
});
