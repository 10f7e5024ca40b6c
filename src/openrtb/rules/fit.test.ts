import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Creative } from '../creative.ts';
import { readSample, type SampleKind, sampleCreative, sampleRequest } from '../testing/index.ts';
import { fitRefusal } from './fit.ts';
import type { Refusal } from './no-bid.ts';

type Format = 'banner' | 'video' | 'audio' | 'native';

/** What becomes of a creative in the sample imp of its format, with changes to slot and creative. */
function refusal(format: Format, slot: object, changes: Partial<Creative> = {}, imp: object = {}): Refusal {
  const sample = sampleRequest(format as SampleKind);
  const first = sample.imp[0]!;
  const changed = { ...first, ...imp, [format]: { ...(first[format] as object), ...slot } };
  return fitRefusal(readSample({ ...sample, imp: [changed] }).imps[0]!, sampleCreative(format, changes));
}

test('each sample creative fits the sample imp of its format', () => {
  for (const format of ['banner', 'video', 'audio', 'native'] as const)
    assert.equal(refusal(format, {}), '', format);
});

test('ortb/I2 a creative fits in its own format only', () => {
  const [imp] = readSample(sampleRequest('multi')).imps;
  assert.equal(fitRefusal(imp!, sampleCreative('video')), 'format-not-offered');
  assert.equal(fitRefusal(imp!, sampleCreative('native')), 'format-not-offered');
  assert.equal(fitRefusal(imp!, sampleCreative('banner')), '');
});

test('ortb/V10 an imp with a problem takes nothing', () => {
  assert.equal(refusal('banner', {}, {}, { bidfloor: '1' }), 'imp-unusable');
});

const cases: readonly (readonly [string, Format, object, Partial<Creative>, Refusal])[] = [
  ['B6 another size', 'banner', {}, { w: 300, h: 251 }, 'size-not-offered'],
  ['B6 no size', 'banner', {}, { w: 0, h: 0 }, 'size-not-offered'],
  ['V6 a slot of unknown size', 'banner', { format: [] }, {}, 'size-not-offered'],
  ['V6 a flexible size', 'banner', { format: [{ wmin: 100, wratio: 6, hratio: 5 }] }, {}, ''],
  [
    'V6 a flexible size, too small',
    'banner',
    { format: [{ wmin: 301, wratio: 6, hratio: 5 }] },
    {},
    'size-not-offered',
  ],
  ['Q3 a blocked type', 'banner', { btype: [2] }, {}, 'type-blocked'],
  ['Q3 a blocked attribute', 'banner', {}, { attr: [8] }, 'attribute-blocked'],
  ['Q3 a framework not listed', 'banner', { api: [5] }, { apis: [7] }, 'framework-missing'],
  ['Q3 a framework listed', 'banner', { api: [5, 7] }, { apis: [7] }, ''],
  ['Q3 a type of content not listed', 'banner', { mimes: ['text/html'] }, {}, 'mime-not-accepted'],
  ['Q3 expansion where none is allowed', 'banner', {}, { attr: [4] }, 'expansion-not-allowed'],
  ['Q3 expansion where allowed', 'banner', { expdir: [2] }, { attr: [4] }, ''],
  ['V4 a type of media not listed', 'video', {}, { mime: 'video/webm' }, 'mime-not-accepted'],
  ['B8 too short', 'video', {}, { duration: 4 }, 'duration-not-accepted'],
  ['B8 as short as allowed', 'video', {}, { duration: 5 }, ''],
  ['B8 as long as allowed', 'video', {}, { duration: 30 }, ''],
  ['B8 too long', 'video', {}, { duration: 31 }, 'duration-not-accepted'],
  ['B8 of unknown length', 'video', {}, { duration: 0 }, 'duration-not-accepted'],
  ['B8 without an upper bound', 'video', { maxduration: undefined }, { duration: 300 }, ''],
  [
    'V5 not a required length, though between the bounds',
    'video',
    { rqddurs: [10, 20] },
    {},
    'duration-not-accepted',
  ],
  ['V5 a required length, though outside of the bounds', 'video', { rqddurs: [60] }, { duration: 60 }, ''],
  ['I3 longer than the pod', 'video', { podid: 'a', poddur: 12 }, {}, 'duration-not-accepted'],
  ['Q4 a protocol not listed', 'video', {}, { protocol: 8 }, 'protocol-not-accepted'],
  ['Q4 overlays only', 'video', { linearity: 2 }, {}, 'linearity-not-accepted'],
  ['Q4 too many bits', 'video', {}, { bitrate: 4001 }, 'bitrate-not-accepted'],
  ['Q4 too few bits', 'video', {}, { bitrate: 299 }, 'bitrate-not-accepted'],
  ['Q4 streaming only', 'video', { delivery: [1] }, {}, 'delivery-not-accepted'],
  ['Q4 a download will do', 'video', { delivery: [3] }, {}, ''],
  ['B15 skippable where skipping is off', 'video', { skip: 0 }, { attr: [16] }, 'skipping-not-allowed'],
  [
    'B15 skippable, too short to be',
    'video',
    { skip: 1, skipmin: 15 },
    { attr: [16] },
    'skipping-not-allowed',
  ],
  ['B15 skippable, long enough', 'video', { skip: 1, skipmin: 10 }, { attr: [16] }, ''],
  ['Q4 a blocked attribute', 'video', { battr: [16] }, { attr: [16] }, 'attribute-blocked'],
  ['Q4 a protocol of audio not listed', 'audio', {}, { protocol: 2 }, 'protocol-not-accepted'],
  ['V4 native without assets', 'native', {}, { native: undefined }, 'format-not-offered'],
  ['Q3 native with a blocked attribute', 'native', { battr: [1] }, { attr: [1] }, 'attribute-blocked'],
];
describe('fit', () => {
  for (const [name, format, slot, changes, expected] of cases) {
    test(`ortb/${name}`, () => assert.equal(refusal(format, slot, changes), expected));
  }
});

test('ortb/B7 only https is shown, unless the imp says that it is not secure', () => {
  for (const url of ['assetUrl', 'clickUrl', 'imageUrl'] as const) {
    const insecure = { [url]: 'http://cdn.brand.example/a' };
    assert.equal(refusal('banner', {}, insecure, { secure: 1 }), 'insecure-markup', url);
    assert.equal(refusal('banner', {}, insecure, { secure: undefined }), 'insecure-markup', url);
    assert.equal(refusal('banner', {}, insecure, { secure: 0 }), '', url);
  }
});
