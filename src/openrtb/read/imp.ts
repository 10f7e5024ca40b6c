import type { DealOffer, Imp } from '../request.ts';
import {
  cpmMicrosAt,
  currencyAt,
  type Fields,
  flagAt,
  listAt,
  objectAt,
  objectOr,
  saidAt,
  strictCountAt,
  strictTextsAt,
  type Trouble,
  textAt,
  wholeAt,
} from './fields.ts';
import { MAX_DEALS } from './limits.ts';
import { bannerSlot, durationFloors, nativeSlot, videoSlot } from './slots.ts';

const EMPTY: Fields = Object.freeze({});

/** One imp. What is wrong with it is named in `problem`; it never costs the request its other imps (V10). */
export function readImp(value: unknown): Imp {
  const from = objectOr(value) ?? EMPTY;
  const trouble: Trouble = { first: from === EMPTY ? 'imp is not an object' : '' };
  const slots = new SlotReader(from);
  const id = textAt(from, 'id');
  if (id === '') trouble.first ||= 'imp.id is missing';
  const pmp = objectAt(from, 'pmp');
  const imp = {
    id,
    bidfloor: cpmMicrosAt(from, 'bidfloor', trouble),
    bidfloorcur: currencyAt(from, 'bidfloorcur', trouble),
    secure: saidAt(from, 'secure'),
    instl: wholeAt(from, 'instl', 0) === 1,
    rwdd: wholeAt(from, 'rwdd', 0) === 1,
    ssai: wholeAt(from, 'ssai', 0),
    exp: strictCountAt(from, 'exp', trouble),
    tagid: textAt(from, 'tagid'),
    gpid: textAt(objectAt(from, 'ext'), 'gpid'),
    multiplier: multiplierOf(objectAt(from, 'qty'), trouble),
    banner: slots.read('banner', bannerSlot),
    video: slots.read('video', videoSlot),
    audio: slots.read('audio', videoSlot),
    native: slots.read('native', nativeSlot),
    privateAuction: flagAt(pmp, 'private_auction'),
    deals: readDeals(listAt(pmp, 'deals')),
  };
  return { ...imp, problem: trouble.first || slots.problem() };
}

/** Reads the formats of an imp; a bad one is left out, so that another can still be bid on (V3, I2). */
class SlotReader {
  readonly #from: Fields;
  #found = false;
  #trouble = '';

  constructor(from: Fields) {
    this.#from = from;
  }

  read<Slot>(key: string, reader: (from: Fields, trouble: Trouble) => Slot): Slot | undefined {
    const fields = objectOr(this.#from[key]);
    if (fields === undefined) return undefined;
    const trouble: Trouble = { first: '' };
    const slot = reader(fields, trouble);
    if (trouble.first === '') {
      this.#found = true;
      return slot;
    }
    this.#trouble ||= `${key}.${trouble.first}`;
    return undefined;
  }

  problem(): string {
    return this.#found ? '' : this.#trouble || 'imp has no banner, video, audio or native';
  }
}

/** People who see one play of a DOOH screen; fractions are allowed (I4). */
function multiplierOf(qty: Fields, trouble: Trouble): number {
  const value = qty.multiplier;
  if (value === undefined || value === null) return 1;
  if (typeof value === 'number' && value > 0 && Number.isFinite(value)) return value;
  trouble.first ||= 'qty.multiplier is not a number above 0';
  return 1;
}

/** A deal without an id, or with terms that cannot be read, is left out: nobody can bid under it (V7). */
function readDeals(list: readonly unknown[]): readonly DealOffer[] {
  const deals: DealOffer[] = [];
  for (const entry of list) {
    if (deals.length === MAX_DEALS) break;
    const deal = readDeal(objectOr(entry) ?? EMPTY);
    if (deal !== undefined) deals.push(deal);
  }
  return deals;
}

function readDeal(from: Fields): DealOffer | undefined {
  const trouble: Trouble = { first: '' };
  const deal: DealOffer = {
    id: textAt(from, 'id'),
    bidfloor: cpmMicrosAt(from, 'bidfloor', trouble),
    // Does not inherit the imp's currency (F3).
    bidfloorcur: currencyAt(from, 'bidfloorcur', trouble),
    at: wholeAt(from, 'at', 0),
    guaranteed: wholeAt(from, 'guar', 0) === 1,
    wseat: strictTextsAt(from, 'wseat', trouble),
    wadomain: strictTextsAt(from, 'wadomain', trouble),
    mincpmpersec: cpmMicrosAt(from, 'mincpmpersec', trouble),
    durfloors: durationFloors(from, trouble),
  };
  return deal.id === '' || trouble.first !== '' ? undefined : deal;
}
