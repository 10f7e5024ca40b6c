import type { AdFormat } from '../traffic/options.ts';
import type { WireImp, WireVideo } from '../wire.ts';
import { asNumber, asObject, asText, type Loose, parseOr } from './fields.ts';
import type { ResponseRule } from './rules.ts';
import { findAll, parseXml, type XmlElement } from './xml.ts';

/** What the exchange and a browser find in markup: whom to call, and what is wrong with it. */
export interface Markup {
  /** Called when the ad is shown, in order. */
  readonly impressionUrls: readonly string[];
  /** Called when it is clicked. */
  readonly clickUrls: readonly string[];
  readonly problems: readonly { readonly rule: ResponseRule; readonly found: string }[];
}

/** Reads markup of that format; `bid` is what the bid claims of it. */
export function readMarkup(format: AdFormat, adm: string, imp: WireImp, bid: Loose): Markup {
  switch (format) {
    case 'banner':
      return readHtml(adm);
    case 'native':
      return readNative(adm, imp);
    case 'video':
    case 'audio':
      return readVast(adm, imp[format], bid);
  }
}

function readHtml(adm: string): Markup {
  const images = [...adm.matchAll(/<img\b[^>]*?\ssrc\s*=\s*["']([^"']+)["']/gi)].map((match) =>
    decodeHtml(match[1]!),
  );
  const links = [...adm.matchAll(/\shref\s*=\s*["']([^"']+)["']/gi)].map((match) => decodeHtml(match[1]!));
  const problems = /<\w/.test(adm) ? [] : [{ rule: 'B9' as const, found: 'markup without an element' }];
  return { impressionUrls: images, clickUrls: links, problems };
}

const HTML_ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"' };

/** An attribute's value as a browser reads it. */
function decodeHtml(text: string): string {
  return text.replace(/&(?:#(\d{1,6})|#x([\da-f]{1,5})|(amp|lt|gt|quot));/gi, (_whole, decimal, hex, name) =>
    name === undefined
      ? String.fromCodePoint(decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal))
      : HTML_ENTITIES[String(name).toLowerCase()]!,
  );
}

/** Protocol numbers (AdCOM "Creative Subtypes - Audio/Video") of inline and wrapped VAST by version. */
const VAST_PROTOCOLS: Readonly<Record<string, readonly [number, number]>> = {
  '2.0': [2, 5],
  '3.0': [3, 6],
  '4.0': [7, 8],
  '4.1': [11, 12],
  '4.2': [13, 14],
};

function readVast(adm: string, slot: WireVideo | undefined, bid: Loose): Markup {
  const root = adm.trimStart().startsWith('<') ? parseXml(adm) : undefined;
  if (root === undefined || root.name !== 'VAST') {
    return {
      impressionUrls: [],
      clickUrls: [],
      problems: [{ rule: 'vast', found: 'not a well-formed VAST document' }],
    };
  }
  const urls = (name: string) => findAll(root, name).map(({ text }) => text.trim());
  return {
    impressionUrls: urls('Impression').filter((url) => url !== ''),
    clickUrls: [...urls('ClickTracking'), ...urls('ClickThrough')],
    problems: [
      ...vastProblems(root, slot),
      ...protocolProblems(root, slot, bid),
      ...lengthProblems(root, bid),
    ],
  };
}

function vastProblems(root: XmlElement, slot: WireVideo | undefined): Markup['problems'] {
  const found: string[] = [];
  const ads = [...findAll(root, 'InLine'), ...findAll(root, 'Wrapper')];
  if (ads.length === 0) found.push('neither InLine nor Wrapper');
  for (const name of ['AdSystem', 'Impression'] as const) {
    if (ads.some((ad) => findAll(ad, name).every(({ text }) => text.trim() === ''))) found.push(`no ${name}`);
  }
  const inline = findAll(root, 'InLine');
  if (inline.some((ad) => findAll(ad, 'AdTitle').length === 0)) found.push('no AdTitle');
  const media = inline.flatMap((ad) => findAll(ad, 'MediaFile'));
  if (inline.length > 0 && media.length === 0) found.push('no MediaFile');
  const types = media.map(({ attributes }) => attributes.get('type') ?? '');
  const strange = types.filter((type) => slot !== undefined && !slot.mimes.includes(type));
  const problems = found.map((text) => ({ rule: 'vast' as const, found: text }));
  // One playable file is enough; the others are alternatives.
  if (types.length === 0 || strange.length < types.length) return problems;
  return [...problems, { rule: 'Q4', found: `media ${types.join(', ')} of ${slot?.mimes.join(', ')}` }];
}

