import type { World } from '../../kernel/index.ts';
import type {
  CallOptions,
  Catalog,
  Deal,
  DealBookingRequest,
  DealsClient,
  NegotiationMessage,
  NegotiationReply,
  Product,
  Quote,
  QuoteRequest,
} from '../types.ts';
import { type SellerCall, SellerConnection } from './seller-call.ts';
import { catalogPage, readProduct } from './wire/catalog.ts';
import { bulkReply, dealEnvelope } from './wire/deal.ts';
import { negotiationBody, negotiationReply } from './wire/negotiation.ts';
import { quoteEnvelope, quoteRequestBody } from './wire/quote.ts';
import { readAs } from './wire/read.ts';

/** Time for one call unless told otherwise, ms (wire §1.7). */
const DEFAULT_TIMEOUT_MS = 30_000;
/** The contract's largest page. */
const PAGE_SIZE = 500;
/** Ten pages; what a seller lists beyond them is not read. */
const MAX_PRODUCTS = 5_000;
const CATALOG_BYTES = 5_000_000;
/** A quote or deal of the contract has about 2 kB. */
const ANSWER_BYTES = 256_000;

const read = { method: 'GET', maxBytes: ANSWER_BYTES, safe: true, shopping: false, books: false } as const;
const write = { method: 'POST', maxBytes: ANSWER_BYTES, safe: false, shopping: false, books: false } as const;

/** One seller's deal API over HTTP, as the IAB Tech Lab seller agent 2.4 speaks it. */
export class HttpDealsClient implements DealsClient {
  readonly sellerUrl: string;
  readonly #connection: SellerConnection;

  constructor(options: {
    sellerUrl: string;
    world: Pick<World, 'network' | 'clock' | 'random'>;
    /** Sent to this seller alone, as `X-Api-Key`; decides the price tier. */
    apiKey?: string;
    /** @defaultValue 30 000 */
    timeoutMs?: number;
  }) {
    this.#connection = new SellerConnection({
      baseUrl: options.sellerUrl,
      world: options.world,
      apiKey: options.apiKey,
      timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    });
    this.sellerUrl = this.#connection.baseUrl;
  }

  /** Reads page after page until the seller's total, an empty or a repeated page, or 5,000 products. */
  async listProducts(options: CallOptions = {}): Promise<Catalog> {
    const products = new Map<string, Product>();
    const invalid: Catalog['invalid'][number][] = [];
    for (let offset = 0; offset < MAX_PRODUCTS; ) {
      const path = `/products?limit=${PAGE_SIZE}&offset=${offset}`;
      const call: SellerCall = { ...read, what: 'catalog', path, maxBytes: CATALOG_BYTES, shopping: true };
      const page = readAs(catalogPage, await this.#connection.send(call, options), 'the catalog');
      const known = products.size + invalid.length;
      for (const entry of page.products.slice(0, MAX_PRODUCTS - offset)) {
        const item = readProduct(entry);
        if ('invalid' in item) invalid.push(item.invalid);
        else if (!products.has(item.product.productId)) products.set(item.product.productId, item.product);
      }
      offset += page.products.length;
      const gotNew = products.size + invalid.length > known;
      if (!gotNew || offset >= (page.total_count ?? 0)) break;
    }
    return { products: [...products.values()], invalid };
  }

  async requestQuote(request: QuoteRequest, options: CallOptions = {}): Promise<Quote> {
    const body = quoteRequestBody(request);
    const call: SellerCall = {
      ...write,
      what: 'quote',
      path: '/api/v1/quotes',
      body,
      safe: true,
      shopping: true,
    };
    return readAs(quoteEnvelope, await this.#connection.send(call, options), 'the quote');
  }

  async getQuote(quoteId: string, options: CallOptions = {}): Promise<Quote> {
    const call = { ...read, what: 'quote', path: `/api/v1/quotes/${encodeURIComponent(quoteId)}` };
    return readAs(quoteEnvelope, await this.#connection.send(call, options), 'the quote');
  }

  /** Never repeated here: whether to ask again is for who reserved the money. */
  async bookDeal(request: DealBookingRequest, options: CallOptions = {}): Promise<Deal> {
    const body = { idempotency_key: request.idempotencyKey, quote_id: request.quoteId };
    const call = { ...write, what: 'booking', path: '/api/v1/deals', body, books: true };
    return readAs(dealEnvelope, await this.#connection.send(call, options), 'the deal');
  }

  async getDeal(dealId: string, options: CallOptions = {}): Promise<Deal> {
    const call = { ...read, what: 'deal', path: `/api/v1/deals/${encodeURIComponent(dealId)}` };
    return readAs(dealEnvelope, await this.#connection.send(call, options), 'the deal');
  }

  async cancelDeal(dealId: string, options: CallOptions = {}): Promise<boolean> {
    const body = { operations: [{ action: 'cancel', deal_id: dealId }] };
    const call = { ...write, what: 'cancellation', path: '/api/v1/deals/bulk', body };
    const reply = readAs(bulkReply, await this.#connection.send(call, options), 'the cancellation');
    const [result] = reply.results;
    return result?.success === true && (result.deal_id == null || result.deal_id === dealId);
  }

  async negotiate(message: NegotiationMessage, options: CallOptions = {}): Promise<NegotiationReply> {
    const call: SellerCall = {
      ...write,
      what: 'negotiation',
      path: '/api/v1/negotiations/messages',
      body: negotiationBody(message),
      safe: true,
      shopping: true,
    };
    return readAs(negotiationReply, await this.#connection.send(call, options), 'the negotiation reply');
  }
}
