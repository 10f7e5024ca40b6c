import { GavotteError } from '../../kernel/index.ts';
import type { NoticeUrls } from '../notices/signer.ts';
import type { NoticeKind } from '../notices/types.ts';
import type { ExchangeProfile } from '../profiles/profile.ts';

/** The notices that markup itself calls. */
export type MarkupNotice = Extract<NoticeKind, 'imp' | 'click' | 'error'>;

/**
 * Markup with gaps for the tokens of a bid, which need no escaping (`token-text.ts`): `parts[0]`, the token of
 * `gaps[0]`, `parts[1]`, … Made once for each creative and exchange.
 */
export interface Markup {
  readonly parts: readonly string[];
  readonly gaps: readonly MarkupNotice[];
}

/** The exchange that markup is for. */
export interface MarkupTarget {
  readonly profile: ExchangeProfile;
  readonly urls: NoticeUrls;
}

/** Characters of the private use area stand for tokens while markup is put together; no text of a creative keeps one. */
const GAPS: Readonly<Record<MarkupNotice, string>> = { imp: '\uE000', click: '\uE001', error: '\uE002' };
const KINDS: readonly MarkupNotice[] = ['imp', 'click', 'error'];
const ANY_GAP = /([\uE000-\uE002])/;

/** The URL of a notice of a creative, with a gap for the token. Not escaped. */
export function noticeInMarkup(target: MarkupTarget, kind: MarkupNotice, creativeId: string): string {
  const { before, after } = target.urls[kind];
  return `${before}${GAPS[kind]}${after}&k=${encodeURIComponent(clean(creativeId))}`;
}

/** Where a click leads: through the exchange's counter, if it has one, and ours to the creative's page. */
export function clickUrl(target: MarkupTarget, creativeId: string): string {
  const ours = noticeInMarkup(target, 'click', creativeId);
  return target.profile.clickMacro === '' ? ours : target.profile.clickMacro + encodeAroundGaps(ours);
}

/** Percent-encodes a URL, its gaps left open. */
export function encodeAroundGaps(url: string): string {
  return url
    .split(ANY_GAP)
    .map((part) => (ANY_GAP.test(part) ? part : encodeURIComponent(part)))
    .join('');
}

/** Splits finished text at its gaps, each part put through `write`. */
export function splitAtGaps(text: string, write: (part: string) => string): Markup {
  const pieces = text.split(ANY_GAP);
  return {
    parts: pieces.filter((_, i) => i % 2 === 0).map(write),
    gaps: pieces.filter((_, i) => i % 2 === 1).map((gap) => KINDS.find((kind) => GAPS[kind] === gap)!),
  };
}

/** A creative's text without characters that no markup language may hold, nor those that stand for our gaps. */
export function clean(text: string): string {
  return text.toWellFormed().replace(/[^\t\n\r\u0020-\uDFFF\uE003-\uFFFD]/g, '');
}

/** For HTML and XML, in text and in attributes. Macros stay as they are. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}

/**
 * A URL of a creative as it will be fetched: absolute, https (§14, loss 207), macros and percent-encoding untouched.
 * @throws GV_BAD_INPUT naming creative and field.
 */
export function secureUrl(text: string, creativeId: string, field: string): string {
  const url = clean(text).trim();
  // A URL inside the URL counts too: the exchanges that check look for the text (B7).
  if (!/^https:\/\/[^\s/?#]/i.test(url) || /http:|http%3a/i.test(url) || /[\s<>"]|\]\]/.test(url)) {
    throw new GavotteError(
      'GV_BAD_INPUT',
      `creative ${creativeId}: ${field} ${JSON.stringify(text.slice(0, 200))} is not an https URL, or holds one that is not`,
      { fix: `Give ${field} as https://…, spaces and quotes percent-encoded.` },
    );
  }
  return url;
}
