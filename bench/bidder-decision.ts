import type { BidRequest, DealOffer, Imp, RequestReader } from '../src/openrtb/index.ts';
import type { BidAnswer, BidApplication } from '../src/services/bid-server/application.ts';
import type { BidMoney } from './bidder-money.ts';

/** The agreed CPM micros of the thousand deals that every contender knows. */
const DEALS: ReadonlyMap<string, number> = new Map(
  Array.from({ length: 1_000 }, (_, index) => [`deal-${index}`, 1_500_000 + index * 2_500]),
);
const BANNER_SIZES = new Set(['300x250', '728x90', '320x50', '160x600', '970x250']);
const OPEN_CPM_MICROS = 1_800_000;
const VIDEO_SECONDS = 15;
/** Of a hundred imps, which is what the readers look at. */
const MAX_ANSWER_BYTES = 262_144;
/** A request whose ids are longer is not bid on: each bid repeats them. */
const MAX_ID_LENGTH = 256;

/** How an imp ended. */
type Ending = 'bid' | 'size-not-offered' | 'below-floor' | 'budget-spent';

/** The peers' decision, with its counters. */
export interface PeerApplication extends BidApplication {
  readonly counts: Readonly<Record<Ending, number>>;
}

interface Fit {
  readonly w: number;
  readonly h: number;
  readonly mtype: 1 | 2;
}

/**
 * The decision of the peers in `bench/peers`: the first size that fits, the dearest known deal at or above its floor,
 * else the open price if that is at or above the imp's. What reading and answering cost differs between them; and ours
 * promises the price of each bid out of a lease before it leaves, and counts why there was none.
 */
export function peerApplication(reader: RequestReader, money: BidMoney): PeerApplication {
  const counts: Record<Ending, number> = {
    bid: 0,
    'size-not-offered': 0,
    'below-floor': 0,
    'budget-spent': 0,
  };
  const answer = new Answer(money, counts);
  return {
    bid(_path, body, start, end): BidAnswer {
      const read = reader.read(body, start, end);
      if (read.kind !== 'request') return { status: read.kind === 'invalid' ? 400 : 204 };
      const bytes = answer.write(read.request);
      return bytes === undefined ? { status: 204 } : { status: 200, body: bytes };
    },
    other: async () => ({ status: 404 }),
    counts,
  };
}

/** Writes answers into one buffer, of texts made once per creative and the few that a bid has of its own. */
class Answer {
  readonly #out = Buffer.allocUnsafeSlow(MAX_ANSWER_BYTES);
  readonly #fragments = new Map<string, Buffer>();
  readonly #money: BidMoney;
  readonly #counts: Record<Ending, number>;
  #length = 0;

  constructor(money: BidMoney, counts: Record<Ending, number>) {
    this.#money = money;
    this.#counts = counts;
  }

  /** The answer's bytes, good until the next; undefined when there is no bid. */
  write({ id, imps }: BidRequest): Buffer | undefined {
    this.#length = 0;
    if (id.length > MAX_ID_LENGTH) return undefined;
    for (const imp of imps) {
      const fit = imp.id.length > MAX_ID_LENGTH ? undefined : fitOf(imp);
      const deal = bestDeal(imp.deals);
      const price = deal === undefined ? openPrice(imp) : DEALS.get(deal.id)!;
      const ending = this.#endingOf(fit, price);
      this.#counts[ending] += 1;
      if (ending !== 'bid' || fit === undefined) continue;
      const start =
        this.#length === 0 ? `{"id":${quoted(id)},"cur":"USD","seatbid":[{"seat":"gavotte","bid":[` : ',';
      const dealid = deal === undefined ? '' : `,"dealid":${quoted(deal.id)}`;
      this.#text(
        `${start}{"id":${quoted(`${id}:${imp.id}`)},"impid":${quoted(imp.id)},"price":${price / 1e6}${dealid}`,
      );
      const fragment = this.#fragment(fit);
      this.#out.set(fragment, this.#length);
      this.#length += fragment.length;
    }
    if (this.#length === 0) return undefined;
    this.#text(']}]}');
    return this.#out.subarray(0, this.#length);
  }

  /** What keeps from bidding, or the promise of its money. */
  #endingOf(fit: Fit | undefined, price: number): Ending {
    if (fit === undefined) return 'size-not-offered';
    if (price === 0) return 'below-floor';
    return this.#money.promise(price) ? 'bid' : 'budget-spent';
  }

  #text(text: string): void {
    this.#length += this.#out.write(text, this.#length);
  }

  #fragment(fit: Fit): Buffer {
    const key = `${fit.w}x${fit.h}:${fit.mtype}`;
    let fragment = this.#fragments.get(key);
    if (fragment === undefined) {
      fragment = Buffer.from(creativeFragment(fit));
      this.#fragments.set(key, fragment);
    }
    return fragment;
  }
}

/** The text in JSON; ids need no escapes as a rule. */
function quoted(text: string): string {
  return /^[\w:./-]*$/.test(text) ? `"${text}"` : JSON.stringify(text);
}

function fitOf({ problem, banner, video }: Imp): Fit | undefined {
  if (problem !== '') return undefined;
  const size = banner?.sizes.find(([w, h]) => BANNER_SIZES.has(`${w}x${h}`));
  if (size !== undefined) return { w: size[0], h: size[1], mtype: 1 };
  if (video === undefined || !video.mimes.includes('video/mp4')) return undefined;
  const isLongEnough = video.minduration <= VIDEO_SECONDS && VIDEO_SECONDS <= video.maxduration;
  return isLongEnough ? { w: video.w, h: video.h, mtype: 2 } : undefined;
}

function bestDeal(deals: readonly DealOffer[]): DealOffer | undefined {
  let best: DealOffer | undefined;
  let price = 0;
  for (const deal of deals) {
    const cpm = DEALS.get(deal.id);
    if (cpm === undefined || cpm < deal.bidfloor || cpm <= price) continue;
    best = deal;
    price = cpm;
  }
  return best;
}

function openPrice({ privateAuction, bidfloor }: Imp): number {
  return !privateAuction && OPEN_CPM_MICROS >= bidfloor ? OPEN_CPM_MICROS : 0;
}

/** What a bid says of its creative, as JSON text made once; the same words as in the peers. */
function creativeFragment({ w, h, mtype }: Fit): string {
  const crid = `creative-${w}x${h}`;
  const banner = `<a href="https://click.example/c?cr=${crid}" target="_blank"><img src="https://cdn.example/${crid}.jpg" width="${w}" height="${h}" alt="Advertisement"></a><img src="https://track.example/i?cr=${crid}&p=\${AUCTION_PRICE}" width="1" height="1">`;
  const video = `<VAST version="4.2"><Ad><InLine><AdSystem>bench</AdSystem><Impression><![CDATA[https://track.example/i?cr=${crid}&p=\${AUCTION_PRICE}]]></Impression><Creatives><Creative><Linear><Duration>00:00:15</Duration></Linear></Creative></Creatives></InLine></Ad></VAST>`;
  const fields = {
    adm: mtype === 1 ? banner : video,
    adomain: ['brand.example'],
    cid: 'campaign-1',
    crid,
    w,
    h,
    mtype,
  };
  return `,${JSON.stringify(fields).slice(1)}`;
}
