/** Inventory types of the field, as catalogs and agent cards write them (wire §3.1). */
export const MEDIA_TYPES = [
  'display',
  'video',
  'ctv',
  'mobile_app',
  'native',
  'audio',
  'dooh',
  'linear_tv',
] as const;

const ALIASES: Readonly<Record<string, string>> = {
  banner: 'display',
  interstitial: 'display',
  rewarded: 'video',
  // The reference's buyers say "mobile" and its catalogs "mobile_app", so it never finds any (its BUG-18).
  mobile: 'mobile_app',
  app: 'mobile_app',
  connected_tv: 'ctv',
  ott: 'ctv',
  linear: 'linear_tv',
};

const KNOWN: ReadonlySet<string> = new Set(MEDIA_TYPES);

/** The one name of a media type: lower case, spaces and hyphens as underscores, aliases resolved. */
export function mediaFormat(text: string): string {
  const name = text
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '_');
  return Object.hasOwn(ALIASES, name) ? ALIASES[name]! : name;
}

/** Whether capabilities allow for a media type. Those that name no media type at all did not say, and do. */
export function sellsMedia(capabilities: readonly string[], mediaType: string): boolean {
  const formats = capabilities.map(mediaFormat);
  return formats.includes(mediaFormat(mediaType)) || !formats.some((format) => KNOWN.has(format));
}