function protocolProblems(root: XmlElement, slot: WireVideo | undefined, bid: Loose): Markup['problems'] {
  const version = root.attributes.get('version') ?? '';
  const pair = VAST_PROTOCOLS[version];
  if (pair === undefined) return [{ rule: 'vast', found: `version ${JSON.stringify(version)}` }];
  const protocol = pair[findAll(root, 'Wrapper').length > 0 ? 1 : 0];
  const claimed = asNumber(bid.protocol);
  if (!Number.isNaN(claimed) && claimed !== protocol) {
    return [{ rule: 'Q4', found: `protocol ${claimed} for VAST ${version}, which is ${protocol}` }];
  }
  const allowed = slot?.protocols ?? [];
  if (allowed.length === 0 || allowed.includes(protocol)) return [];
  return [
    { rule: 'Q4', found: `VAST ${version} is protocol ${protocol}; the slot takes ${allowed.join(', ')}` },
  ];
}

/** `HH:MM:SS` with or without thousandths, in seconds. */
function secondsOf(text: string): number {
  const match = /^(\d{2}):([0-5]\d):([0-5]\d)(\.\d{3})?$/.exec(text.trim());
  if (match === null) return Number.NaN;
  return Number(match[1]) * 3_600 + Number(match[2]) * 60 + Number(match[3]) + Number(match[4] ?? 0);
}

function lengthProblems(root: XmlElement, bid: Loose): Markup['problems'] {
  const inline = findAll(root, 'InLine');
  if (inline.length === 0) return [];
  const durations = inline.flatMap((ad) => findAll(ad, 'Duration')).map(({ text }) => secondsOf(text));
  const problems: { rule: ResponseRule; found: string }[] = [];
  if (durations.length === 0 || durations.some((seconds) => Number.isNaN(seconds))) {
    problems.push({ rule: 'vast', found: 'Duration is missing or not HH:MM:SS' });
  } else if (!durations.includes(asNumber(bid.dur))) {
    problems.push({
      rule: 'B8',
      found: `dur ${String(asNumber(bid.dur))}, but VAST lasts ${durations.join(', ')} s`,
    });
  }
  const skippable = findAll(root, 'Linear').some(({ attributes }) => attributes.has('skipoffset'));
  const attr = Array.isArray(bid.attr) ? bid.attr : [];
  if (skippable && !attr.includes(16))
    problems.push({ rule: 'B15', found: 'skipoffset without attribute 16' });
  return problems;
}

function readNative(adm: string, imp: WireImp): Markup {
  const parsed = asObject(parseOr(adm));
  const root = asObject(parsed?.native) ?? parsed;
  if (root === undefined) return nothing('native markup is not a JSON object');
  const link = asObject(root.link);
  const trackers = Array.isArray(root.eventtrackers) ? root.eventtrackers.map(asObject) : [];
  const shown = trackers
    .filter((each) => each?.event === 1 && each.method === 1)
    .map((each) => asText(each?.url));
  const listed = (value: unknown) => (Array.isArray(value) ? value.map(asText) : []);
  const found = assetProblems(root, imp);
  if (asText(link?.url) === '') found.push('link.url is missing');
  return {
    impressionUrls: [...shown, ...listed(root.imptrackers)].filter((url) => url !== ''),
    clickUrls: [...listed(link?.clicktrackers), asText(link?.url)].filter((url) => url !== ''),
    problems: found.map((text) => ({ rule: 'native', found: text })),
  };
}

function nothing(found: string): Markup {
  return { impressionUrls: [], clickUrls: [], problems: [{ rule: 'native', found }] };
}

/** Assets against what the imp's native request asks for (Native 1.2 §4.2–4.6). */
function assetProblems(root: Loose, imp: WireImp): string[] {
  const asked = asObject(parseOr(imp.native?.request ?? ''));
  const request = asObject(asked?.native) ?? asked;
  const wanted = (Array.isArray(request?.assets) ? request.assets : []).map(asObject);
  const given = (Array.isArray(root.assets) ? root.assets : []).map(asObject);
  const problems: string[] = [];
  for (const asset of given) {
    if (!wanted.some((each) => each?.id === asset?.id))
      problems.push(`asset ${String(asset?.id)} was not asked for`);
  }
  for (const want of wanted) {
    const asset = given.find((each) => each?.id === want?.id);
    if (asset === undefined) {
      if (want?.required === 1) problems.push(`asset ${String(want.id)} is required`);
    } else problems.push(...oneAsset(want!, asset));
  }
  return problems;
}

function oneAsset(want: Loose, asset: Loose): readonly string[] {
  const id = String(want.id);
  const title = asObject(want.title);
  const img = asObject(want.img);
  const data = asObject(want.data);
  if (title !== undefined) {
    const text = asText(asObject(asset.title)?.text);
    if (text === '') return [`asset ${id} has no title`];
    return text.length > asNumber(title.len)
      ? [`title of ${text.length} characters, at most ${String(title.len)}`]
      : [];
  }
  if (img !== undefined) {
    const image = asObject(asset.img);
    if (asText(image?.url) === '') return [`asset ${id} has no image`];
    const small = asNumber(image?.w) < asNumber(img.wmin) || asNumber(image?.h) < asNumber(img.hmin);
    return small ? [`image ${id} is smaller than ${String(img.wmin)}×${String(img.hmin)}`] : [];
  }
  if (data !== undefined && asText(asObject(asset.data)?.value) === '') return [`asset ${id} has no data`];
  return [];
}
