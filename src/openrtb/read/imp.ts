import type { DealOffer, Imp } from '../request.ts';
import { countAt, cpmMicrosAt, currencyAt, saidAt, type Trouble, textsAt, wholeAt } from './fields.ts';
import { MAX_DEALS } from './limits.ts';
import { DEAL, IMP, IMP_EXT, PMP, QTY } from './shapes.ts';
import { bannerSlot, durationFloors, nativeSlot, videoSlot } from './slots.ts';
import type { Key, Source } from './source.ts';

/** One imp. What is wrong with it is named in `problem`; it never costs the request its other imps (V10). */
export function readImp<Node>(source: Source<Node>, from: Node): Imp {
  const trouble: Trouble = { first: from === source.none ? 'imp is not an object' : '' };
  const id = source.text(from, IMP.id);
  if (id === '') trouble.first ||= 'imp.id is missing';
  const bidfloor = cpmMicrosAt(source, from, IMP.bidfloor, trouble);
  const bidfloorcur = currencyAt(source, from, IMP.bidfloorcur, trouble);
  const exp = countAt(source, from, IMP.exp, trouble);
  const multiplier = multiplierOf(source, source.object(from, IMP.qty), trouble);
  const ofSlots: Trouble = { first: '' };
  const banner = slotOf(source, from, IMP.banner, bannerSlot, ofSlots);
  const video = slotOf(source, from, IMP.video, videoSlot, ofSlots);
  const audio = slotOf(source, from, IMP.audio, videoSlot, ofSlots);
  const native = slotOf(source, from, IMP.native, nativeSlot, ofSlots);
  if (banner === undefined && video === undefined && audio === undefined && native === undefined) {
    trouble.first ||= ofSlots.first || 'imp has no banner, video, audio or native';
  }
  const pmp = source.object(from, IMP.pmp);
  return {
    id,
    problem: trouble.first,
    bidfloor,
    bidfloorcur,
    secure: saidAt(source, from, IMP.secure),
    instl: source.number(from, IMP.instl) === 1,
    rwdd: source.number(from, IMP.rwdd) === 1,
    ssai: wholeAt(source, from, IMP.ssai, 0),
    exp,
    tagid: source.text(from, IMP.tagid),
    gpid: source.text(source.object(from, IMP.ext), IMP_EXT.gpid),
    multiplier,
    banner,
    video,
    audio,
    native,
    privateAuction: source.flag(pmp, PMP.private_auction),
    deals: pmp === source.none ? NO_DEALS : readDeals(source, pmp),
  };
}

const NO_DEALS: readonly DealOffer[] = Object.freeze([]);

/** One format of an imp; a bad one is left out, so that another can still be bid on (V3, I2). */
function slotOf<Node, Slot>(
  source: Source<Node>,
  imp: Node,
  key: Key,
  read: (source: Source<Node>, from: Node, trouble: Trouble) => Slot,
  ofSlots: Trouble,
): Slot | undefined {
  const from = source.object(imp, key);
  if (from === source.none) return undefined;
  const trouble: Trouble = { first: '' };
  const slot = read(source, from, trouble);
  if (trouble.first === '') return slot;
  ofSlots.first ||= `${key.name}.${trouble.first}`;
  return undefined;
}

/** People who see one play of a DOOH screen; fractions are allowed (I4). */
function multiplierOf<Node>(source: Source<Node>, qty: Node, trouble: Trouble): number {
  const value = source.number(qty, QTY.multiplier);
  if (value > 0 && Number.isFinite(value)) return value;
  if (source.given(qty, QTY.multiplier)) trouble.first ||= 'qty.multiplier is not a number above 0';
  return 1;
}

/** A deal without an id, or with terms that cannot be read, is left out: nobody can bid under it (V7). */
function readDeals<Node>(source: Source<Node>, pmp: Node): readonly DealOffer[] {
  const deals: DealOffer[] = [];
  for (const from of source.objects(pmp, PMP.deals, MAX_DEALS)) {
    const deal = readDeal(source, from);
    if (deal !== undefined) deals.push(deal);
  }
  return deals;
}

function readDeal<Node>(source: Source<Node>, from: Node): DealOffer | undefined {
  const trouble: Trouble = { first: '' };
  const deal: DealOffer = {
    id: source.text(from, DEAL.id),
    bidfloor: cpmMicrosAt(source, from, DEAL.bidfloor, trouble),
    // Does not inherit the imp's currency (F3).
    bidfloorcur: currencyAt(source, from, DEAL.bidfloorcur, trouble),
    at: wholeAt(source, from, DEAL.at, 0),
    guaranteed: source.number(from, DEAL.guar) === 1,
    wseat: textsAt(source, from, DEAL.wseat, trouble),
    wadomain: textsAt(source, from, DEAL.wadomain, trouble),
    mincpmpersec: cpmMicrosAt(source, from, DEAL.mincpmpersec, trouble),
    durfloors: durationFloors(source, from, DEAL.durfloors, trouble),
  };
  return deal.id === '' || trouble.first !== '' ? undefined : deal;
}
