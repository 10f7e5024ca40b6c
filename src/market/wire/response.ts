import type { HttpRequest, HttpResponse } from '../../kernel/index.ts';

/**
 * How an answer leaves when it must not leave whole. A transport that knows these modes plays them; one that
 * does not sends `body` as it is.
 */
export type Delivery =
  /** `body` in pieces of `bytesPerChunk`, one every `everyMs`; over and over when `endless`. With `headersToo` even the head of the answer comes that way. */
  | {
      readonly mode: 'drip';
      readonly bytesPerChunk: number;
      readonly everyMs: number;
      readonly endless: boolean;
      readonly headersToo: boolean;
    }
  /** `body`, then spaces until `bytes` have left; gzipped when `gzip`. */
  | { readonly mode: 'flood'; readonly bytes: number; readonly gzip: boolean };

/** An answer of the market; a plain `HttpResponse` to whoever does not know `delivery`. */
export interface MarketResponse extends HttpResponse {
  readonly delivery?: Delivery;
}

/** A participant of the market as a function from request to answer. */
export type MarketHandler = (request: HttpRequest) => Promise<MarketResponse>;

/** Thrown instead of an answer: the transport cuts the connection. What was committed stays committed. */
export class DropConnection extends Error {
  override readonly name = 'DropConnection';
}

const JSON_HEADERS = { 'content-type': 'application/json' };

export function json(
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): MarketResponse {
  return { status, headers: { ...JSON_HEADERS, ...headers }, body: JSON.stringify(value) };
}

/** Error shape 2 of wire §1.6: `{"detail": "<text>"}`. */
export function plainError(
  status: number,
  detail: string,
  headers: Readonly<Record<string, string>> = {},
): MarketResponse {
  return json(status, { detail }, headers);
}

/** Error shape 1 of wire §1.6: `{"detail": {"error", "message", …}}`. */
export function codedError(
  status: number,
  error: string,
  message: string,
  extra: Readonly<Record<string, unknown>> = {},
): MarketResponse {
  return json(status, { detail: { error, message, ...extra } });
}

/** One entry of error shape 3 of wire §1.6. */
export interface ValidationDetail {
  readonly type: string;
  readonly loc: readonly (string | number)[];
  readonly msg: string;
  readonly input: unknown;
  readonly ctx?: Readonly<Record<string, unknown>>;
}

/** Error shape 3 of wire §1.6: FastAPI's 422. */
export function validationError(detail: readonly ValidationDetail[]): MarketResponse {
  return json(422, { detail });
}

/** Error shape 4 of wire §1.6: what an unhandled exception looks like. The server closes the connection after it. */
export function unhandled(): MarketResponse {
  return {
    status: 500,
    headers: { 'content-type': 'text/plain; charset=utf-8' },
    body: 'Internal Server Error',
  };
}
