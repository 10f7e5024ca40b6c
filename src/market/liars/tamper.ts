import type { HttpRequest } from '../../kernel/index.ts';
import type { Contract } from '../seller/books.ts';
import type { SellerServer } from '../seller/create-seller.ts';
import type { MarketHandler, MarketResponse } from '../wire/response.ts';

/** Which exchanges a lie is about. */
export interface Where {
  readonly method?: 'GET' | 'POST';
  readonly path: RegExp;
}

export const CATALOG: Where = { method: 'GET', path: /^\/products$/ };
export const CARD: Where = { method: 'GET', path: /^\/\.well-known\/agent(-card)?\.json$/ };
/** Asking for a quote and reading it again. */
export const QUOTES: Where = { path: /^\/api\/v1\/quotes(\/[^/]+)?$/ };
export const QUOTE_READ: Where = { method: 'GET', path: /^\/api\/v1\/quotes\/[^/]+$/ };
/** Booking a deal and reading it again. */
export const DEALS: Where = { path: /^\/api\/v1\/deals(\/(?!bulk|export)[^/]+)?$/ };
export const BOOKING: Where = { method: 'POST', path: /^\/api\/v1\/deals$/ };
export const NEGOTIATION: Where = { method: 'POST', path: /^\/api\/v1\/negotiations\/messages$/ };

export function isAt(request: HttpRequest, where: Where): boolean {
  const matches = where.path.test(new URL(request.url).pathname);
  return matches && (where.method === undefined || where.method === request.method);
}

/** The same seller, except that `answer` serves the exchanges at `where`. */
export function instead(
  server: SellerServer,
  where: Where,
  answer: (request: HttpRequest, honestly: MarketHandler) => Promise<MarketResponse>,
): SellerServer {
  const handler: MarketHandler = (request) =>
    isAt(request, where) ? answer(request, server.handler) : server.handler(request);
  return { ...server, handler };
}

/** The same seller, except that `change` edits its good answers at `where`. */
export function editing(
  server: SellerServer,
  where: Where,
  change: (reply: Reply, request: HttpRequest) => void,
): SellerServer {
  return instead(server, where, async (request, honestly) => {
    const response = await honestly(request);
    if (response.status !== 200) return response;
    const reply = new Reply(response.body);
    change(reply, request);
    return { ...response, body: reply.text() };
  });
}

/** The same seller, except that its books say what `change` says: what it lies about, it also enforces. */
export function booking(server: SellerServer, change: (contract: Contract) => Contract): SellerServer {
  const { books } = server;
  return {
    ...server,
    books: {
      ...books,
      contracts: () => books.contracts().map(change),
      liveContracts: () => books.liveContracts().map(change),
    },
  };
}

const RAW = '\u0000raw:';

/** A value that is written into the answer as it is, JSON or not. */
export function raw(text: string): string {
  return `${RAW}${text}${RAW}`;
}

/** A JSON answer that can be edited by dotted paths. */
export class Reply {
  readonly #root: unknown;

  constructor(body: string) {
    this.#root = JSON.parse(body);
  }

  get(path: string): unknown {
    return path.split('.').reduce<unknown>((value, key) => asObject(value)?.[key], this.#root);
  }

  /** Sets a member of an object that is there; elsewhere does nothing. */
  set(path: string, value: unknown): void {
    const keys = path.split('.');
    const last = keys.pop() ?? '';
    const parent = asObject(keys.length === 0 ? this.#root : this.get(keys.join('.')));
    if (parent !== undefined) parent[last] = value;
  }

  remove(path: string): void {
    this.set(path, undefined);
  }

  text(): string {
    const escaped = JSON.stringify(RAW).slice(1, -1);
    const pattern = new RegExp(
      `"${escaped.replaceAll('\\', '\\\\')}(.*?)${escaped.replaceAll('\\', '\\\\')}"`,
      'gs',
    );
    return JSON.stringify(this.#root).replace(
      pattern,
      (_all, text: string) => JSON.parse(`"${text}"`) as string,
    );
  }
}

function asObject(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
}
