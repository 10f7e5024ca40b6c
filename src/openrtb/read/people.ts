import type { Device, Eid, Regs, User } from '../request.ts';
import { finiteAt, wholeAt } from './fields.ts';
import { MAX_ENTRIES } from './limits.ts';
import { DATA, DEVICE, DSA, EID, GEO, REGS, REGS_EXT, USER, USER_EXT, WITH_ID } from './shapes.ts';
import type { Key, Source } from './source.ts';

/** The device that would show the ad. */
export function readDevice<Node>(source: Source<Node>, from: Node): Device {
  const geo = source.object(from, DEVICE.geo);
  return {
    ua: source.text(from, DEVICE.ua),
    ip: source.text(from, DEVICE.ip),
    ipv6: source.text(from, DEVICE.ipv6),
    ifa: source.text(from, DEVICE.ifa),
    limited: source.flag(from, DEVICE.lmt) || source.flag(from, DEVICE.dnt),
    type: wholeAt(source, from, DEVICE.devicetype, 0),
    os: source.text(from, DEVICE.os),
    language: source.text(from, DEVICE.language),
    country: source.text(geo, GEO.country).toUpperCase(),
    region: source.text(geo, GEO.region),
    lat: finiteAt(source, geo, GEO.lat),
    lon: finiteAt(source, geo, GEO.lon),
  };
}

/** The person who would see it; consent and ids also in their 2.5 places (P2, trap 10). */
export function readUser<Node>(source: Source<Node>, from: Node): User {
  const ext = source.object(from, USER.ext);
  const eids = readEids(source, from, USER.eids);
  return {
    id: source.text(from, USER.id),
    buyeruid: source.text(from, USER.buyeruid),
    eids: eids.length === 0 ? readEids(source, ext, USER_EXT.eids) : eids,
    segments: readSegments(source, from),
    consent: source.text(from, USER.consent) || source.text(ext, USER_EXT.consent),
  };
}

function readEids<Node>(source: Source<Node>, from: Node, key: Key): readonly Eid[] {
  const eids: Eid[] = [];
  for (const each of source.objects(from, key, MAX_ENTRIES)) {
    const ids = idsOf(source, each, EID.uids);
    if (ids.length > 0)
      eids.push({ source: source.text(each, EID.source), mm: wholeAt(source, each, EID.mm, 0), ids });
  }
  return eids;
}

function idsOf<Node>(source: Source<Node>, from: Node, key: Key): readonly string[] {
  const ids: string[] = [];
  for (const each of source.objects(from, key, MAX_ENTRIES)) {
    const id = source.text(each, WITH_ID.id);
    if (id !== '') ids.push(id);
  }
  return ids;
}

function readSegments<Node>(source: Source<Node>, from: Node): readonly string[] {
  const segments: string[] = [];
  for (const data of source.objects(from, USER.data, MAX_ENTRIES)) {
    const owner = source.text(data, DATA.id);
    for (const id of idsOf(source, data, DATA.segment)) {
      if (segments.push(`${owner}/${id}`) === MAX_ENTRIES) return segments;
    }
  }
  return segments;
}

/** What regulation says, in its 2.6 and its 2.5 places; where they differ, the stricter (P2). */
export function readRegs<Node>(source: Source<Node>, from: Node): Regs {
  const ext = source.object(from, REGS.ext);
  const sections = source.wholes(from, REGS.gpp_sid, MAX_ENTRIES);
  return {
    coppa: source.flag(from, REGS.coppa),
    gdpr: Math.max(gdprAt(source, from, REGS.gdpr), gdprAt(source, ext, REGS_EXT.gdpr)) as -1 | 0 | 1,
    gpp: source.text(from, REGS.gpp) || source.text(ext, REGS_EXT.gpp),
    gppSid: unionOf(sections, source.wholes(ext, REGS_EXT.gpp_sid, MAX_ENTRIES)),
    usPrivacy: source.text(from, REGS.us_privacy) || source.text(ext, REGS_EXT.us_privacy),
    dsaRequired: wholeAt(source, source.object(ext, REGS_EXT.dsa), DSA.dsarequired, 0),
  };
}

function gdprAt<Node>(source: Source<Node>, from: Node, key: Key): -1 | 0 | 1 {
  if (source.flag(from, key)) return 1;
  return source.given(from, key) ? 0 : -1;
}

function unionOf(first: readonly number[], second: readonly number[]): readonly number[] {
  if (second.length === 0) return first;
  return first.length === 0 ? second : [...new Set([...first, ...second])];
}
