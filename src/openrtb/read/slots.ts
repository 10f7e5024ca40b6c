import type { BannerSlot, DealOffer, NativeSlot, VideoSlot } from '../request.ts';
import {
  cpmMicrosAt,
  type Fields,
  idText,
  listAt,
  objectOr,
  saidAt,
  strictCountAt,
  strictTextsAt,
  strictWholesAt,
  type Trouble,
  textAt,
  wholeAt,
} from './fields.ts';

/** `durfloors` as they stand in a slot or a deal. */
type DurationFloors = DealOffer['durfloors'];
const NO_FLOORS: DurationFloors = Object.freeze([]);

/** A banner slot; sizes from `format`, else from `w` and `h` (V6). */
export function bannerSlot(from: Fields, trouble: Trouble): BannerSlot {
  const sizes: (readonly [number, number])[] = [];
  const ratios: { wmin: number; wratio: number; hratio: number }[] = [];
  const addSize = (fields: Fields) => {
    const w = strictCountAt(fields, 'w', trouble);
    const h = strictCountAt(fields, 'h', trouble);
    if (w > 0 && h > 0) sizes.push([w, h]);
  };
  for (const entry of listAt(from, 'format')) {
    const format = objectOr(entry);
    if (format === undefined) continue;
    addSize(format);
    const wmin = strictCountAt(format, 'wmin', trouble);
    const wratio = strictCountAt(format, 'wratio', trouble);
    const hratio = strictCountAt(format, 'hratio', trouble);
    if (wratio > 0 && hratio > 0) ratios.push({ wmin, wratio, hratio });
  }
  if (sizes.length === 0 && ratios.length === 0) addSize(from);
  return {
    sizes,
    ratios,
    btype: strictWholesAt(from, 'btype', trouble),
    battr: strictWholesAt(from, 'battr', trouble),
    api: strictWholesAt(from, 'api', trouble),
    mimes: strictTextsAt(from, 'mimes', trouble),
    pos: wholeAt(from, 'pos', 0),
    expdir: strictWholesAt(from, 'expdir', trouble),
  };
}

/** A video or an audio slot. Without `mimes` it is trouble (V4). */
export function videoSlot(from: Fields, trouble: Trouble): VideoSlot {
  const count = (key: string) => strictCountAt(from, key, trouble);
  const wholes = (key: string) => strictWholesAt(from, key, trouble);
  const mimes = strictTextsAt(from, 'mimes', trouble);
  if (mimes.length === 0) trouble.first ||= 'mimes is missing';
  const protocols = wholes('protocols');
  return {
    mimes,
    minduration: count('minduration'),
    maxduration: count('maxduration'),
    rqddurs: wholes('rqddurs'),
    // Until 2.5 a slot could name one protocol alone.
    protocols: protocols.length === 0 ? wholes('protocol') : protocols,
    w: count('w'),
    h: count('h'),
    linearity: count('linearity'),
    placement: count('placement'),
    plcmt: count('plcmt'),
    skip: saidAt(from, 'skip'),
    skipmin: count('skipmin'),
    minbitrate: count('minbitrate'),
    maxbitrate: count('maxbitrate'),
    battr: wholes('battr'),
    api: wholes('api'),
    delivery: wholes('delivery'),
    playbackmethod: wholes('playbackmethod'),
    podid: idText(from.podid),
    podseq: wholeAt(from, 'podseq', 0),
    slotinpod: wholeAt(from, 'slotinpod', 0),
    maxseq: count('maxseq'),
    poddur: count('poddur'),
    mincpmpersec: cpmMicrosAt(from, 'mincpmpersec', trouble),
    durfloors: durationFloors(from, trouble),
  };
}

/** A native slot. Its request is a text inside the JSON; without it the slot is trouble (V4). */
export function nativeSlot(from: Fields, trouble: Trouble): NativeSlot {
  const request = textAt(from, 'request');
  if (request === '') trouble.first ||= 'request is missing';
  return {
    request,
    ver: textAt(from, 'ver'),
    battr: strictWholesAt(from, 'battr', trouble),
    api: strictWholesAt(from, 'api', trouble),
  };
}

/** Floors by length of the creative. `maxdur` 0 means without end; either bound alone is accepted (trap 5). */
export function durationFloors(from: Fields, trouble: Trouble): DurationFloors {
  const value = from.durfloors;
  if (value === undefined || value === null) return NO_FLOORS;
  if (!Array.isArray(value)) {
    trouble.first ||= 'durfloors is not a list';
    return NO_FLOORS;
  }
  return value.map((entry) => {
    const floor = objectOr(entry);
    if (floor === undefined) {
      trouble.first ||= 'durfloors has an entry that is not an object';
      return { mindur: 0, maxdur: 0, bidfloor: 0 };
    }
    return {
      mindur: strictCountAt(floor, 'mindur', trouble),
      maxdur: strictCountAt(floor, 'maxdur', trouble),
      bidfloor: cpmMicrosAt(floor, 'bidfloor', trouble),
    };
  });
}
