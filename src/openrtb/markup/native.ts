import type { Creative, NativeAssets } from '../creative.ts';
import { clean, type MarkupTarget, noticeInMarkup, secureUrl } from './markup.ts';
import { type NativeAssetRequest, readNativeRequest } from './native-request.ts';

/** Native 1.2 §7: image types, data types, and the event and method of an impression pixel. */
const ICON = 1;
const MAIN_IMAGE = 3;
const DATA: Readonly<Record<number, (assets: NativeAssets) => string>> = {
  1: (assets) => assets.sponsored,
  2: (assets) => assets.description,
  12: (assets) => assets.callToAction,
};
const IMPRESSION = 1;
const PIXEL = 1;

/** Native markup, or why the creative does not answer the request. */
export type NativeResult =
  | { readonly ok: true; readonly json: string }
  | { readonly ok: false; readonly reason: string };

/**
 * The native answer to `imp.native.request`: every required asset under its own id, texts within their length, images
 * no smaller than asked, our pixel as an event tracker where the request takes one, else among `imptrackers`. In the
 * `native` wrapper for version 1.0, or as the exchange's profile says. Gaps are still in it.
 * @throws GV_BAD_INPUT for a URL of the creative that is not https.
 */
export function nativeJson(
  creative: Creative,
  requestText: string,
  slotVersion: string,
  target: MarkupTarget,
): NativeResult {
  const request = readNativeRequest(requestText);
  if (request === undefined) return { ok: false, reason: 'the native request cannot be read' };
  if (creative.native === undefined) return { ok: false, reason: 'the creative has no native assets' };
  const assets: object[] = [];
  for (const asked of request.assets) {
    const filled = fill(asked, creative, creative.native);
    if (typeof filled === 'object') assets.push({ id: asked.id, ...filled });
    else if (asked.required === 1) return { ok: false, reason: `native asset ${asked.id}: ${filled}` };
  }
  const version = request.ver ?? (slotVersion === '' ? '1.2' : slotVersion);
  const pixel = noticeInMarkup(target, 'imp', creative.id);
  const tracked = request.eventtrackers?.some(
    ({ event, methods }) => event === IMPRESSION && methods.includes(PIXEL),
  );
  const body = {
    ver: version,
    assets,
    link: {
      url: secureUrl(creative.clickUrl, creative.id, 'clickUrl'),
      clicktrackers: [noticeInMarkup(target, 'click', creative.id)],
    },
    ...(tracked === true
      ? { eventtrackers: [{ event: IMPRESSION, method: PIXEL, url: pixel }] }
      : { imptrackers: [pixel] }),
  };
  return { ok: true, json: JSON.stringify(wrapped(version, target) ? { native: body } : body) };
}

function wrapped(version: string, target: MarkupTarget): boolean {
  const { nativeWrapper } = target.profile;
  return nativeWrapper === 'always' || (nativeWrapper === 'by-version' && version.startsWith('1.0'));
}

/** The asset, or in words why it cannot be given. */
function fill(asked: NativeAssetRequest, creative: Creative, assets: NativeAssets): object | string {
  if (asked.title !== undefined) {
    const text = within(assets.title, asked.title.len);
    return text === undefined
      ? `the title is missing or longer than ${asked.title.len}`
      : { title: { text } };
  }
  if (asked.data !== undefined) {
    const { type, len } = asked.data;
    const value = within(DATA[type]?.(assets) ?? '', len ?? Number.POSITIVE_INFINITY);
    return value === undefined ? `the text of type ${type} is missing or too long` : { data: { value } };
  }
  if (asked.img !== undefined) return image(asked.img, creative, assets);
  return 'assets of this kind are not supported';
}

function image(
  asked: NonNullable<NativeAssetRequest['img']>,
  creative: Creative,
  assets: NativeAssets,
): object | string {
  const type = asked.type ?? MAIN_IMAGE;
  const given = type === ICON ? assets.icon : type === MAIN_IMAGE ? assets.image : undefined;
  if (given === undefined || given.url === '') return `there is no image of type ${type}`;
  // A minimum allows anything larger; without one, the size asked for is the size.
  const fits = (have: number, exact = 0, least = 0) =>
    least > 0 ? have >= least : exact === 0 || have === exact;
  if (!fits(given.w, asked.w, asked.wmin) || !fits(given.h, asked.h, asked.hmin)) {
    return `the image is ${given.w}x${given.h}, which is not what was asked for`;
  }
  return { img: { url: secureUrl(given.url, creative.id, 'native image'), w: given.w, h: given.h } };
}

/** The text when there is one and it is short enough: an advertiser's words are not cut. */
function within(text: string, length: number): string | undefined {
  const whole = clean(text);
  return whole !== '' && [...whole].length <= length ? whole : undefined;
}
