import type { Imp, ReadResult } from '../request.ts';
import { type Trouble, textsAt, wholeAt } from './fields.ts';
import { readImp } from './imp.ts';
import { MAX_IMPS } from './limits.ts';
import { readDevice, readRegs, readUser } from './people.ts';
import { readInventory, readSource } from './place.ts';
import { REQUEST } from './shapes.ts';
import type { Source } from './source.ts';

/** A body as a request. Never throws, whatever the types in it. */
export function readRequest<Node>(source: Source<Node>, from: Node): ReadResult {
  if (from === source.none) return { kind: 'invalid', problem: 'the body is not an object' };
  const id = source.text(from, REQUEST.id);
  if (id === '') return { kind: 'invalid', problem: 'id is missing' };
  const trouble: Trouble = { first: '' };
  const inventory = readInventory(source, from);
  if (inventory === undefined) trouble.first = 'more than one of site, app and dooh is given';
  const request = {
    id,
    test: source.flag(from, REQUEST.test),
    at: wholeAt(source, from, REQUEST.at, 2),
    tmax: timeLimitOf(source, from, trouble),
    cur: textsAt(source, from, REQUEST.cur, trouble),
    wseat: textsAt(source, from, REQUEST.wseat, trouble),
    bseat: textsAt(source, from, REQUEST.bseat, trouble),
    wlang: textsAt(source, from, REQUEST.wlang, trouble),
    wlangb: textsAt(source, from, REQUEST.wlangb, trouble),
    acat: textsAt(source, from, REQUEST.acat, trouble),
    bcat: textsAt(source, from, REQUEST.bcat, trouble),
    cattax: wholeAt(source, from, REQUEST.cattax, 1),
    badv: textsAt(source, from, REQUEST.badv, trouble),
    bapp: textsAt(source, from, REQUEST.bapp, trouble),
    imps: readImps(source, from, trouble),
    source: readSource(source, from),
    inventory: inventory!,
    device: readDevice(source, source.object(from, REQUEST.device)),
    user: readUser(source, source.object(from, REQUEST.user)),
    regs: readRegs(source, source.object(from, REQUEST.regs)),
  };
  return trouble.first === ''
    ? { kind: 'request', request }
    : { kind: 'unusable', id, problem: trouble.first };
}

/** Milliseconds, cut to whole ones; 0 when not given or not a number. Negative is trouble (V9). */
function timeLimitOf<Node>(source: Source<Node>, from: Node, trouble: Trouble): number {
  const value = source.number(from, REQUEST.tmax);
  if (Number.isNaN(value)) return 0;
  if (value >= 0 && value <= Number.MAX_SAFE_INTEGER) return Math.floor(value) + 0;
  trouble.first ||= 'tmax is not a time of 0 or more';
  return 0;
}

function readImps<Node>(source: Source<Node>, from: Node, trouble: Trouble): readonly Imp[] {
  const imps = source.objects(from, REQUEST.imp, MAX_IMPS).map((imp) => readImp(source, imp));
  if (imps.length === 0) trouble.first ||= 'imp is missing';
  return imps.length < 2 ? imps : imps.map(withoutDoubles);
}

/** A bid names its imp by id, so of two with one id neither can be bid on (V3). */
function withoutDoubles(imp: Imp, index: number, imps: readonly Imp[]): Imp {
  if (imp.problem !== '') return imp;
  const repeated = imps.some((other, at) => at !== index && other.id === imp.id);
  return repeated ? { ...imp, problem: 'imp.id is given twice' } : imp;
}
