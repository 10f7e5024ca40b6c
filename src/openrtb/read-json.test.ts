import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { jsonReader } from './read-json.ts';
import type { BidRequest } from './request.ts';
import { SAMPLE_KINDS, sampleBody, sampleRequest } from './testing/index.ts';

const reader = jsonReader();
const readText = (text: string) => {
  const bytes = new TextEncoder().encode(text);
  return reader.read(bytes, 0, bytes.length);
};
const read = (request: object) => readText(JSON.stringify(request));

function requestOf(value: object): BidRequest {
  const result = read(value);
  assert.equal(result.kind, 'request', JSON.stringify(result));
  return (result as { request: BidRequest }).request;
}
const banner = (changes: object = {}) => ({ ...sampleRequest('banner'), ...changes });
/** The first imp of a banner request with `changes`. */
const impWith = (changes: object) =>
  requestOf(banner({ imp: [{ ...sampleRequest('banner').imp[0], ...changes }] })).imps[0]!;
const videoWith = (changes: object) =>
  impWith({ banner: undefined, video: { mimes: ['video/mp4'], ...changes } });

test('every sample is read without a problem', () => {
  for (const kind of SAMPLE_KINDS) {
    const request = requestOf(sampleRequest(kind));
    assert.deepEqual(request.imps.map((imp) => imp.problem).join(''), '', kind);
  }
});

test('reads between start and end of a larger buffer', () => {
  const body = sampleBody(sampleRequest('banner'));
  const larger = new Uint8Array(body.length + 20).fill(0x7b);
  larger.set(body, 7);
  assert.deepEqual(reader.read(larger, 7, 7 + body.length), reader.read(body, 0, body.length));
});

describe('ortb/V1 what cannot be answered is invalid, what lacks an imp unusable', () => {
  for (const text of [
    '',
    ' ',
    'x',
    '[]',
    '"id"',
    'null',
    '{}',
    '{"id":7}',
    '{"id":""}',
    '{"id":"a"',
    '\ufeff{"id":"a"}',
  ]) {
    test(JSON.stringify(text), () => assert.equal(readText(text).kind, 'invalid'));
  }
  for (const imp of [undefined, null, [], {}, 'x', 5]) {
    test(`imp ${JSON.stringify(imp)}`, () => assert.equal(read(banner({ imp })).kind, 'unusable'));
  }
});

test('ortb/V2 two of site, app and dooh are unusable', () => {
  assert.equal(read(banner({ app: {} })).kind, 'unusable');
  assert.equal(read(banner({ dooh: {} })).kind, 'unusable');
  assert.equal(requestOf(banner({ site: undefined })).inventory.kind, 'none');
});

test('ortb/V3 imps with one id, without an id or without a format cannot be bid on', () => {
  const [imp] = sampleRequest('banner').imp;
  const [one, two, three] = requestOf(banner({ imp: [imp, imp, { ...imp, id: '3' }] })).imps;
  assert.deepEqual(
    [one!.problem, two!.problem, three!.problem],
    ['imp.id is given twice', 'imp.id is given twice', ''],
  );
  assert.match(impWith({ id: undefined }).problem, /imp\.id/);
  assert.match(impWith({ id: 7 }).problem, /imp\.id/);
  assert.match(impWith({ banner: undefined }).problem, /no banner/);
});

test('ortb/V4 video without mimes and native without a request text are no formats', () => {
  assert.match(videoWith({ mimes: [] }).problem, /video\.mimes/);
  assert.match(videoWith({ mimes: [7] }).problem, /video\.mimes/);
  assert.match(impWith({ banner: undefined, native: { request: {} } }).problem, /native\.request/);
  const both = impWith({ video: { mimes: [] } });
  assert.equal(both.problem, '');
  assert.equal(both.video, undefined);
});

test('ortb/V6 sizes come from format, else from w and h; a flexible size is kept', () => {
  const sizes = (slot: object) => impWith({ banner: slot }).banner!.sizes;
  assert.deepEqual(sizes({ format: [{ w: 1, h: 2 }], w: 9, h: 9 }), [[1, 2]]);
  assert.deepEqual(sizes({ w: 9, h: 8 }), [[9, 8]]);
  assert.deepEqual(sizes({ format: [{ w: 0, h: 2 }, null], w: 9, h: 8 }), [[9, 8]]);
  assert.deepEqual(sizes({}), []);
  const flexible = impWith({ banner: { format: [{ wmin: 100, wratio: 16, hratio: 9 }] } }).banner!;
  assert.deepEqual(flexible.ratios, [{ wmin: 100, wratio: 16, hratio: 9 }]);
});

