import type { Currency, EpochMs, Micros } from '../../kernel/index.ts';
import { type ExchangeKey, type ExchangeKeys, exchangeKeys } from './keys.ts';
import { decodePlainPrice, roundingAllowance } from './price.ts';
import { readQuery } from './query.ts';
import { encode64, unescapeField } from './token-text.ts';
import {
  NOTICE_KINDS,
  NOTICE_REFUSALS,
  type Notice,
  type NoticeClaims,
  type NoticeConfig,
  type NoticeKind,
  type NoticeRefusal,
  type NoticeResult,
} from './types.ts';

/** A token of ours is far shorter; anything longer is not worth a hash. */
const MAX_TARGET = 4096;
/** Fields of a token before the bid's own, those, and the signature. */
const START_FIELDS = 7;
const FIELDS = 13;
const TARGET = /^\/n\/([a-z]+)\/([A-Za-z0-9-]{1,40})\?(.*)$/s;

const mac = new Int32Array(8);

/** Reads the target of a request, as `/n/bill/index?t=…&p=1.25`. */
export type NoticeReader = (target: string, now: EpochMs) => NoticeResult;

/**
 * A reader of the notices that `NoticeSigner` signed with the same config. Never throws: whatever arrives is a notice
 * or a refusal with its reason.
 * @throws GV_BAD_INPUT when the config is not usable.
 */
export function noticeReader(config: NoticeConfig): NoticeReader {
  const rings = exchangeKeys(config);
  return (target, now) => {
    const match = target.length > MAX_TARGET ? null : TARGET.exec(target);
    const kind = NOTICE_KINDS.find((name) => name === match?.[1]);
    if (match === null || kind === undefined) return refuse('not-a-notice');
    const ring = rings.get(match[2]!);
    if (ring === undefined) return refuse('unknown-exchange');
    const query = readQuery(match[3]!);
    const fields = query?.get('t')?.split('.');
    if (query === undefined || fields?.length !== FIELDS) return refuse('malformed');
    if (!isSigned(kind, fields, ring)) {
      const stranger = [...rings.values()].some((other) => other !== ring && isSigned(kind, fields, other));
      return refuse(stranger ? 'other-exchange' : 'forged');
    }
    return judge(kind, claimsOf(fields, match[2]!), query, ring, now);
  };
}

function refuse(reason: NoticeRefusal, claims?: NoticeClaims): NoticeResult {
  return { ok: false, reason, alarm: NOTICE_REFUSALS[reason].alarm, claims };
}

function isSigned(kind: NoticeKind, fields: readonly string[], ring: ExchangeKeys): boolean {
  return ring.keys.some((key) => key.id === fields[0] && sameTag(kind, fields, key));
}

function sameTag(kind: NoticeKind, fields: readonly string[], { key }: ExchangeKey): boolean {
  const start = `${fields.slice(0, START_FIELDS).join('.')}.`;
  const end = `${fields.slice(START_FIELDS, FIELDS - 1).join('.')}.`;
  key.startingWith(start).finish(end, mac);
  const word = kind === 'bill' ? 2 : kind === 'imp' ? 4 : kind === 'click' || kind === 'error' ? 6 : 0;
  return sameText(encode64(mac[word]!, mac[word + 1]!), fields[FIELDS - 1]!);
}

/** Compares in a time that depends on the length only, so that a signature cannot be guessed character by character. */
function sameText(expected: string, given: string): boolean {
  if (given.length !== expected.length) return false;
  let difference = 0;
  for (let i = 0; i < expected.length; i++) difference |= expected.charCodeAt(i) ^ given.charCodeAt(i);
  return difference === 0;
}

/** The claims of a token whose signature is ours: its fields are as the signer wrote them. */
function claimsOf(fields: readonly string[], exchange: string): NoticeClaims {
  const flags = Number(fields[10]);
  return {
    exchange,
    campaign: unescapeField(fields[1]!),
    account: unescapeField(fields[2]!),
    holder: unescapeField(fields[3]!),
    epoch: Number.parseInt(fields[4]!, 36),
    currency: fields[5] as Currency,
    dealId: unescapeField(fields[6]!),
    bidId: fields[7]!,
    capCpmMicros: Number.parseInt(fields[8]!, 36) as Micros,
    expiresAt: (Number.parseInt(fields[9]!, 36) * 1000) as EpochMs,
    test: (flags & 1) === 1,
    billedBy: (flags & 2) === 2 ? 'imp' : 'bill',
    maxMultiplier: fields[11] === '' ? 1 : Number(unescapeField(fields[11]!)),
  };
}

/** Judges what the exchange filled in against what we signed. */
function judge(
  kind: NoticeKind,
  claims: NoticeClaims,
  query: ReadonlyMap<string, string>,
  ring: ExchangeKeys,
  now: EpochMs,
): NoticeResult {
  const value = (name: string) => query.get(name) ?? '';
  const filled = ['p', 'c', 'm', 'l', 'w', 'i'].map(value);
  if (filled.some((text) => text.includes('${') || text.includes('%%'))) {
    return refuse('unsubstituted-macro', claims);
  }
  const audit = filled.includes('AUDIT');
  if (!audit && value('c') !== '' && value('c') !== claims.currency) return refuse('other-currency', claims);
  const price = audit ? 'audit' : priceOf(value('p'), kind, claims, ring);
  if (typeof price === 'string' && price !== 'audit') return refuse(price, claims);
  const multiplier = audit ? claims.maxMultiplier : multiplierOf(value('m'), claims.maxMultiplier);
  if (multiplier === undefined) return refuse('multiplier-invalid', claims);
  const notice: Notice = {
    ...claims,
    kind,
    price,
    multiplier,
    lossCode: /^\d{1,5}$/.test(value('l')) ? Number(value('l')) : undefined,
    errorCode: /^\d{1,4}$/.test(value('e')) ? Number(value('e')) : undefined,
    creative: value('k'),
    minToWin: newsPrice(value('w')),
    shownAt: /^\d{13}$/.test(value('i')) ? (Number(value('i')) as EpochMs) : undefined,
    at: now,
    bills: kind === claims.billedBy,
  };
  return { ok: true, notice };
}

function priceOf(
  text: string,
  kind: NoticeKind,
  claims: NoticeClaims,
  ring: ExchangeKeys,
): Micros | undefined | Exclude<NoticeRefusal, 'malformed'> {
  if (text === '') return undefined;
  const price = ring.exchange.decodePrice(text);
  if (typeof price === 'string') return price;
  // What another one paid for what we lost is news (W9).
  if (kind === 'loss') return price;
  if (price > claims.capCpmMicros + roundingAllowance(text)) return 'price-above-bid';
  return Math.min(price, claims.capCpmMicros) as Micros;
}

/** Unknown counts as all that was asked for: the reservation is for that many. */
function multiplierOf(text: string, most: number): number | undefined {
  if (text === '') return most;
  const multiplier = /^\d{1,9}(?:\.\d{1,20})?$/.test(text) ? Number(text) : 0;
  return multiplier > 0 && multiplier <= most ? multiplier : undefined;
}

/** A price that moves no money: unreadable is the same as absent. */
function newsPrice(text: string): Micros | undefined {
  const price = decodePlainPrice(text);
  return typeof price === 'number' ? price : undefined;
}
