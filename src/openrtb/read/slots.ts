import type { BannerSlot, DealOffer, NativeSlot, VideoSlot } from '../request.ts';
import { countAt, cpmMicrosAt, saidAt, type Trouble, textsAt, wholeAt, wholesAt } from './fields.ts';
import { MAX_ENTRIES } from './limits.ts';
import { BANNER, DURATION_FLOOR, FORMAT, NATIVE, VIDEO } from './shapes.ts';
import type { Key, Source } from './source.ts';

type Size = readonly [number, number];
type DurationFloors = DealOffer['durfloors'];
const NO_FLOORS: DurationFloors = Object.freeze([]);
const NO_RATIOS: BannerSlot['ratios'] = Object.freeze([]);

/** A banner slot; sizes from `format`, else from `w` and `h` (V6). */
export function bannerSlot<Node>(source: Source<Node>, from: Node, trouble: Trouble): BannerSlot {
  const sizes: Size[] = [];
  let ratios = NO_RATIOS;
  for (const format of source.objects(from, BANNER.format, MAX_ENTRIES)) {
    addSize(sizes, countAt(source, format, FORMAT.w, trouble), countAt(source, format, FORMAT.h, trouble));
    const wmin = countAt(source, format, FORMAT.wmin, trouble);
    const wratio = countAt(source, format, FORMAT.wratio, trouble);
    const hratio = countAt(source, format, FORMAT.hratio, trouble);
    if (wratio > 0 && hratio > 0) ratios = [...ratios, { wmin, wratio, hratio }];
  }
  const w = countAt(source, from, BANNER.w, trouble);
  const h = countAt(source, from, BANNER.h, trouble);
  if (sizes.length === 0 && ratios.length === 0) addSize(sizes, w, h);
  return {
    sizes,
    ratios,
    btype: wholesAt(source, from, BANNER.btype, trouble),
    battr: wholesAt(source, from, BANNER.battr, trouble),
    api: wholesAt(source, from, BANNER.api, trouble),
    mimes: textsAt(source, from, BANNER.mimes, trouble),
    pos: wholeAt(source, from, BANNER.pos, 0),
    expdir: wholesAt(source, from, BANNER.expdir, trouble),
  };
}

function addSize(sizes: Size[], w: number, h: number): void {
  if (w > 0 && h > 0) sizes.push([w, h]);
}

/** A video or an audio slot. Without `mimes` it is trouble (V4). */
export function videoSlot<Node>(source: Source<Node>, from: Node, trouble: Trouble): VideoSlot {
  const count = (key: Key) => countAt(source, from, key, trouble);
  const wholes = (key: Key) => wholesAt(source, from, key, trouble);
  const mimes = textsAt(source, from, VIDEO.mimes, trouble);
  if (mimes.length === 0) trouble.first ||= 'mimes is missing';
  const protocols = wholes(VIDEO.protocols);
  return {
    mimes,
    minduration: count(VIDEO.minduration),
    maxduration: count(VIDEO.maxduration),
    rqddurs: wholes(VIDEO.rqddurs),
    // Until 2.5 a slot could name one protocol alone.
    protocols: protocols.length === 0 ? wholes(VIDEO.protocol) : protocols,
    w: count(VIDEO.w),
    h: count(VIDEO.h),
    linearity: count(VIDEO.linearity),
    placement: count(VIDEO.placement),
    plcmt: count(VIDEO.plcmt),
    skip: saidAt(source, from, VIDEO.skip),
    skipmin: count(VIDEO.skipmin),
    minbitrate: count(VIDEO.minbitrate),
    maxbitrate: count(VIDEO.maxbitrate),
    battr: wholes(VIDEO.battr),
    api: wholes(VIDEO.api),
    delivery: wholes(VIDEO.delivery),
    playbackmethod: wholes(VIDEO.playbackmethod),
    podid: source.idTexts(from, VIDEO.podid, 1)[0] ?? '',
    podseq: wholeAt(source, from, VIDEO.podseq, 0),
    slotinpod: wholeAt(source, from, VIDEO.slotinpod, 0),
    maxseq: count(VIDEO.maxseq),
    poddur: count(VIDEO.poddur),
    mincpmpersec: cpmMicrosAt(source, from, VIDEO.mincpmpersec, trouble),
    durfloors: durationFloors(source, from, VIDEO.durfloors, trouble),
  };
}

/** A native slot. Its request is a text inside the JSON; without it the slot is trouble (V4). */
export function nativeSlot<Node>(source: Source<Node>, from: Node, trouble: Trouble): NativeSlot {
  const request = source.text(from, NATIVE.request);
  if (request === '') trouble.first ||= 'request is missing';
  return {
    request,
    ver: source.text(from, NATIVE.ver),
    battr: wholesAt(source, from, NATIVE.battr, trouble),
    api: wholesAt(source, from, NATIVE.api, trouble),
  };
}

/** Floors by length of the creative. `maxdur` 0 means without end; either bound alone is accepted (trap 5). */
export function durationFloors<Node>(
  source: Source<Node>,
  from: Node,
  key: Key,
  trouble: Trouble,
): DurationFloors {
  if (!source.given(from, key)) return NO_FLOORS;
  if (!source.isList(from, key)) {
    trouble.first ||= `${key.name} is not a list`;
    return NO_FLOORS;
  }
  return source.objects(from, key, MAX_ENTRIES).map((floor) => {
    if (floor === source.none) trouble.first ||= `${key.name} has an entry that is not an object`;
    return {
      mindur: countAt(source, floor, DURATION_FLOOR.mindur, trouble),
      maxdur: countAt(source, floor, DURATION_FLOOR.maxdur, trouble),
      bidfloor: cpmMicrosAt(source, floor, DURATION_FLOOR.bidfloor, trouble),
    };
  });
}