test('ortb/V7 a deal without an id or with terms that cannot be read is left out', () => {
  const deals = [{ bidfloor: 1 }, { id: 'a', bidfloor: '1' }, { id: 'b' }, 7, null, { id: 'c', wseat: [1] }];
  assert.deepEqual(
    impWith({ pmp: { deals } }).deals.map((deal) => deal.id),
    ['b'],
  );
});

test('ortb/V9 negative sizes, floors and times are refused', () => {
  assert.match(impWith({ banner: { w: -1, h: 5 } }).problem, /banner\.w/);
  assert.match(impWith({ bidfloor: -0.1 }).problem, /bidfloor/);
  assert.equal(read(banner({ tmax: -1 })).kind, 'unusable');
});

test('ortb/V10 a bad imp does not lose the others', () => {
  const [imp] = sampleRequest('banner').imp;
  const imps = requestOf(banner({ imp: [7, { ...imp, id: 'a', bidfloor: '1' }, null, imp] })).imps;
  assert.deepEqual(
    imps.map((each) => each.problem === ''),
    [false, false, false, true],
  );
});

test('ortb/V11 anything but 0 makes a request a test', () => {
  const isTest = (value: unknown) => requestOf(banner({ test: value })).test;
  assert.deepEqual([undefined, null, 0, false, 1, '1', true].map(isTest), [
    false,
    false,
    false,
    false,
    true,
    true,
    true,
  ]);
});

describe('ortb/F3 floors are exact micros, rounded up', () => {
  const cases: [unknown, number][] = [
    [0, 0],
    [-0, 0],
    [1.1, 1_100_000],
    [0.000001, 1],
    [0.0000001, 1],
    [2.345678, 2_345_678],
    [2.3456781, 2_345_679],
    [1e3, 1_000_000_000],
    [0.29, 290_000],
    [4.35, 4_350_000],
    [1.005, 1_005_000],
    [null, 0],
  ];
  for (const [value, micros] of cases) {
    test(String(value), () => {
      const imp = impWith({ bidfloor: value });
      assert.equal(imp.problem, '');
      assert.equal(imp.bidfloor, micros);
    });
  }
  for (const value of ['1', true, {}, [], 1e300]) {
    test(`trap 4: ${JSON.stringify(value)} is refused`, () =>
      assert.match(impWith({ bidfloor: value }).problem, /bidfloor/));
  }
});

test('ortb/F3 a floor beyond every number is refused', () => {
  const text = JSON.stringify(banner()).replace('"bidfloor":0.5', '"bidfloor":1e400');
  const result = readText(text);
  assert.match((result as { request: BidRequest }).request.imps[0]!.problem, /bidfloor/);
});

test('ortb/F3 the currency of a deal does not come from its imp', () => {
  const imp = impWith({ bidfloorcur: 'EUR', pmp: { deals: [{ id: 'a', bidfloor: 1 }] } });
  assert.equal(imp.bidfloorcur, 'EUR');
  assert.equal(imp.deals[0]!.bidfloorcur, 'USD');
});

test('ortb/P2 regulation and consent are found in both places, and the stricter holds', () => {
  const regs = (value: object) => requestOf(banner({ regs: value })).regs;
  assert.equal(regs({ gdpr: 0, ext: { gdpr: 1 } }).gdpr, 1);
  assert.equal(regs({ gdpr: 1, ext: { gdpr: 0 } }).gdpr, 1);
  assert.equal(regs({ ext: { gdpr: 0 } }).gdpr, 0);
  assert.equal(regs({}).gdpr, -1);
  assert.equal(regs({ gdpr: '1' }).gdpr, 1);
  assert.equal(regs({ coppa: '1' }).coppa, true);
  assert.equal(regs({ ext: { us_privacy: '1YYN' } }).usPrivacy, '1YYN');
  assert.deepEqual(regs({ gpp_sid: [-1, 'x', 7], ext: { gpp_sid: [7, 8] } }).gppSid, [-1, 7, 8]);
  assert.equal(requestOf(banner({ user: { ext: { consent: 'C' } } })).user.consent, 'C');
  assert.equal(
    requestOf(banner({ user: { ext: { eids: [{ source: 's', uids: [{ id: 'i' }] }] } } })).user.eids.length,
    1,
  );
});

test('ortb/S1 a supply chain is found in its three places', () => {
  const schain = { complete: 1, nodes: [{ asi: 'a.example', sid: '1', hp: 1 }, 7] };
  for (const changes of [
    { source: { schain } },
    { source: { ext: { schain } } },
    { source: undefined, ext: { schain } },
  ]) {
    const { source } = requestOf(banner(changes));
    assert.equal(source.hasSchain, true);
    assert.deepEqual(source.nodes, [
      { asi: 'a.example', sid: '1', hp: 1 },
      { asi: '', sid: '', hp: 0 },
    ]);
  }
  assert.equal(requestOf(banner({ source: {} })).source.hasSchain, false);
});

