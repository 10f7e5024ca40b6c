import type { Creative, CreativeFormat } from '../creative.ts';
import { bannerHtml } from '../markup/banner.ts';
import { type Markup, type MarkupTarget, splitAtGaps } from '../markup/markup.ts';
import { nativeJson } from '../markup/native.ts';
import { vastXml } from '../markup/vast.ts';
import type { NoticeClaims } from '../notices/types.ts';
import type { ExchangeProfile } from '../profiles/profile.ts';
import { asciiJsonInside, asciiJsonOf } from './ascii-json.ts';

/** `bid.mtype` (B5). */
const MTYPE: Readonly<Record<CreativeFormat, number>> = { banner: 1, video: 2, audio: 3, native: 4 };

/** A creative ready for one exchange: all of its bid that never changes, as JSON text. */
export interface CompiledCreative {
  readonly creative: Creative;
  /** Members of the bid object, each after a comma: `,"crid":…`. */
  readonly members: string;
  /** `,"ext":{"dsa":…}`; '' when nothing is known to say. */
  readonly dsa: string;
  /** The markup inside a JSON text, with gaps for tokens. */
  readonly adm: Markup;
  /** Which notice bills it; sign its bids so. */
  readonly billedBy: NoticeClaims['billedBy'];
}

/** Who paid for an ad and on whose behalf, as the Digital Services Act wants it shown (B17). */
export interface DsaTransparency {
  readonly behalf: string;
  readonly paid: string;
  /** Who used which user parameters (numbers of the DSA list) to choose the ad; left out when nobody did. */
  readonly transparency?: readonly { readonly domain: string; readonly dsaparams: readonly number[] }[];
}

/** What a bid says of a creative besides the creative itself. */
export interface CompileOptions {
  /** Our campaign, as `bid.cid`. */
  readonly campaign: string;
  readonly dsa?: DsaTransparency;
  /** For native: the request of the slot, since the answer repeats its ids, and `native.ver`. */
  readonly native?: { readonly request: string; readonly ver: string };
}

/** A compiled creative, or why the exchange could not take it. */
export type CompileResult =
  | { readonly ok: true; readonly compiled: CompiledCreative }
  | { readonly ok: false; readonly reason: string };

/**
 * Prepares a creative for an exchange. Some microseconds: keep the result, for native one for each distinct request.
 * @throws GV_BAD_INPUT when the creative itself is wrong: a URL that is not https, a protocol that cannot be written.
 */
export function compileCreative(
  creative: Creative,
  target: MarkupTarget,
  options: CompileOptions,
): CompileResult {
  const { profile } = target;
  const missing = missingField(creative, profile);
  if (missing !== undefined) return { ok: false, reason: `${profile.name} needs ${missing}` };
  const markup = markupOf(creative, target, options);
  if (!markup.ok) return markup;
  // The pixel of a video player is the one measure of a started ad; burl is discouraged there (B11).
  const pixelBills = creative.format === 'video' || creative.format === 'audio' || !profile.burl;
  return {
    ok: true,
    compiled: {
      creative,
      members: membersOf(creative, profile, options.campaign),
      dsa: options.dsa === undefined || !profile.dsa ? '' : `,"ext":{"dsa":${dsaOf(options.dsa)}}`,
      adm: splitAtGaps(markup.text, asciiJsonInside),
      billedBy: pixelBills ? 'imp' : 'bill',
    },
  };
}

function missingField(creative: Creative, profile: ExchangeProfile): string | undefined {
  if (creative.id === '') return 'crid';
  const given = {
    adomain: creative.adomain.length > 0,
    iurl: creative.imageUrl !== '',
    cat: creative.cat.length > 0,
    nurl: profile.nurl,
  };
  return profile.need.find((field) => !given[field]);
}

function markupOf(
  creative: Creative,
  target: MarkupTarget,
  options: CompileOptions,
): { ok: true; text: string } | { ok: false; reason: string } {
  if (creative.format === 'banner') return { ok: true, text: bannerHtml(creative, target) };
  if (creative.format !== 'native') return { ok: true, text: vastXml(creative, target) };
  if (options.native === undefined)
    return { ok: false, reason: 'a native creative needs the slot it answers' };
  const result = nativeJson(creative, options.native.request, options.native.ver, target);
  return result.ok ? { ok: true, text: result.json } : result;
}

/** B4, B5, B8, B15, B16. What only 2.6 has is left out for 2.5. */
function membersOf(creative: Creative, profile: ExchangeProfile, campaign: string): string {
  const timed = creative.format === 'video' || creative.format === 'audio';
  const modern = profile.version === '2.6';
  const members = {
    cid: campaign,
    crid: creative.id,
    adomain: creative.adomain,
    bundle: creative.bundle || undefined,
    iurl: creative.imageUrl || undefined,
    cat: creative.cat.length > 0 ? creative.cat : undefined,
    cattax: creative.cat.length > 0 && modern ? creative.cattax : undefined,
    attr: creative.attr.length > 0 ? creative.attr : undefined,
    language: creative.language || undefined,
    mtype: modern ? MTYPE[creative.format] : undefined,
    protocol: timed ? creative.protocol : undefined,
    dur: timed && modern ? Math.round(creative.duration) : undefined,
    apis: creative.apis.length > 0 && modern ? creative.apis : undefined,
    api: creative.apis.length > 0 && !modern ? creative.apis[0] : undefined,
  };
  return `,${asciiJsonOf(members).slice(1, -1)}`;
}

/** `adrender` 1: the buyer renders what the regulation wants shown. */
function dsaOf({ behalf, paid, transparency }: DsaTransparency): string {
  return asciiJsonOf({ behalf, paid, transparency, adrender: 1 });
}
