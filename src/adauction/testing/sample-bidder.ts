import { sha256 } from '../../kernel/index.ts';
import type { ExchangeBidder } from '../exchange/options.ts';
import type { WireDeal, WireImp, WireRequest } from '../wire.ts';
import { MACROS, type SampleBid, sampleBid, sampleResponse } from './sample-bids.ts';

/** What the sample bidder believes, to hold against the exchange's books. */
export interface SampleBooks {
  readonly spendMicros: Record<string, number>;
  impressions: number;
  readonly refused: Record<string, number>;
  readonly accepted: Record<string, number>;
}

interface OpenBid {
  readonly price: number;
  readonly currency: string;
  readonly test: boolean;
  /** The kind of notice that spends. */
  readonly billedBy: string;
}

/**
 * A small honest bidder over the wire: bids on every imp, under a deal when it has one, signs its notice URLs, counts
 * each billing once. It stands in for the real one where the exchange itself is tested.
 */
export class SampleBidder implements ExchangeBidder {
  readonly books: SampleBooks = { spendMicros: {}, impressions: 0, refused: {}, accepted: {} };
  readonly #seat: string;
  readonly #cpmMicros: number;
  readonly #open = new Map<string, OpenBid>();
  readonly #seen = new Set<string>();

  constructor(options: { seat: string; cpmMicros: number }) {
    this.#seat = options.seat;
    this.#cpmMicros = options.cpmMicros;
  }

  bid(exchange: string, body: Uint8Array): Uint8Array | null {
    const request = JSON.parse(Buffer.from(body).toString()) as WireRequest;
    const { wseat = [], bseat = [] } = request;
    if ((wseat.length > 0 && !wseat.includes(this.#seat)) || bseat.includes(this.#seat)) return null;
    const bids = request.imp.flatMap((imp) => this.#bidOn(request, imp, exchange));
    return bids.length === 0 ? null : sampleResponse(request, bids, this.#seat);
  }

  #bidOn(request: WireRequest, imp: WireImp, exchange: string): readonly SampleBid[] {
    const deal = imp.pmp?.deals.find((each: WireDeal) => each.wseat?.includes(this.#seat));
    if (deal === undefined && imp.pmp?.private_auction === 1) return [];
    const id = `${exchange}-${request.id}-${imp.id}`;
    const bid = sampleBid(request, imp, deal, { id, cpmMicros: this.#cpmMicros, url: signedUrl });
    this.#open.set(id, {
      price: Math.round(bid.price * 1e6),
      currency: request.cur?.[0] ?? 'USD',
      test: request.test === 1,
      billedBy: bid.burl === undefined ? 'imp' : 'bill',
    });
    return [bid];
  }

  async notice(url: string): Promise<number> {
    const verdict = this.#judge(new URL(url));
    const counts = verdict === '' ? this.books.accepted : this.books.refused;
    const name = verdict === '' ? new URL(url).pathname : verdict;
    counts[name] = (counts[name] ?? 0) + 1;
    return verdict === '' ? 204 : 400;
  }

  /** Why it is refused; '' when it is not. */
  #judge(url: URL): string {
    const kind = url.pathname.split('/')[2] ?? '';
    const [bidId = '', mac] = (url.searchParams.get('t') ?? '').split('.');
    if (mac !== macOf(bidId, kind)) return 'forged';
    const bid = this.#open.get(bidId);
    const price = url.searchParams.get('p') ?? '';
    if (bid === undefined) return 'unknown';
    if (url.search.includes('${')) return 'unsubstituted';
    if (price === 'AUDIT') return '';
    if (kind !== 'click' && kind !== 'loss') {
      if (!/^\d+(\.\d{1,6})?$/.test(price) || Number(price) * 1e6 > bid.price + 0.5) return 'price';
      if (url.searchParams.get('c') !== bid.currency) return 'currency';
    }
    if (kind === bid.billedBy && !bid.test && !this.#seen.has(bidId)) this.#pay(bidId, bid, url);
    return '';
  }

  #pay(bidId: string, bid: OpenBid, url: URL): void {
    this.#seen.add(bidId);
    const price = Math.round(Number(url.searchParams.get('p')) * 1e6);
    const owed = Math.ceil((price * Number(url.searchParams.get('m'))) / 1_000);
    this.books.impressions += 1;
    this.books.spendMicros[bid.currency] = (this.books.spendMicros[bid.currency] ?? 0) + owed;
  }
}

function macOf(bidId: string, kind: string): string {
  return sha256(`secret ${bidId} ${kind}`).slice(0, 16);
}

function signedUrl(bidId: string, kind: string): string {
  return `https://bidder.example/n/${kind}?t=${bidId}.${macOf(bidId, kind)}${MACROS[kind] ?? ''}`;
}
