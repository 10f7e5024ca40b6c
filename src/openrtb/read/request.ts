import type { BidRequest, Imp, ReadResult } from '../request.ts';
import { type Trouble, textsProblem, wholeAt } from './fields.ts';
import { readImp } from './imp.ts';
import { MAX_IMPS } from './limits.ts';
import { readDevice, readRegs, readUser } from './people.ts';
import { hasTwoPlaces, readInventory, readSource } from './place.ts';
import { REQUEST } from './shapes.ts';
import { type Key, NO_TEXTS, type Source } from './source.ts';

/** What of a request is read at once: enough to know whether it can be bid on at all. */
export interface Head {
  readonly kind: 'head';
  readonly id: string;
  readonly tmax: number;
  readonly imps: readonly Imp[];
}

const LISTS: readonly Key[] = [
  REQUEST.cur,
  REQUEST.wseat,
  REQUEST.bseat,
  REQUEST.wlang,
  REQUEST.wlangb,
  REQUEST.acat,
  REQUEST.bcat,
  REQUEST.badv,
  REQUEST.bapp,
];

/** A body as a request. Never throws, whatever the types in it. */
export function readRequest<Node>(source: Source<Node>, from: Node): ReadResult {
  const head = readHead(source, from);
  return head.kind === 'head' ? { kind: 'request', request: wholeRequest(source, from, head) } : head;
}

/** The head of a request, or why there is no request. */
export function readHead<Node>(
  source: Source<Node>,
  from: Node,
): Head | Exclude<ReadResult, { kind: 'request' }> {
  if (from === source.none) return { kind: 'invalid', problem: 'the body is not an object' };
  const id = source.text(from, REQUEST.id);
  if (id === '') return { kind: 'invalid', problem: 'id is missing' };
  const trouble: Trouble = { first: '' };
  if (hasTwoPlaces(source, from)) trouble.first = 'more than one of site, app and dooh is given';
  const tmax = timeLimitOf(source, from, trouble);
  // Reading past a wrong entry could drop a restriction.
  for (const key of LISTS) if (!source.areTexts(from, key)) trouble.first ||= textsProblem(key);
  const imps = readImps(source, from);
  if (imps.length === 0) trouble.first ||= 'imp is missing';
  return trouble.first === ''
    ? { kind: 'head', id, tmax, imps }
    : { kind: 'unusable', id, problem: trouble.first };
}

function wholeRequest<Node>(source: Source<Node>, from: Node, { id, tmax, imps }: Head): BidRequest {
  const texts = (key: Key) => source.onlyTexts(from, key) ?? NO_TEXTS;
  return {
    id,
    test: source.flag(from, REQUEST.test),
    at: auctionTypeOf(source, from),
    tmax,
    cur: texts(REQUEST.cur),
    wseat: texts(REQUEST.wseat),
    bseat: texts(REQUEST.bseat),
    wlang: texts(REQUEST.wlang),
    wlangb: texts(REQUEST.wlangb),
    acat: texts(REQUEST.acat),
    bcat: texts(REQUEST.bcat),
    cattax: taxonomyOf(source, from),
    badv: texts(REQUEST.badv),
    bapp: texts(REQUEST.bapp),
    imps,
    source: readSource(source, from),
    inventory: readInventory(source, from),
    device: readDevice(source, source.object(from, REQUEST.device)),
    user: readUser(source, source.object(from, REQUEST.user)),
    regs: readRegs(source, source.object(from, REQUEST.regs)),
  };
}

/** Second price when not given (F1). */
export function auctionTypeOf<Node>(source: Source<Node>, from: Node): number {
  return wholeAt(source, from, REQUEST.at, 2);
}

/** Content 1.0 when not given, although deprecated (trap 3). */
export function taxonomyOf<Node>(source: Source<Node>, from: Node): number {
  return wholeAt(source, from, REQUEST.cattax, 1);
}

/** Milliseconds, cut to whole ones; 0 when not given or not a number. Negative is trouble (V9). */
function timeLimitOf<Node>(source: Source<Node>, from: Node, trouble: Trouble): number {
  const value = source.number(from, REQUEST.tmax);
  if (Number.isNaN(value)) return 0;
  if (value >= 0 && value <= Number.MAX_SAFE_INTEGER) return Math.floor(value) + 0;
  trouble.first ||= 'tmax is not a time of 0 or more';
  return 0;
}

function readImps<Node>(source: Source<Node>, from: Node): readonly Imp[] {
  const imps: Imp[] = [];
  for (const imp of source.objects(from, REQUEST.imp, MAX_IMPS)) imps.push(readImp(source, imp));
  return imps.length < 2 ? imps : imps.map(withoutDoubles);
}

/** A bid names its imp by id, so of two with one id neither can be bid on (V3). */
function withoutDoubles(imp: Imp, index: number, imps: readonly Imp[]): Imp {
  if (imp.problem !== '') return imp;
  const repeated = imps.some((other, at) => at !== index && other.id === imp.id);
  return repeated ? { ...imp, problem: 'imp.id is given twice' } : imp;
}
