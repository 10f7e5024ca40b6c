import {
  type ExchangeBidder,
  type ExchangeReport,
  type SimulateExchangeOptions,
  simulateExchange,
} from '../../adauction/index.ts';
import { GavotteError, realClock, STEPS, traced } from '../../kernel/index.ts';
import { BucketCounts } from '../../telemetry/index.ts';
import { HttpClient } from './client.ts';
import type { Origin } from './connection.ts';
import { serveExchangeMetrics } from './exchange-metrics.ts';
import { Histogram, type Quantiles } from './histogram.ts';

const DEFAULT_CONNECTIONS = 64;
const MICROS_PER_SECOND = 1_000_000;
/** Notices are no auction: the exchange waits longer for their answer. */
const NOTICE_TIMEOUT_MS = 5_000;
/** A run in real time is short, so televisions and screens show what they bought sooner than they would. */
const SHORT_DELAYS_MS = { ctv: 4_000, dooh: 8_000 };
const DRAIN_MS = 20_000;

/** Which bidder to send traffic to, and how much; the rest as for `simulateExchange`. */
export interface ServeExchangeOptions extends Omit<SimulateExchangeOptions, 'world' | 'bidder' | 'onTick'> {
  /** `http://host:port`; requests go to `/openrtb2/bid/EXCHANGE` there. */
  readonly bidderUrl: string;
  /** Where notices go, whatever host their URLs name. @defaultValue `bidderUrl` */
  readonly noticesUrl?: string;
  /** Connections for bids, and as many for notices. @defaultValue 64 */
  readonly maxConnections?: number;
  /** Serves `/metrics` on 127.0.0.1 while it runs; without it, nowhere. */
  readonly metricsPort?: number;
  /** Called every second. */
  readonly onSecond?: (state: ServedSecond) => void;
}

/** How the exchange stands after a second. */
export interface ServedSecond {
  /** Since the start. */
  readonly seconds: number;
  readonly report: ExchangeReport;
  /** Requests sent in this second. */
  readonly requests: number;
  /** Time from request to answer in this second, in µs; late answers count with the time that they took. */
  readonly latencyMicros: Quantiles;
  /** Open connections, for bids and for notices. */
  readonly connections: number;
}

/** A finished run. */
export interface ServedExchange {
  readonly report: ExchangeReport;
  readonly latencyMicros: Quantiles;
  /** Answers to bid requests by HTTP status; `0` is none in time. */
  readonly statuses: Readonly<Record<string, number>>;
}

/**
 * Sends real traffic over HTTP to a bidder: open loop, so a slow bidder gets no fewer requests; answers after `tmax`
 * are timeouts; notices are called until they are answered. Ends after `seconds` and the notices that follow, or as
 * soon as `signal` aborts, with all connections closed.
 * @throws GV_BAD_INPUT for a URL that is not http or https, and as `simulateExchange`.
 */
export async function serveExchange(options: ServeExchangeOptions): Promise<ServedExchange> {
  const {
    bidderUrl,
    noticesUrl = bidderUrl,
    maxConnections = DEFAULT_CONNECTIONS,
    onSecond,
    metricsPort,
    ...rest
  } = options;
  const bids = new HttpClient(originOf(bidderUrl, 'bidderUrl'), { maxConnections });
  const notices = new HttpClient(originOf(noticesUrl, 'noticesUrl'), { maxConnections });
  const bidder = new HttpBidder(new URL(bidderUrl).host, bids, notices, tmaxOf(options));
  let seconds = 0;
  let before = 0;
  const metrics = metricsPort === undefined ? undefined : await serveExchangeMetrics(metricsPort, bidder);
  try {
    const report = await simulateExchange({
      drainMs: DRAIN_MS,
      ...rest,
      displayDelayMs: { ...SHORT_DELAYS_MS, ...options.displayDelayMs },
      world: { clock: realClock },
      bidder,
      onTick: (now) => {
        seconds += 1;
        bidder.answers = now.answers;
        onSecond?.({
          seconds,
          report: now,
          requests: now.requests - before,
          latencyMicros: bidder.recent.quantiles(),
          connections: bids.connections + notices.connections,
        });
        before = now.requests;
        bidder.recent.clear();
      },
    });
    return { report, latencyMicros: bidder.latency.quantiles(), statuses: bidder.statuses };
  } finally {
    bids.close();
    notices.close();
    await metrics?.close();
  }
}

function originOf(text: string, field: string): Origin {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const secure = url?.protocol === 'https:';
  if (url === undefined || !(secure || url.protocol === 'http:')) {
    throw new GavotteError('GV_BAD_INPUT', `${field} ${JSON.stringify(text)} is not an http or https URL`, {
      fix: `Give ${field} as http://host:port.`,
    });
  }
  const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port);
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port, secure };
}

/** Time limits by exchange; the longest is what a request may take at most. */
function tmaxOf({ exchanges = [] }: ServeExchangeOptions): ReadonlyMap<string, number> {
  return new Map(exchanges.map(({ name, tmaxMs }) => [name, tmaxMs]));
}

const DEFAULT_TMAX_MS = 120;

/** A bidder behind HTTP. */
class HttpBidder implements ExchangeBidder {
  readonly latency = new Histogram();
  readonly recent = new Histogram();
  readonly seconds = new BucketCounts('gavotte_exchange_seconds');
  answers: ExchangeReport['answers'] | undefined;
  readonly statuses: Record<string, number> = {};
  readonly #host: string;
  readonly #bids: HttpClient;
  readonly #notices: HttpClient;
  readonly #tmaxMs: ReadonlyMap<string, number>;

  constructor(host: string, bids: HttpClient, notices: HttpClient, tmaxMs: ReadonlyMap<string, number>) {
    this.#host = host;
    this.#bids = bids;
    this.#notices = notices;
    this.#tmaxMs = tmaxMs;
  }

  bid(exchange: string, body: Uint8Array): Promise<Uint8Array | null> {
    return traced(
      STEPS.exchangeRequest,
      () => ({ exchange }),
      () => this.#bid(exchange, body),
    );
  }

  async #bid(exchange: string, body: Uint8Array): Promise<Uint8Array | null> {
    const head =
      `POST /openrtb2/bid/${exchange} HTTP/1.1\r\nhost: ${this.#host}\r\ncontent-type: application/json\r\n` +
      `x-openrtb-version: 2.6\r\ncontent-length: ${body.length}\r\n\r\n`;
    const onLatency = (micros: number) => {
      this.latency.add(micros);
      this.recent.add(micros);
      this.seconds.observe(micros / MICROS_PER_SECOND);
    };
    let status = 0;
    try {
      const timeoutMs = this.#tmaxMs.get(exchange) ?? DEFAULT_TMAX_MS;
      const answer = await this.#bids.request(head, body, timeoutMs, onLatency);
      status = answer.status;
      if (status === 200) return answer.body;
      if (status === 204) return null;
      throw new GavotteError('GV_RESPONSE_INVALID', `status ${status} for a valid request`);
    } finally {
      this.statuses[status] = (this.statuses[status] ?? 0) + 1;
    }
  }

  async notice(url: string): Promise<number> {
    // Parsing leaves nothing in it that could end the request line.
    const { pathname, search, host } = new URL(url);
    const head = `GET ${pathname}${search} HTTP/1.1\r\nhost: ${host}\r\n\r\n`;
    const { status } = await this.#notices.request(head, undefined, NOTICE_TIMEOUT_MS);
    return status;
  }
}
