import { GavotteError } from '../../kernel/index.ts';
import type { Creative } from '../creative.ts';
import { macro } from '../notices/macros.ts';
import { clean, escapeXml, type MarkupTarget, noticeInMarkup, secureUrl } from './markup.ts';

interface Dialect {
  readonly version: string;
  readonly major: number;
  readonly wrapper: boolean;
  /** VAST 4.1 on asks for an id of the serving. */
  readonly servingId: boolean;
}

const dialect = (version: string, wrapper = false): Dialect => ({
  version,
  major: Number(version[0]),
  wrapper,
  servingId: Number(version) >= 4.1,
});

/** AdCOM "Creative Subtypes – Audio/Video" by number; VAST 1 and DAAST are not written any more. */
const DIALECTS: Readonly<Record<number, Dialect>> = {
  2: dialect('2.0'),
  3: dialect('3.0'),
  5: dialect('2.0', true),
  6: dialect('3.0', true),
  7: dialect('4.0'),
  8: dialect('4.0', true),
  11: dialect('4.1'),
  12: dialect('4.1', true),
  13: dialect('4.2'),
  14: dialect('4.2', true),
  15: dialect('4.3'),
  16: dialect('4.3', true),
};

const SKIPPABLE = 16;
const SKIP_AFTER = '00:00:05';

/**
 * VAST of a video or audio creative, in the version that its `protocol` names: one linear ad whose `<Impression>` is
 * the notice that bills (B11). A wrapper protocol takes `assetUrl` as the tag to follow. Elements stand in the order of
 * the version's schema, URLs in CDATA with their macros. Gaps are still in it.
 * @throws GV_BAD_INPUT for another protocol, a duration of 0, or a URL that is not https.
 */
export function vastXml(creative: Creative, target: MarkupTarget): string {
  const form = DIALECTS[creative.protocol];
  if (form === undefined || creative.duration <= 0) {
    throw new GavotteError(
      'GV_BAD_INPUT',
      `creative ${creative.id}: protocol ${creative.protocol} and duration ${creative.duration} make no VAST`,
      { fix: `Set protocol to one of ${Object.keys(DIALECTS).join(', ')}, and duration in seconds.` },
    );
  }
  const ad = form.wrapper ? wrapper(creative, target, form) : inline(creative, target, form);
  const type = form.servingId && creative.format === 'audio' ? ' adType="audio"' : '';
  // No xmlns: its name starts with "http:", and exchanges that look for insecure markup look for just that (B7).
  return `<?xml version="1.0" encoding="UTF-8"?><VAST version="${form.version}"><Ad id="${attribute(creative.id)}"${type}>${ad}</Ad></VAST>`;
}

function inline(creative: Creative, target: MarkupTarget, form: Dialect): string {
  const title = `<AdTitle>${attribute(creative.id)}</AdTitle>`;
  const advertiser =
    form.major >= 3 ? `<Advertiser>${attribute(creative.adomain[0] ?? '')}</Advertiser>` : '';
  const serving = form.servingId ? `<AdServingId>${macro('BID_ID')}</AdServingId>` : '';
  const { error, impression } = beacons(creative, target);
  const system = '<AdSystem>gavotte</AdSystem>';
  const creatives = linearCreative(creative, target, form);
  // Version 4 has the parts that wrappers share first, then those of an inline ad.
  const parts =
    form.major >= 4
      ? [system, error, impression, serving, title, advertiser, creatives]
      : [system, title, advertiser, error, impression, creatives];
  return `<InLine>${parts.join('')}</InLine>`;
}

function wrapper(creative: Creative, target: MarkupTarget, form: Dialect): string {
  const tag = cdata('VASTAdTagURI', secureUrl(creative.assetUrl, creative.id, 'assetUrl'));
  const { error, impression } = beacons(creative, target);
  const clicks = `<VideoClicks>${cdata('ClickTracking', noticeInMarkup(target, 'click', creative.id))}</VideoClicks>`;
  const creatives = `<Creatives><Creative><Linear>${clicks}</Linear></Creative></Creatives>`;
  const system = '<AdSystem>gavotte</AdSystem>';
  const parts =
    form.major >= 4
      ? [system, error, impression, creatives, tag]
      : [system, tag, error, impression, creatives];
  return `<Wrapper>${parts.join('')}</Wrapper>`;
}

function beacons(creative: Creative, target: MarkupTarget): { error: string; impression: string } {
  return {
    error: cdata('Error', `${noticeInMarkup(target, 'error', creative.id)}&e=[ERRORCODE]`),
    impression: cdata('Impression', noticeInMarkup(target, 'imp', creative.id)),
  };
}

function linearCreative(creative: Creative, target: MarkupTarget, form: Dialect): string {
  const skip = form.major >= 3 && creative.attr.includes(SKIPPABLE) ? ` skipoffset="${SKIP_AFTER}"` : '';
  const duration = `<Duration>${clock(creative.duration)}</Duration>`;
  const clicks = videoClicks(creative, target, form);
  const media = `<MediaFiles>${mediaFile(creative)}</MediaFiles>`;
  const id = attribute(creative.id);
  const universal =
    form.major < 4
      ? ''
      : form.version === '4.0'
        ? `<UniversalAdId idRegistry="unknown" idValue="${id}">${id}</UniversalAdId>`
        : `<UniversalAdId idRegistry="unknown">${id}</UniversalAdId>`;
  const linear = form.major >= 4 ? `${duration}${media}${clicks}` : `${duration}${clicks}${media}`;
  const body = `<Linear${skip}>${linear}</Linear>`;
  return `<Creatives><Creative id="${id}">${form.version === '4.0' ? universal + body : body + universal}</Creative></Creatives>`;
}

function videoClicks(creative: Creative, target: MarkupTarget, form: Dialect): string {
  if (creative.clickUrl === '') return '';
  const through = cdata('ClickThrough', secureUrl(creative.clickUrl, creative.id, 'clickUrl'));
  const tracking = cdata('ClickTracking', noticeInMarkup(target, 'click', creative.id));
  return `<VideoClicks>${form.major >= 4 ? tracking + through : through + tracking}</VideoClicks>`;
}

function mediaFile(creative: Creative): string {
  const bitrate = creative.bitrate > 0 ? ` bitrate="${Math.round(creative.bitrate)}"` : '';
  const attributes = `delivery="progressive" type="${attribute(creative.mime)}" width="${creative.w}" height="${creative.h}"`;
  const url = secureUrl(creative.assetUrl, creative.id, 'assetUrl');
  return `<MediaFile ${attributes}${bitrate}><![CDATA[${url}]]></MediaFile>`;
}

function cdata(element: string, url: string): string {
  return `<${element}><![CDATA[${url}]]></${element}>`;
}

function attribute(text: string): string {
  return escapeXml(clean(text));
}

/** `HH:MM:SS`, with milliseconds where the duration has some. */
function clock(seconds: number): string {
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  const whole = `${two(seconds / 3600)}:${two((seconds / 60) % 60)}:${two(seconds % 60)}`;
  const rest = Math.round((seconds % 1) * 1000);
  return rest === 0 ? whole : `${whole}.${String(rest).padStart(3, '0')}`;
}
