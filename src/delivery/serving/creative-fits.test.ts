import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type BannerSlot,
  type BidRequest,
  type Creative,
  fitRefusal,
  type Imp,
  RequestBlocks,
  type VideoSlot,
} from '../../openrtb/index.ts';
import { Purse } from '../money/purse.ts';
import { bannerOf, campaignOf, creativeOf, impOf, requestOf } from '../testing/request.ts';
import { CreativeFits } from './creative-fits.ts';
import { RunningCampaign } from './running-campaign.ts';

const some = <T>(...values: T[]) => fc.subarray(values);
const one = <T>(...values: T[]) => fc.constantFrom(...values);

const creative: fc.Arbitrary<Creative> = fc
  .record({
    id: fc.uuid(),
    format: one('banner' as const, 'video' as const, 'audio' as const, 'native' as const),
    adomain: some('acme.example', 'shop.acme.example', 'other.example'),
    cat: some('IAB1', 'IAB7-39'),
    cattax: one(1, 6),
    attr: some(1, 3, 16),
    w: one(0, 300, 728),
    h: one(0, 250, 90),
    duration: one(0, 15, 30),
    mime: one('image/png', 'video/mp4'),
    protocol: one(0, 3),
    bitrate: one(0, 3_000),
    apis: some(5, 7),
    btype: one(0, 2),
    language: one('en', 'de', ''),
    bundle: one('', 'com.acme'),
    assetUrl: one('https://cdn.acme.example/a', 'http://cdn.acme.example/a', ''),
  })
  .map((changes) => creativeOf(changes));

const banner: fc.Arbitrary<BannerSlot> = fc
  .record({
    sizes: some<readonly [number, number]>([300, 250], [728, 90]),
    btype: some(1, 2),
    battr: some(1, 16),
    api: some(5, 7),
    mimes: some('image/png'),
    expdir: some(1),
  })
  .map((changes) => ({ ...bannerOf(300, 250), ...changes }));

const VIDEO: VideoSlot = {
  w: 1280,
  h: 720,
  mimes: [],
  minduration: 0,
  maxduration: 0,
  rqddurs: [],
  protocols: [],
  skip: -1,
  skipmin: 0,
  linearity: 0,
  minbitrate: 0,
  maxbitrate: 0,
  delivery: [],
  api: [],
  battr: [],
  podid: '',
  podseq: 0,
  slotinpod: 0,
  poddur: 0,
  maxseq: 0,
  placement: 0,
  plcmt: 0,
  playbackmethod: [],
  mincpmpersec: 0,
  durfloors: [],
};

const video: fc.Arbitrary<VideoSlot> = fc
  .record({
    mimes: some('video/mp4', 'image/png'),
    minduration: one(0, 20),
    maxduration: one(0, 20),
    protocols: some(2, 3),
    battr: some(1, 16),
    api: some(5, 7),
    skip: one(-1 as const, 0 as const, 1 as const),
    maxbitrate: one(0, 1_000),
    rqddurs: some(30),
  })
  .map((changes) => ({ ...VIDEO, ...changes }));

const imp: fc.Arbitrary<Imp> = fc
  .record({
    secure: one(-1 as const, 0 as const, 1 as const),
    banner: fc.option(banner, { nil: undefined }),
    video: fc.option(video, { nil: undefined }),
    audio: fc.option(video, { nil: undefined }),
  })
  .map((changes) => impOf(changes));

const request: fc.Arbitrary<BidRequest> = fc
  .record({
    badv: some('acme.example', 'www.other.example'),
    bcat: some('IAB7', 'IAB1'),
    acat: some('IAB7'),
    cattax: one(1, 6),
    bapp: some('com.acme'),
    wlang: some('en'),
    imps: fc.array(imp, { minLength: 1, maxLength: 3 }),
  })
  .map((changes) => requestOf(changes));

test('a fit that is judged once for a kind of creative is what the rules say of each one', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(creative, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 4 }),
      fc.array(request, { minLength: 1, maxLength: 3 }),
      (creatives, requests) => {
        const campaigns = creatives.map((each, index) => {
          const campaign = campaignOf({ id: `c${index}`, creatives: each });
          return new RunningCampaign(
            index,
            campaign,
            new Purse('b1').wallet({ ...campaign, reservation: null }),
          );
        });
        const fits = new CreativeFits(campaigns);
        for (const asked of requests) {
          fits.beginRequest();
          const blocks = new RequestBlocks(asked);
          for (const slot of asked.imps) {
            fits.beginImp();
            for (const { index, creatives: own } of campaigns)
              for (const [at, { facts }] of own.entries())
                assert.equal(
                  fits.refusal(slot, blocks, index, at),
                  fitRefusal(slot, facts.creative) || new RequestBlocks(asked).refusal(facts),
                );
          }
        }
      },
    ),
  );
});
