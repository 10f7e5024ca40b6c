import type { Imp, ReadResult } from '../request.ts';
import {
  type Fields,
  flagAt,
  objectAt,
  objectOr,
  strictTextsAt,
  type Trouble,
  textAt,
  wholeAt,
} from './fields.ts';
import { readImp } from './imp.ts';
import { MAX_IMPS } from './limits.ts';
import { readDevice, readRegs, readUser } from './people.ts';
import { readInventory, readSource } from './place.ts';

/** A parsed body as a request. Never throws, whatever the types in it. */
export function readRequest(body: unknown): ReadResult {
  const from = objectOr(body);
  if (from === undefined) return { kind: 'invalid', problem: 'the body is not an object' };
  const id = textAt(from, 'id');
  if (id === '') return { kind: 'invalid', problem: 'id is missing' };
  const trouble: Trouble = { first: '' };
  const inventory = readInventory(from);
  if (inventory === undefined) trouble.first = 'more than one of site, app and dooh is given';
  const imps = readImps(from.imp, trouble);
  const request = {
    id,
    test: flagAt(from, 'test'),
    at: wholeAt(from, 'at', 2),
    tmax: timeLimitOf(from, trouble),
    ...readLists(from, trouble),
    cattax: wholeAt(from, 'cattax', 1),
    imps,
    source: readSource(from),
    inventory: inventory!,
    device: readDevice(objectAt(from, 'device')),
    user: readUser(objectAt(from, 'user')),
    regs: readRegs(objectAt(from, 'regs')),
  };
  return trouble.first === ''
    ? { kind: 'request', request }
    : { kind: 'unusable', id, problem: trouble.first };
}

function readLists(from: Fields, trouble: Trouble) {
  return {
    cur: strictTextsAt(from, 'cur', trouble),
    wseat: strictTextsAt(from, 'wseat', trouble),
    bseat: strictTextsAt(from, 'bseat', trouble),
    wlang: strictTextsAt(from, 'wlang', trouble),
    wlangb: strictTextsAt(from, 'wlangb', trouble),
    acat: strictTextsAt(from, 'acat', trouble),
    bcat: strictTextsAt(from, 'bcat', trouble),
    badv: strictTextsAt(from, 'badv', trouble),
    bapp: strictTextsAt(from, 'bapp', trouble),
  };
}

/** Milliseconds, cut to whole ones; 0 when not given or not a number. Negative is trouble (V9). */
function timeLimitOf(from: Fields, trouble: Trouble): number {
  const value = from.tmax;
  if (typeof value !== 'number') return 0;
  if (value >= 0 && value <= Number.MAX_SAFE_INTEGER) return Math.floor(value) + 0;
  trouble.first ||= 'tmax is not a time of 0 or more';
  return 0;
}

function readImps(value: unknown, trouble: Trouble): readonly Imp[] {
  const imps = Array.isArray(value) ? value.slice(0, MAX_IMPS).map(readImp) : [];
  if (imps.length === 0) trouble.first ||= 'imp is missing';
  return imps.length < 2 ? imps : imps.map(withoutDoubles);
}

/** A bid names its imp by id, so of two with one id neither can be bid on (V3). */
function withoutDoubles(imp: Imp, index: number, imps: readonly Imp[]): Imp {
  if (imp.problem !== '') return imp;
  const repeated = imps.some((other, at) => at !== index && other.id === imp.id);
  return repeated ? { ...imp, problem: 'imp.id is given twice' } : imp;
}
