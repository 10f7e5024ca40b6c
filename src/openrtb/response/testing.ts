import type { Creative } from '../creative.ts';
import { NoticeSigner } from '../notices/signer.ts';
import { CONFIG, EXPIRES, LEASE } from '../notices/testing.ts';
import { noticeExchange } from '../profiles/notice-exchange.ts';
import { readProfile } from '../profiles/profile.ts';
import { type CompileOptions, compileCreative } from './compile-creative.ts';
import type { BidLine, ResponseTarget } from './response.ts';

/** A 300×250 image banner of `shoes.example`. */
export const BANNER: Creative = {
  id: 'cr-1',
  format: 'banner',
  adomain: ['shoes.example'],
  cat: ['IAB18-1'],
  cattax: 1,
  attr: [],
  w: 300,
  h: 250,
  duration: 0,
  mime: 'image/png',
  protocol: 0,
  bitrate: 0,
  apis: [],
  btype: 2,
  language: 'en',
  bundle: '',
  assetUrl: 'https://cdn.shoes.example/a.png?x=1&y=2',
  clickUrl: 'https://shoes.example/spring?from=ad&n=1',
  imageUrl: 'https://cdn.shoes.example/preview.png',
  native: undefined,
};

/** A skippable 15 s MP4 of 1280×720, VAST 4.2. */
export const VIDEO: Creative = {
  ...BANNER,
  id: 'cr-2',
  format: 'video',
  attr: [16],
  w: 1280,
  h: 720,
  duration: 15,
  mime: 'video/mp4',
  protocol: 13,
  bitrate: 1500,
  btype: 0,
  assetUrl: 'https://cdn.shoes.example/v.mp4?x=1&y=2',
};

export const AUDIO: Creative = {
  ...VIDEO,
  id: 'cr-3',
  format: 'audio',
  attr: [],
  w: 0,
  h: 0,
  duration: 30.5,
  mime: 'audio/mpeg',
  protocol: 11,
  bitrate: 128,
  assetUrl: 'https://cdn.shoes.example/a.mp3',
};

export const NATIVE: Creative = {
  ...BANNER,
  id: 'cr-4',
  format: 'native',
  w: 0,
  h: 0,
  native: {
    title: 'Run “further” this spring',
    description: 'New shoes',
    sponsored: 'Shoes Inc.',
    callToAction: 'Buy',
    icon: { url: 'https://cdn.shoes.example/i.png', w: 80, h: 80 },
    image: { url: 'https://cdn.shoes.example/m.png', w: 1200, h: 627 },
  },
};

/** An exchange by profile settings, with its notice URLs. */
export function sampleExchange(settings: object = {}): ResponseTarget {
  const profile = readProfile({ name: 'north', asi: 'north.example', ...settings });
  const config = { ...CONFIG, exchanges: [noticeExchange(profile)] };
  return { profile, urls: new NoticeSigner(config).urls('north') };
}

/** A signed line for a creative, on imp 1 of seat `acme` at 2.50. */
export function sampleLine(
  target: ResponseTarget,
  creative: Creative,
  line: Partial<BidLine> = {},
  options: Partial<CompileOptions> = {},
): BidLine {
  const result = compileCreative(creative, target, { campaign: 'spring', ...options });
  if (!result.ok) throw new Error(result.reason);
  const bidId = line.bidId ?? 'bid-1';
  const price = line.priceCpmMicros ?? 2_500_000;
  const { billedBy } = result.compiled;
  return {
    bidId,
    impId: '1',
    seat: 'acme',
    priceCpmMicros: price,
    creative: result.compiled,
    notice: new NoticeSigner(CONFIG).context('north', LEASE).sign(bidId, price, EXPIRES, false, billedBy),
    dealId: '',
    w: creative.w,
    h: creative.h,
    slotinpod: 0,
    exp: 0,
    dsa: false,
    ...line,
  };
}
