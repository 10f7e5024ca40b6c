import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { GavotteError } from '../../kernel/index.ts';
import type { Creative } from '../creative.ts';
import { macro } from '../notices/macros.ts';
import { compileCreative } from '../response/compile-creative.ts';
import type { ResponseTarget } from '../response/response.ts';
import { responseText } from '../response/response.ts';
import { AUDIO, BANNER, NATIVE, sampleExchange, sampleLine, VIDEO } from '../response/testing.ts';

const north = sampleExchange();

function adm(
  creative: Creative,
  target: ResponseTarget = north,
  native?: { request: string; ver: string },
): string {
  const line = sampleLine(target, creative, {}, native === undefined ? {} : { native });
  const response = JSON.parse(responseText(target, 'r', 'USD', [line])) as {
    seatbid: { bid: { adm: string }[] }[];
  };
  return response.seatbid[0]!.bid[0]!.adm;
}

/** Every tag closed in order: enough of a parser for markup that we write ourselves. */
function wellFormed(xml: string): boolean {
  const open: string[] = [];
  const bare = xml.replace(/<!\[CDATA\[.*?\]\]>/gs, '').replace(/<\?.*?\?>/g, '');
  if (/&(?!#\d+;)/.test(bare)) return false;
  for (const [, close, name] of bare.matchAll(/<(\/?)([A-Za-z]+)(?: [A-Za-z]+="[^"<>]*")*>/g)) {
    if (close === '') open.push(name!);
    else if (open.pop() !== name) return false;
  }
  return open.length === 0 && !/[<>]/.test(bare.replace(/<\/?[A-Za-z]+(?: [A-Za-z]+="[^"<>]*")*>/g, ''));
}

const childrenOf = (xml: string, element: string): string[] => {
  const inside = new RegExp(`<${element}[^>]*>(.*)</${element}>`, 's').exec(xml)?.[1] ?? '';
  const names: string[] = [];
  let depth = 0;
  for (const [, close, name] of inside
    .replace(/<!\[CDATA\[.*?\]\]>/gs, '')
    .matchAll(/<(\/?)([A-Za-z]+)[^>]*>/g)) {
    if (close === '' && depth++ === 0) names.push(name!);
    if (close === '/') depth--;
  }
  return names;
};

describe('ortb/M1 banner', () => {
  test('an image with a link through our click notice, and a pixel with the price macro', () => {
    const html = adm(BANNER);
    assert.match(
      html,
      /^<a href="https:\/\/n\.example\.com\/n\/click\/north\?t=[\w.-]+&#38;k=cr-1" target="_blank"/,
    );
    assert.ok(html.includes('src="https://cdn.shoes.example/a.png?x=1&#38;y=2" width="300" height="250"'));
    assert.match(html, /\/n\/imp\/north\?t=[\w.-]+&#38;p=\$\{AUCTION_PRICE\}/);
    assert.ok(!html.includes('document.write'));
  });
  test('a script or a frame gets the click URL as clickTag', () => {
    assert.match(
      adm({ ...BANNER, btype: 3 }),
      /^<script src="[^"]*&#38;clickTag=https%3A%2F%2Fn\.example\.com[^"]*" async>/,
    );
    const frame = adm({ ...BANNER, btype: 4, assetUrl: 'https://cdn.shoes.example/f.html' });
    assert.match(frame, /^<iframe src="https:\/\/cdn\.shoes\.example\/f\.html\?clickTag=https%3A/);
  });
  test("the exchange's click counter stands before ours, which is encoded", () => {
    const target = sampleExchange({ clickMacro: '%%CLICK_URL_UNESC%%' });
    assert.match(adm(BANNER, target), /href="%%CLICK_URL_UNESC%%https%3A%2F%2Fn\.example\.com%2Fn%2Fclick/);
  });
  test('text of an advertiser cannot leave its place', () => {
    const html = adm({ ...BANNER, adomain: ['"><script>alert(1)</script>\uE000'], id: '"\'</a>\uE001' });
    assert.ok(!/<script/.test(html));
    assert.equal([...html.matchAll(/t=[\w.-]+/g)].length, 2);
  });
});

test('ortb/M2 ortb/B7 only https, also inside other URLs', () => {
  const wrong = [
    'http://a.example/x',
    '//a.example',
    'javascript:alert(1)',
    'https://',
    '',
    'data:text/html,x',
  ];
  const inside = [
    'https://a.example/?u=http://b.example',
    'https://a.example/?u=http%3A%2F%2Fb',
    'https://a/]]>',
  ];
  for (const assetUrl of [...wrong, ...inside]) {
    for (const creative of [BANNER, VIDEO, AUDIO]) {
      assert.throws(
        () => compileCreative({ ...creative, assetUrl }, north, { campaign: 'c' }),
        (thrown) => thrown instanceof GavotteError && /cr-\d: assetUrl/.test(thrown.message),
        assetUrl,
      );
    }
  }
  for (const creative of [BANNER, VIDEO, AUDIO]) assert.doesNotMatch(adm(creative), /http:|http%3A/i);
});

describe('ortb/M3 VAST', () => {
  const PROTOCOLS = { 2: '2.0', 3: '3.0', 7: '4.0', 11: '4.1', 13: '4.2', 15: '4.3' };
  for (const [protocol, version] of Object.entries(PROTOCOLS)) {
    test(`${version}: well formed, its version, duration, media file, impression and error`, () => {
      const xml = adm({ ...VIDEO, protocol: Number(protocol) });
      assert.ok(wellFormed(xml), xml);
      assert.ok(
        xml.startsWith(`<?xml version="1.0" encoding="UTF-8"?><VAST version="${version}"><Ad id="cr-2">`),
      );
      assert.ok(xml.includes('<Duration>00:00:15</Duration>'));
      assert.match(xml, /<Impression><!\[CDATA\[https:[^\]]*&p=\$\{AUCTION_PRICE\}[^\]]*\]\]><\/Impression>/);
      assert.match(
        xml,
        /<Error><!\[CDATA\[https:[^\]]*\/n\/error\/north\?t=[\w.-]+&k=cr-2&e=\[ERRORCODE\]\]\]>/,
      );
      assert.ok(
        xml.includes(
          'type="video/mp4" width="1280" height="720" bitrate="1500"><![CDATA[https://cdn.shoes.example/v.mp4?x=1&y=2]]>',
        ),
      );
      assert.equal(xml.includes('skipoffset="00:00:05"'), version !== '2.0');
      assert.equal(xml.includes('UniversalAdId'), Number(version) >= 4);
      assert.equal(xml.includes(`<AdServingId>${macro('BID_ID')}<`), Number(version) >= 4.1);
    });
  }
  test('elements stand in the order of their schema', () => {
    const old = adm({ ...VIDEO, protocol: 3 });
    assert.deepEqual(childrenOf(old, 'InLine'), [
      'AdSystem',
      'AdTitle',
      'Advertiser',
      'Error',
      'Impression',
      'Creatives',
    ]);
    assert.deepEqual(childrenOf(old, 'Linear'), ['Duration', 'VideoClicks', 'MediaFiles']);
    const modern = adm(VIDEO);
    assert.deepEqual(childrenOf(modern, 'InLine'), [
      'AdSystem',
      'Error',
      'Impression',
      'AdServingId',
      'AdTitle',
      'Advertiser',
      'Creatives',
    ]);
    assert.deepEqual(childrenOf(modern, 'Linear'), ['Duration', 'MediaFiles', 'VideoClicks']);
  });
  test('a wrapper names the tag to follow, and has no media of its own', () => {
    for (const protocol of [5, 6, 8, 12, 14, 16]) {
      const xml = adm({ ...VIDEO, protocol, assetUrl: 'https://tags.example/vast?a=1&b=2' });
      assert.ok(wellFormed(xml), xml);
      assert.ok(xml.includes('<VASTAdTagURI><![CDATA[https://tags.example/vast?a=1&b=2]]></VASTAdTagURI>'));
      assert.ok(
        !xml.includes('MediaFile') && xml.includes('<Impression>') && xml.includes('<ClickTracking>'),
      );
    }
  });
  test('names and ids of an advertiser are escaped', () => {
    const xml = adm({ ...VIDEO, id: 'a"&<b>\u0000', adomain: ['x&y'] });
    assert.ok(wellFormed(xml), xml);
    assert.ok(xml.includes('<Advertiser>x&#38;y</Advertiser>'));
  });
  test('a protocol that cannot be written, or no duration, is refused', () => {
    for (const wrong of [{ protocol: 1 }, { protocol: 9 }, { protocol: 0 }, { duration: 0 }]) {
      assert.throws(() => adm({ ...VIDEO, ...wrong }), /cr-2: protocol \d+ and duration \d+ make no VAST/);
    }
  });
});

test('ortb/M4 audio is VAST with a duration to the millisecond', () => {
  const xml = adm(AUDIO);
  assert.ok(wellFormed(xml), xml);
  assert.ok(xml.includes('<Ad id="cr-3" adType="audio">'));
  assert.ok(xml.includes('<Duration>00:00:30.500</Duration>'));
  assert.ok(xml.includes('type="audio/mpeg" width="0" height="0" bitrate="128"'));
  assert.ok(adm({ ...AUDIO, duration: 3_725 }).includes('<Duration>01:02:05</Duration>'));
});

describe('ortb/M5 native', () => {
  const REQUEST = {
    ver: '1.2',
    assets: [
      { id: 11, required: 1, title: { len: 25 } },
      { id: 12, required: 1, img: { type: 3, wmin: 600, hmin: 314 } },
      { id: 13, img: { type: 1, w: 80, h: 80 } },
      { id: 14, required: 1, data: { type: 1, len: 20 } },
      { id: 15, data: { type: 12 } },
      { id: 16, data: { type: 6 } },
    ],
    eventtrackers: [{ event: 1, methods: [1, 2] }],
  };
  const ask = (request: object, ver = '1.2', target = north) =>
    JSON.parse(adm(NATIVE, target, { request: JSON.stringify(request), ver })) as Record<string, unknown>;
  const refusal = (request: unknown, creative = NATIVE) => {
    const text = typeof request === 'string' ? request : JSON.stringify(request);
    const result = compileCreative(creative, north, { campaign: 'c', native: { request: text, ver: '1.2' } });
    return result.ok ? '' : result.reason;
  };

  test('every asset under its id, a pixel as event tracker, the click tracked', () => {
    const body = ask(REQUEST);
    assert.deepEqual(body.assets, [
      { id: 11, title: { text: NATIVE.native!.title } },
      { id: 12, img: NATIVE.native!.image },
      { id: 13, img: NATIVE.native!.icon },
      { id: 14, data: { value: 'Shoes Inc.' } },
      { id: 15, data: { value: 'Buy' } },
    ]);
    const [tracker] = body.eventtrackers as { event: number; method: number; url: string }[];
    assert.deepEqual([tracker!.event, tracker!.method], [1, 1]);
    assert.match(tracker!.url, /\/n\/imp\/north\?t=[\w.-]+&p=\$\{AUCTION_PRICE\}/);
    const link = body.link as { url: string; clicktrackers: string[] };
    assert.equal(link.url, NATIVE.clickUrl);
    assert.match(link.clicktrackers[0]!, /\/n\/click\/north\?t=[\w.-]+&k=cr-4$/);
  });
  test('without event trackers for pixels, the older imptrackers', () => {
    assert.equal((ask({ assets: REQUEST.assets }).imptrackers as string[]).length, 1);
    const scripts = { ...REQUEST, eventtrackers: [{ event: 1, methods: [2] }] };
    assert.equal((ask(scripts).imptrackers as string[]).length, 1);
  });
  test('version 1.0 is wrapped, in and out, unless the exchange wants otherwise', () => {
    const old = { native: { ver: '1.0', assets: REQUEST.assets } };
    assert.deepEqual(Object.keys(ask(old, '1.0')), ['native']);
    assert.ok('assets' in ask(old, '1.0', sampleExchange({ nativeWrapper: 'never' })));
    assert.deepEqual(Object.keys(ask(REQUEST, '1.2', sampleExchange({ nativeWrapper: 'always' }))), [
      'native',
    ]);
    assert.deepEqual(Object.keys(ask({ assets: REQUEST.assets }, '1.0')), ['native']);
  });
  test('what cannot be answered is refused with its reason', () => {
    const asset = (one: object) => ({ assets: [{ id: 1, required: 1, ...one }] });
    assert.match(refusal(asset({ title: { len: 24 } })), /asset 1: the title .* longer than 24/);
    assert.match(refusal(asset({ img: { type: 3, wmin: 1201, hmin: 1 } })), /1200x627/);
    assert.match(refusal(asset({ img: { type: 3, w: 1199, h: 627 } })), /1200x627/);
    assert.match(refusal(asset({ img: { type: 2 } })), /no image of type 2/);
    assert.match(refusal(asset({ data: { type: 6 } })), /type 6/);
    assert.match(refusal(asset({ video: {} })), /not supported/);
    for (const broken of [
      '',
      'null',
      '[]',
      '{"assets":[]}',
      '{"assets":[{"id":"x"}]}',
      `${'['.repeat(9999)}`,
    ]) {
      assert.match(refusal(broken), /cannot be read/, broken.slice(0, 20));
    }
    assert.match(refusal(REQUEST, { ...NATIVE, native: undefined }), /no native assets/);
  });
});
