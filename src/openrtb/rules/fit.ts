import type { Creative } from '../creative.ts';
import type { BannerSlot, Imp, NativeSlot, VideoSlot } from '../request.ts';
import type { Refusal } from './no-bid.ts';

/** AdCOM creative attributes that we must know by number. */
const SKIPPABLE = 16;
const EXPANDABLE_FIRST = 3;
const EXPANDABLE_LAST = 5;
/** AdCOM delivery methods. */
const STREAMING = 1;
const PROGRESSIVE = 2;
const DOWNLOAD = 3;
const STREAMED_MIMES: readonly string[] = [
  'application/x-mpegurl',
  'application/vnd.apple.mpegurl',
  'application/dash+xml',
];
const NON_LINEAR = 2;

/** Why a creative may not run in an imp, or '' (I2: in the one format that it has). */
export function fitRefusal(imp: Imp, creative: Creative): Refusal {
  if (imp.problem !== '') return 'imp-unusable';
  return secureRefusal(imp, creative) || formatRefusal(imp, creative);
}

function formatRefusal(imp: Imp, creative: Creative): Refusal {
  switch (creative.format) {
    case 'banner':
      return imp.banner === undefined ? 'format-not-offered' : bannerRefusal(imp.banner, creative);
    case 'video':
      return imp.video === undefined ? 'format-not-offered' : videoRefusal(imp.video, creative);
    case 'audio':
      return imp.audio === undefined ? 'format-not-offered' : videoRefusal(imp.audio, creative);
    case 'native':
      return imp.native === undefined || creative.native === undefined
        ? 'format-not-offered'
        : commonRefusal(imp.native, creative);
  }
}

/** B7: nothing but https, also where the imp does not say (trap 13). */
function secureRefusal(imp: Imp, creative: Creative): Refusal {
  if (imp.secure === 0) return '';
  const { assetUrl, clickUrl, imageUrl } = creative;
  return isSecure(assetUrl) && isSecure(clickUrl) && isSecure(imageUrl) ? '' : 'insecure-markup';
}

function isSecure(url: string): boolean {
  return url === '' || url.startsWith('https://');
}

/** Q3: size as offered, and nothing that the slot blocks. */
function bannerRefusal(slot: BannerSlot, creative: Creative): Refusal {
  if (!hasSize(slot, creative.w, creative.h)) return 'size-not-offered';
  if (slot.btype.includes(creative.btype)) return 'type-blocked';
  if (slot.mimes.length > 0 && !slot.mimes.includes(creative.mime)) return 'mime-not-accepted';
  if (slot.expdir.length === 0 && creative.attr.some(isExpandable)) return 'expansion-not-allowed';
  return commonRefusal(slot, creative);
}

function isExpandable(attribute: number): boolean {
  return attribute >= EXPANDABLE_FIRST && attribute <= EXPANDABLE_LAST;
}

/** B6, V6: one of the sizes, or a flexible one of that shape. A slot without any size takes none. */
function hasSize(slot: BannerSlot, w: number, h: number): boolean {
  if (w <= 0 || h <= 0) return false;
  for (const size of slot.sizes) if (size[0] === w && size[1] === h) return true;
  for (const { wmin, wratio, hratio } of slot.ratios) {
    if (w >= wmin && w * hratio === h * wratio) return true;
  }
  return false;
}

/** Q4, B8, B15: for audio too, whose slot has no size and no linearity. */
function videoRefusal(slot: VideoSlot, creative: Creative): Refusal {
  if (!slot.mimes.includes(creative.mime)) return 'mime-not-accepted';
  if (!hasDuration(slot, creative.duration)) return 'duration-not-accepted';
  if (slot.protocols.length > 0 && !slot.protocols.includes(creative.protocol))
    return 'protocol-not-accepted';
  // Creatives here play by themselves; overlays upon content are not made.
  if (slot.linearity === NON_LINEAR) return 'linearity-not-accepted';
  if (!hasBitrate(slot, creative.bitrate)) return 'bitrate-not-accepted';
  if (!isDelivered(slot.delivery, creative.mime)) return 'delivery-not-accepted';
  if (creative.attr.includes(SKIPPABLE) && !maySkip(slot, creative.duration)) return 'skipping-not-allowed';
  return commonRefusal(slot, creative);
}

/** B8, V5: exactly one of `rqddurs` where given, else within the bounds. A pod never takes more than its length. */
function hasDuration(slot: VideoSlot, seconds: number): boolean {
  if (seconds <= 0 || (slot.poddur > 0 && seconds > slot.poddur)) return false;
  if (slot.rqddurs.length > 0) return slot.rqddurs.includes(seconds);
  return seconds >= slot.minduration && (slot.maxduration === 0 || seconds <= slot.maxduration);
}

function hasBitrate(slot: VideoSlot, bitrate: number): boolean {
  if (bitrate === 0) return true;
  return bitrate >= slot.minbitrate && (slot.maxbitrate === 0 || bitrate <= slot.maxbitrate);
}

function isDelivered(allowed: readonly number[], mime: string): boolean {
  if (allowed.length === 0) return true;
  if (STREAMED_MIMES.includes(mime)) return allowed.includes(STREAMING);
  return allowed.includes(PROGRESSIVE) || allowed.includes(DOWNLOAD);
}

/** B15: an ad may be skippable where skipping is allowed and it is longer than `skipmin`. */
function maySkip(slot: VideoSlot, seconds: number): boolean {
  return slot.skip === -1 || (slot.skip === 1 && seconds > slot.skipmin);
}

/** What every format has: blocked attributes, and frameworks that are missing unless listed. */
function commonRefusal(slot: BannerSlot | VideoSlot | NativeSlot, creative: Creative): Refusal {
  for (const attribute of creative.attr) if (slot.battr.includes(attribute)) return 'attribute-blocked';
  for (const api of creative.apis) if (!slot.api.includes(api)) return 'framework-missing';
  return '';
}