test('ortb/I4 a screen has a multiplier, and venue types under either name', () => {
  const request = requestOf(sampleRequest('dooh'));
  assert.equal(request.imps[0]!.multiplier, 12.5);
  assert.deepEqual(request.inventory.venueTypes, ['transit.airports']);
  assert.deepEqual(
    requestOf({ ...sampleRequest('dooh'), dooh: { venuetypeid: [3, 'x'] } }).inventory.venueTypes,
    ['3', 'x'],
  );
  assert.match(impWith({ qty: { multiplier: 0 } }).problem, /multiplier/);
});

test('ortb/Q1 a block list that cannot be read makes the request unusable, never unblocked', () => {
  assert.equal(read(banner({ bcat: { a: 1 } })).kind, 'unusable');
  assert.equal(read(banner({ badv: [7] })).kind, 'unusable');
  assert.deepEqual(requestOf(banner({ bcat: 'IAB7' })).bcat, ['IAB7']);
  assert.equal(requestOf(banner()).cattax, 1);
});

test('ortb/T8 unknown fields and values do not matter', () => {
  const request = requestOf(banner({ at: 777, foo: { bar: [[[]]] }, device: { devicetype: 99, hwv: {} } }));
  assert.equal(request.at, 777);
  assert.equal(request.device.type, 99);
});

test('wrong types anywhere never throw', () => {
  const wrong = [null, 7, 'x', true, [], [null], {}, [{}], [[]], -1, 1.5];
  const sample = sampleRequest('deals');
  const put = (path: string[], value: unknown): object => {
    const copy = structuredClone(sample) as Record<string, unknown>;
    let at = copy;
    for (const key of path.slice(0, -1)) at = at[key] as Record<string, unknown>;
    at[path.at(-1)!] = value;
    return copy;
  };
  const paths = pathsOf(sample);
  assert.ok(paths.length > 40);
  for (const path of paths) for (const value of wrong) read(put(path, value));
});

function pathsOf(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => [[...path, key], ...pathsOf(child, [...path, key])]);
}

describe('hostile bodies', () => {
  test('the last of a key given twice counts', () => {
    assert.equal(requestOf(banner({ id: 'b' })).id, 'b');
    const text = JSON.stringify(banner()).replace('{', '{"id":"first",');
    assert.equal((readText(text) as { request: BidRequest }).request.id, 'request-banner');
  });
  test('__proto__ is a key like any other', () => {
    const text = JSON.stringify(banner()).replace('{', '{"__proto__":{"test":1,"tmax":5},"constructor":7,');
    assert.equal((readText(text) as { request: BidRequest }).request.test, false);
    assert.equal(({} as { test?: number }).test, undefined);
  });
  test('lone surrogates and bytes that are no UTF-8 are text', () => {
    const text = JSON.stringify(banner({ id: 'x' })).replace('"x"', '"\\ud800"');
    assert.equal((readText(text) as { request: BidRequest }).request.id, '\ud800');
    const bytes = new TextEncoder().encode(JSON.stringify(banner({ id: 'zz' })));
    bytes[bytes.indexOf(0x7a)] = 0xff;
    assert.equal((reader.read(bytes, 0, bytes.length) as { request: BidRequest }).request.id, '\ufffdz');
  });
  test('10,000 imps are cut at 100', () => {
    const [imp] = sampleRequest('banner').imp;
    const many = Array.from({ length: 10_000 }, (_, index) => ({ ...imp, id: `i${index}` }));
    const small = many.map(({ id }) => ({ id, banner: {} }));
    assert.equal(requestOf(banner({ imp: small })).imps.length, 100);
  });
  test('64 levels are read, 65 refused, and a million brackets do no harm', () => {
    const nested = (levels: number) =>
      banner({ ext: JSON.parse('['.repeat(levels - 1) + ']'.repeat(levels - 1)) as object });
    assert.equal(read(nested(64)).kind, 'request');
    assert.equal(read(nested(65)).kind, 'invalid');
    assert.equal(readText('['.repeat(1_000_000)).kind, 'invalid');
  });
  test('a body over 1 MiB is refused', () => {
    const body = (bytes: number) => `${' '.repeat(bytes - 2)}{}`;
    assert.deepEqual(readText(body(1_048_577)), {
      kind: 'invalid',
      problem: 'the body is over 1048576 bytes',
    });
    assert.deepEqual(readText(body(1_048_576)), { kind: 'invalid', problem: 'id is missing' });
  });
});
