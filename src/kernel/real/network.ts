import type { LookupFunction } from 'node:net';
import { Agent, buildConnector, type Dispatcher, Pool } from 'undici';
import { GavotteError } from '../errors.ts';
import { checkUrl, originSet } from '../guard.ts';
import { guardedLookup, type Resolve, systemResolve } from '../guard-lookup.ts';
import type { HttpRequest, HttpResponse, Network } from '../world.ts';
import { readBody } from './network-body.ts';

/** Largest body, inflated, unless the caller says less. */
const DEFAULT_MAX_BYTES = 5_000_000;
/** Sockets per origin: one seller can hold up no more than these. */
const CONNECTIONS_PER_ORIGIN = 8;
const CONNECT_TIMEOUT_MS = 10_000;

export interface RealNetworkOptions {
  /** Origins that may be plain http and private. */
  readonly allowPrivate: readonly string[];
  /** @internal replaced by tests */
  readonly resolve?: Resolve;
}

/**
 * The operating system's network behind the guard: every URL is checked before a packet leaves, every name is
 * connected to at the addresses that were checked, redirects are returned and never followed.
 */
export function createRealNetwork(options: RealNetworkOptions): Network {
  const allowPrivate = originSet(options.allowPrivate);
  const lookup = guardedLookup(options.resolve ?? systemResolve);
  // An idle pool is dropped by the agent, so memory follows the sellers in use.
  const agent = new Agent({
    factory: (origin, poolOptions) =>
      new Pool(origin, {
        ...poolOptions,
        connections: CONNECTIONS_PER_ORIGIN,
        connect: connector(allowPrivate.has(new URL(origin).origin) ? undefined : lookup),
      }),
  });
  return {
    request: (request, { signal, maxBytes }) =>
      untilAborted(signal, async (cutOff) => {
        const { url } = checkUrl(request.url, allowPrivate);
        return exchange(agent, url, request, cutOff, maxBytes ?? DEFAULT_MAX_BYTES);
      }),
    // A graceful end would wait for connections that are still being made for requests long given up.
    close: () => agent.destroy(),
  };
}

/** Says that a connection was never made, so that nothing can have been sent. */
class NotConnected extends Error {}

function connector(lookup: LookupFunction | undefined): buildConnector.connector {
  const connect = buildConnector({
    allowH2: false,
    timeout: CONNECT_TIMEOUT_MS,
    ...(lookup === undefined ? {} : { lookup }),
  });
  return (target, callback) =>
    connect(target, (...[error, socket]) => {
      if (error === null) callback(null, socket);
      else if (error instanceof GavotteError) callback(error, null);
      else callback(new NotConnected(error.message, { cause: error }), null);
    });
}

async function exchange(
  agent: Dispatcher,
  url: URL,
  request: HttpRequest,
  signal: AbortSignal,
  maxBytes: number,
): Promise<HttpResponse> {
  try {
    const answer = await agent.request({
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method: request.method,
      headers: { 'accept-encoding': 'gzip, deflate, br', ...request.headers },
      body: request.body ?? null,
      signal,
    });
    // A body that is dropped unread reports that as an error nobody waits for.
    answer.body.on('error', () => {});
    const headers = flatHeaders(answer.headers);
    const encoding = headers['content-encoding'] ?? '';
    const body = await readBody(
      answer.body,
      { encoding, length: headers['content-length'] ?? '' },
      maxBytes,
    ).finally(() => answer.body.destroy());
    return { status: answer.statusCode, headers, body };
  } catch (error) {
    throw networkError(error, url);
  }
}

function flatHeaders(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name.toLowerCase(),
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );
}

function networkError(error: unknown, url: URL): GavotteError {
  if (error instanceof GavotteError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return error instanceof NotConnected
    ? new GavotteError('GV_NETWORK_REFUSED', `cannot connect to ${url.origin}: ${reason}`, {
        fix: 'Check the address, and that the peer is up.',
        cause: error.cause,
      })
    : new GavotteError('GV_NETWORK_LOST', `the connection to ${url.origin} broke: ${reason}`, {
        cause: error,
      });
}

/**
 * Runs `work` and rejects the moment `signal` aborts, whatever state the socket is in: a request that waits
 * for a connection would otherwise not notice.
 */
function untilAborted<T>(signal: AbortSignal, work: (cutOff: AbortSignal) => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const cutOff = new AbortController();
    const onAbort = () => {
      const error = new GavotteError('GV_CANCELLED', 'the request was cancelled');
      reject(error);
      cutOff.abort(error);
    };
    if (signal.aborted) {
      onAbort();
      return;
    }
    signal.addEventListener('abort', onAbort, { once: true });
    work(cutOff.signal)
      .finally(() => signal.removeEventListener('abort', onAbort))
      .then(resolve, reject);
  });
}
