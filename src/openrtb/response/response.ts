import { assert } from '../../kernel/index.ts';
import { type NoticeUrls, noticeUrl, type SignedNotice } from '../notices/signer.ts';
import type { ExchangeProfile } from '../profiles/profile.ts';
import { asciiJson } from './ascii-json.ts';
import type { CompiledCreative } from './compile-creative.ts';

/** One bid, decided and reserved. */
export interface BidLine {
  /** Ours, unique for ever; the same that `notice` was signed with. */
  readonly bidId: string;
  readonly impId: string;
  readonly seat: string;
  /** CPM micros in the currency of the answer, as reserved: see `roundBidPrice`. */
  readonly priceCpmMicros: number;
  readonly creative: CompiledCreative;
  readonly notice: SignedNotice;
  /** As received; '' in the open auction. */
  readonly dealId: string;
  /** Pixels; 0 leaves them out (audio, native). */
  readonly w: number;
  readonly h: number;
  /** AdCOM slot position asked for in a dynamic pod: 1 first, −1 last; 0 leaves it out (I3). */
  readonly slotinpod: number;
  /** Seconds that we hold the money for it; 0 leaves it out (B10). */
  readonly exp: number;
  /** Whether the request asks for DSA transparency (B17). */
  readonly dsa: boolean;
}

/** The exchange that is answered. */
export interface ResponseTarget {
  readonly profile: ExchangeProfile;
  readonly urls: NoticeUrls;
}

/**
 * A BidResponse (§4.2) as JSON in ASCII only, so its length is its bytes: lines grouped by seat in the order given (B1),
 * prices printed exactly. Lines must fit the exchange (`fitLines`). Only joins texts.
 */
export function responseText(
  target: ResponseTarget,
  requestId: string,
  currency: string,
  lines: readonly BidLine[],
): string {
  assert(lines.length > 0, 'a response without bids');
  let text = `{"id":${asciiJson(requestId)},"cur":"${currency}","seatbid":[`;
  for (let i = 0; i < lines.length; i++) {
    const { seat } = lines[i]!;
    if (seatSeen(lines, seat, i)) continue;
    text += `${i === 0 ? '' : ','}{${seat === '' ? '' : `"seat":${asciiJson(seat)},`}"bid":[`;
    for (let j = i; j < lines.length; j++) {
      const line = lines[j]!;
      if (line.seat === seat) text += (j === i ? '' : ',') + bidText(target, line);
    }
    text += ']}';
  }
  return `${text}]}`;
}

/** `responseText` as the bytes to send. */
export function writeResponse(
  target: ResponseTarget,
  requestId: string,
  currency: string,
  lines: readonly BidLine[],
): Uint8Array {
  return Buffer.from(responseText(target, requestId, currency, lines), 'latin1');
}

/** A handful of lines: looking back is cheaper than a map. */
function seatSeen(lines: readonly BidLine[], seat: string, before: number): boolean {
  for (let i = 0; i < before; i++) if (lines[i]!.seat === seat) return true;
  return false;
}

function bidText({ profile, urls }: ResponseTarget, line: BidLine): string {
  const { creative, notice } = line;
  let text = `{"id":"${line.bidId}","impid":${asciiJson(line.impId)},"price":${priceText(line.priceCpmMicros)}${creative.members}`;
  if (line.dealId !== '') text += `,"dealid":${asciiJson(line.dealId)}`;
  if (line.w > 0) text += `,"w":${line.w},"h":${line.h}`;
  if (line.exp > 0) text += `,"exp":${line.exp}`;
  if (line.slotinpod !== 0) text += `,"slotinpod":${line.slotinpod}`;
  if (line.dsa) text += creative.dsa;
  if (profile.nurl) text += `,"nurl":"${noticeUrl(urls, 'win', notice)}"`;
  if (creative.billedBy === 'bill') text += `,"burl":"${noticeUrl(urls, 'bill', notice)}"`;
  if (profile.lurl) text += `,"lurl":"${noticeUrl(urls, 'loss', notice)}"`;
  return `${text},"adm":"${admText(creative, notice)}"}`;
}

function admText({ adm }: CompiledCreative, notice: SignedNotice): string {
  let text = adm.parts[0]!;
  for (let i = 0; i < adm.gaps.length; i++) text += notice.token(adm.gaps[i]!) + adm.parts[i + 1]!;
  return text;
}

/** A count of micros as a decimal with as few places as it needs: at most the six of B2. */
function priceText(cpmMicros: number): string {
  const whole = Math.floor(cpmMicros / 1_000_000);
  const fraction = cpmMicros - whole * 1_000_000;
  if (fraction === 0) return String(whole);
  let digits = String(fraction + 1_000_000).slice(1);
  while (digits.endsWith('0')) digits = digits.slice(0, -1);
  return `${whole}.${digits}`;
}
