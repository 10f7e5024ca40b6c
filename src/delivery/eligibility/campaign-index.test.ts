import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { BidRequest, Imp } from '../../openrtb/index.ts';
import { bannerOf, campaignOf, creativeOf, impOf, requestOf } from '../testing/request.ts';
import type { DeliveryCampaign } from '../types.ts';
import { addBit, emptyBits, visitBits } from './bitset.ts';
import { CampaignIndex } from './campaign-index.ts';

const someOf = <T>(...values: T[]) => fc.subarray(values);

const campaigns = fc.array(
  fc
    .record({
      countries: someOf('USA', 'DEU'),
      inventory: someOf<'site' | 'app' | 'dooh'>('site', 'app'),
      domains: someOf('news.example', 'app.bundle'),
      excludedDomains: someOf('news.example', 'other.example'),
      deviceTypes: someOf(2, 3),
      languages: someOf('en', 'de'),
      segments: someOf('d/1', 'd/2'),
      exchanges: someOf('exchange', 'elsewhere'),
      sizes: someOf(250, 600),
      formats: someOf<'video' | 'native'>('video', 'native'),
    })
    .map(({ exchanges, sizes, formats, ...targeting }) =>
      campaignOf({
        targeting,
        seats: Object.fromEntries(exchanges.map((name) => [name, 'seat'])),
        creatives: [
          ...sizes.map((h) => creativeOf({ h })),
          ...formats.map((format) => creativeOf({ format, w: 0, h: 0 })),
        ],
      }),
    ),
  { maxLength: 70 },
);

const requests = fc
  .record({
    country: fc.constantFrom('USA', 'DEU', ''),
    kind: fc.constantFrom<'site' | 'app'>('site', 'app'),
    place: fc.constantFrom('news.example', 'other.example', 'app.bundle'),
    type: fc.constantFrom(0, 2, 3),
    language: fc.constantFrom('en', 'de', 'fr'),
    segments: someOf('d/1', 'd/2', 'd/3'),
    height: fc.constantFrom(250, 600, 90),
    hasVideo: fc.boolean(),
  })
  .map(({ country, kind, place, type, language, segments, height, hasVideo }) => {
    const plain = requestOf();
    const inventory = { ...plain.inventory, kind };
    const native = { request: '{}', ver: '1.2', battr: [], api: [] };
    return requestOf({
      device: { ...plain.device, country, type, language },
      inventory:
        kind === 'site' ? { ...inventory, domain: place } : { ...inventory, domain: '', bundle: place },
      user: { ...plain.user, segments },
      imps: [impOf(hasVideo ? { banner: undefined, native } : { banner: bannerOf(300, height) })],
    });
  });

/** What targeting means, campaign by campaign: the plain reference of the index. */
function suits(campaign: DeliveryCampaign, request: BidRequest, imp: Imp, mayPersonalise: boolean): boolean {
  const { targeting, seats, creatives } = campaign;
  const accepts = <V>(wanted: readonly V[], value: V) => wanted.length === 0 || wanted.includes(value);
  const place = request.inventory.domain || request.inventory.bundle;
  const segments = mayPersonalise ? request.user.segments : [];
  return (
    'exchange' in seats &&
    accepts(targeting.countries, request.device.country) &&
    accepts<string>(targeting.inventory, request.inventory.kind) &&
    accepts(targeting.deviceTypes, request.device.type) &&
    accepts(targeting.languages, request.device.language) &&
    accepts(targeting.domains, place) &&
    !targeting.excludedDomains.includes(place) &&
    (targeting.segments.length === 0 || targeting.segments.some((each) => segments.includes(each))) &&
    creatives.some(({ format, w, h }) =>
      format === 'banner'
        ? imp.banner?.sizes.some(([width, height]) => width === w && height === h) === true
        : imp[format] !== undefined,
    )
  );
}

test('the index finds just the campaigns that targeting, read one by one, lets through', () => {
  fc.assert(
    fc.property(campaigns, requests, fc.boolean(), (all, request, mayPersonalise) => {
      const active = emptyBits(all.length);
      for (const index of all.keys()) addBit(active, index);
      const index = new CampaignIndex(all);
      const [imp] = request.imps as [Imp];
      const found: number[] = [];
      visitBits(index.forImp(index.forRequest('exchange', request, active, mayPersonalise), imp), (each) => {
        found.push(each);
        return true;
      });
      const expected = [...all.keys()].filter((each) => suits(all[each]!, request, imp, mayPersonalise));
      assert.deepEqual(found, expected);
    }),
  );
});

test('only active campaigns are found, the first ones first, until the caller has enough', () => {
  const all = Array.from({ length: 40 }, () => campaignOf());
  const active = emptyBits(40);
  for (const index of [3, 31, 32, 39]) addBit(active, index);
  const index = new CampaignIndex(all);
  const request = requestOf();
  const found: number[] = [];
  visitBits(
    index.forImp(index.forRequest('exchange', request, active, true), request.imps[0]!),
    (each) => found.push(each) < 3,
  );
  assert.deepEqual(found, [3, 31, 32]);
});
