import type { Device, Eid, Regs, User } from '../request.ts';
import {
  type Fields,
  flagAt,
  listAt,
  NO_NUMBERS,
  numberAt,
  objectAt,
  objectOr,
  textAt,
  wholeAt,
} from './fields.ts';
import { MAX_ENTRIES } from './limits.ts';

/** The device that would show the ad. */
export function readDevice(from: Fields): Device {
  const geo = objectAt(from, 'geo');
  return {
    ua: textAt(from, 'ua'),
    ip: textAt(from, 'ip'),
    ipv6: textAt(from, 'ipv6'),
    ifa: textAt(from, 'ifa'),
    limited: flagAt(from, 'lmt') || flagAt(from, 'dnt'),
    type: wholeAt(from, 'devicetype', 0),
    os: textAt(from, 'os'),
    language: textAt(from, 'language'),
    country: textAt(geo, 'country').toUpperCase(),
    region: textAt(geo, 'region'),
    lat: numberAt(geo, 'lat'),
    lon: numberAt(geo, 'lon'),
  };
}

/** The person who would see it; consent and ids also in their 2.5 places (P2, trap 10). */
export function readUser(from: Fields): User {
  const ext = objectAt(from, 'ext');
  const eids = readEids(listAt(from, 'eids'));
  return {
    id: textAt(from, 'id'),
    buyeruid: textAt(from, 'buyeruid'),
    eids: eids.length === 0 ? readEids(listAt(ext, 'eids')) : eids,
    segments: readSegments(listAt(from, 'data')),
    consent: textAt(from, 'consent') || textAt(ext, 'consent'),
  };
}

function readEids(list: readonly unknown[]): readonly Eid[] {
  const eids: Eid[] = [];
  for (const entry of list) {
    const from = objectOr(entry);
    if (from === undefined) continue;
    const ids: string[] = [];
    for (const uid of listAt(from, 'uids')) {
      const fields = objectOr(uid);
      const id = fields === undefined ? '' : textAt(fields, 'id');
      if (id !== '' && ids.push(id) === MAX_ENTRIES) break;
    }
    const eid = { source: textAt(from, 'source'), mm: wholeAt(from, 'mm', 0), ids };
    if (ids.length > 0 && eids.push(eid) === MAX_ENTRIES) break;
  }
  return eids;
}

function readSegments(list: readonly unknown[]): readonly string[] {
  const segments: string[] = [];
  for (const entry of list) {
    const data = objectOr(entry);
    if (data === undefined) continue;
    const owner = textAt(data, 'id');
    for (const each of listAt(data, 'segment')) {
      const segment = objectOr(each);
      const id = segment === undefined ? '' : textAt(segment, 'id');
      if (id !== '' && segments.push(`${owner}/${id}`) === MAX_ENTRIES) return segments;
    }
  }
  return segments;
}

/** What regulation says, in its 2.6 and its 2.5 places; where they differ, the stricter (P2). */
export function readRegs(from: Fields): Regs {
  const ext = objectAt(from, 'ext');
  return {
    coppa: flagAt(from, 'coppa'),
    gdpr: Math.max(gdprAt(from), gdprAt(ext)) as -1 | 0 | 1,
    gpp: textAt(from, 'gpp') || textAt(ext, 'gpp'),
    gppSid: unionOf(wholesOf(listAt(from, 'gpp_sid')), wholesOf(listAt(ext, 'gpp_sid'))),
    usPrivacy: textAt(from, 'us_privacy') || textAt(ext, 'us_privacy'),
    dsaRequired: wholeAt(objectAt(ext, 'dsa'), 'dsarequired', 0),
  };
}

function gdprAt(from: Fields): -1 | 0 | 1 {
  if (flagAt(from, 'gdpr')) return 1;
  return from.gdpr === undefined || from.gdpr === null ? -1 : 0;
}

function wholesOf(list: readonly unknown[]): readonly number[] {
  const wholes = list.filter((entry) => Number.isSafeInteger(entry)) as number[];
  return wholes.length === 0 ? NO_NUMBERS : wholes.slice(0, MAX_ENTRIES).map((entry) => entry + 0);
}

function unionOf(first: readonly number[], second: readonly number[]): readonly number[] {
  if (second.length === 0) return first;
  return first.length === 0 ? second : [...new Set([...first, ...second])];
}
