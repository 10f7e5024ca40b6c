/** Substitution macros of OpenRTB 2.6 §4.4 (W3), each written `${AUCTION_…}`. */
export const AUCTION_MACROS = [
  'ID',
  'BID_ID',
  'IMP_ID',
  'SEAT_ID',
  'AD_ID',
  'PRICE',
  'CURRENCY',
  'MBR',
  'LOSS',
  'MIN_TO_WIN',
  'MULTIPLIER',
  'IMP_TS',
  'DISCOUNT_PCT',
  'DISCOUNT_CPM',
] as const;
/** One of `AUCTION_MACROS`. */
export type AuctionMacro = (typeof AUCTION_MACROS)[number];

const KNOWN: ReadonlySet<string> = new Set(AUCTION_MACROS);

/** The macro as it stands in a URL or in markup. */
export function macro(name: AuctionMacro): string {
  return `\${AUCTION_${name}}`;
}

/**
 * What an exchange does to our URLs and markup: each macro gives way to its value, to nothing when it has none, and to
 * base64 of it when written `${AUCTION_PRICE:B64}`. "Without regard for syntax": nothing is escaped. Names that the
 * standard does not have stay.
 */
export function substituteMacros(
  text: string,
  values: Readonly<Partial<Record<AuctionMacro, string>>>,
): string {
  return text.replace(/\$\{AUCTION_([A-Z_]+)(:B64)?\}/g, (whole, name: string, base64?: string) => {
    if (!KNOWN.has(name)) return whole;
    const value = values[name as AuctionMacro] ?? '';
    return base64 === undefined ? value : Buffer.from(value).toString('base64');
  });
}
