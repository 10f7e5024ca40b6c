import type { RandomStream } from '../../kernel/index.ts';
import { chance, pick, sample } from '../draw.ts';
import type { WireBanner, WireNative, WireVideo } from '../wire.ts';
import type { PlaceKind } from './options.ts';

/** Banner sizes of each kind of place; more than one is offered together. */
const SIZES: Readonly<Record<PlaceKind, readonly (readonly [number, number])[]>> = {
  site: [
    [300, 250],
    [728, 90],
    [970, 250],
    [300, 600],
    [160, 600],
    [320, 100],
  ],
  app: [
    [320, 50],
    [300, 250],
    [320, 480],
    [728, 90],
  ],
  ctv: [[1920, 1080]],
  dooh: [
    [1080, 1920],
    [1920, 1080],
  ],
};

/** A banner slot with one to three sizes, the first also in `w` and `h`; a few stretch instead (V6). */
export function bannerSlot(random: RandomStream, place: PlaceKind): WireBanner {
  const sizes = sample(random, SIZES[place], 1 + random.int(3));
  const [w, h] = sizes[0]!;
  const stretching = place === 'site' && chance(random, 0.03) ? [{ wmin: 250, wratio: 16, hratio: 9 }] : [];
  return {
    w,
    h,
    format: [...sizes.map(([width, height]) => ({ w: width, h: height })), ...stretching],
    pos: pick(random, [0, 1, 3]),
    ...(chance(random, 0.5) ? { battr: sample(random, [1, 2, 3, 6, 8, 9, 10, 14], 4) } : {}),
    ...(chance(random, 0.15) ? { btype: [1] } : {}),
    ...(place === 'app' ? { api: [3, 5, 6] } : { topframe: 1 }),
    ...(chance(random, 0.3) ? { mimes: ['image/jpeg', 'image/png', 'text/html', 'image/gif'] } : {}),
  };
}

/** A video slot: on television without skipping, elsewhere sometimes with. */
export function videoSlot(random: RandomStream, place: PlaceKind): WireVideo {
  const large = place === 'ctv' || place === 'dooh';
  const skippable = !large && chance(random, 0.4);
  return {
    mimes: ['video/mp4', ...(chance(random, 0.5) ? ['video/webm'] : [])],
    ...lengths(random, large),
    protocols: [2, 3, 5, 6, 7, 8],
    w: large ? 1920 : 640,
    h: large ? 1080 : 360,
    linearity: 1,
    plcmt: large ? 1 : pick(random, [1, 2, 4]),
    skip: skippable ? 1 : 0,
    ...(skippable ? { skipmin: 5 } : {}),
    minbitrate: 300,
    maxbitrate: large ? 25_000 : 4_000,
    playbackmethod: [pick(random, [1, 2, 3, 6])],
    delivery: [2],
    ...(chance(random, 0.4) ? { battr: [1, 2, 3, 8, 9] } : {}),
    ...(large ? {} : { api: [7] }),
  };
}

/** Exact lengths in a sixth of the slots (V5); floors by length in a tenth. */
function lengths(random: RandomStream, large: boolean) {
  if (chance(random, 0.16)) return { rqddurs: [15, 30] };
  const range = { minduration: 5, maxduration: large ? 60 : 30 };
  if (!chance(random, 0.1)) return range;
  return {
    ...range,
    durfloors: [
      { mindur: 1, maxdur: 15, bidfloor: large ? 8 : 2 },
      { mindur: 16, maxdur: 60, bidfloor: large ? 14 : 3.5 },
    ],
  };
}

/** An audio slot, in a stream or a podcast. */
export function audioSlot(random: RandomStream): WireVideo {
  return {
    mimes: ['audio/mpeg', 'audio/mp4'],
    minduration: 10,
    maxduration: 60,
    protocols: [2, 3, 7, 8, 9, 10],
    minbitrate: 64,
    maxbitrate: 320,
    delivery: [1, 2],
    feed: pick(random, [1, 3]),
    stitched: pick(random, [0, 1]),
    ...(chance(random, 0.3) ? { battr: [1, 2] } : {}),
  };
}

/** A native slot of Native 1.2, some in the wrapper of 1.0 (V4). */
export function nativeSlot(random: RandomStream): WireNative {
  const wrapped = chance(random, 0.15);
  const request = {
    ver: wrapped ? '1.0' : '1.2',
    ...(wrapped ? {} : { context: 1, contextsubtype: 11, privacy: 1 }),
    plcmttype: 1,
    plcmtcnt: 1,
    assets: [
      { id: 1, required: 1, title: { len: pick(random, [60, 90, 140]) } },
      { id: 2, required: 1, img: { type: 3, wmin: 600, hmin: 314, mimes: ['image/jpeg', 'image/png'] } },
      { id: 3, required: pick(random, [0, 1]), img: { type: 1, wmin: 50, hmin: 50 } },
      { id: 4, required: 0, data: { type: 1, len: 40 } },
      { id: 5, required: 0, data: { type: 2, len: 140 } },
      { id: 6, required: 0, data: { type: 12, len: 20 } },
    ],
    ...(wrapped ? {} : { eventtrackers: [{ event: 1, methods: [1, 2] }] }),
  };
  return {
    request: JSON.stringify(wrapped ? { native: request } : request),
    ver: wrapped ? '1.0' : '1.2',
    ...(chance(random, 0.3) ? { battr: [1, 3, 8] } : {}),
  };
}
