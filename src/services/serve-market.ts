import type { HttpHandler, World } from '../kernel/index.ts';
import { createMarket, type MarketSeller, marketSize } from '../market/index.ts';
import { BucketCounts, SCRAPE_CONTENT_TYPE, scrapeText } from '../telemetry/index.ts';
import { processMetrics } from './process-metrics.ts';
import { type RunningServer, serveHandler } from './serve-handler.ts';
import { timedHandler } from './timed-handler.ts';

/** Which market to serve, and where. */
export interface ServeMarketOptions extends Pick<World, 'clock'> {
  /** Honest sellers. */
  readonly sellers: number;
  readonly seed: number | string;
  /** Adds one seller of every kind of liar. */
  readonly liars?: boolean;
  /** The registry's, which also serves `/metrics`; sellers take the ports after it. 0 gives everyone a free one. */
  readonly port: number;
  /** @defaultValue '127.0.0.1' */
  readonly host?: string;
  /** Awaited when a seller holds a contract and has not yet answered. */
  readonly onBooked?: (sellerId: string, dealId: string) => Promise<void>;
}

/** One seller that is being served. */
export type ServedSeller = Omit<MarketSeller, 'handler'>;

/** A market that listens. */
export interface RunningMarket {
  readonly registryUrl: string;
  readonly sellers: readonly ServedSeller[];
  /** Origins a buyer has to allow, since they are neither https nor public. */
  readonly origins: readonly string[];
  /** Every seller's books by seller id: the truth that nobody's ledger can argue with. */
  books(): ReadonlyMap<string, MarketSeller['books']>;
  close(): Promise<void>;
}

/**
 * Starts a registry and its sellers over real HTTP, each on a port of its own.
 * @throws GV_BAD_INPUT when a port cannot be had.
 */
export async function serveMarket(options: ServeMarketOptions): Promise<RunningMarket> {
  const count = marketSize(options);
  const host = options.host ?? '127.0.0.1';
  // Cards and registry carry the ports, so all listen before the market is made.
  const handlers: HttpHandler[] = [];
  const listening = await Promise.allSettled(
    Array.from({ length: count + 1 }, (_none, index) =>
      serveHandler((request) => handlers[index]!(request), {
        port: options.port === 0 ? 0 : options.port + index,
        host,
      }),
    ),
  );
  const servers = listening.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  const failed = listening.find((each) => each.status === 'rejected');
  if (failed !== undefined) {
    await closeAll(servers);
    throw failed.reason;
  }
  const [registry, ...sellerServers] = servers;
  const market = createMarket({
    clock: options.clock,
    sellers: options.sellers,
    seed: options.seed,
    baseUrl: (index) => sellerServers[index]!.url,
    ...(options.liars === undefined ? {} : { liars: options.liars }),
    ...(options.onBooked === undefined ? {} : { onBooked: options.onBooked }),
  });
  const times = [
    new BucketCounts('gavotte_http_seconds'),
    ...market.sellers.map(() => new BucketCounts('gavotte_http_seconds')),
  ];
  const names = ['registry', ...market.sellers.map(({ id }) => id)];
  const metrics = () =>
    scrapeText(processMetrics, (scrape) => {
      for (const [index, server] of names.entries())
        scrape.addHistogram('gavotte_http_seconds', { server }, times[index]!);
    });
  for (const [index, handler] of [market.registry, ...market.sellers.map(({ handler }) => handler)].entries())
    handlers.push(timedHandler(handler, times[index]!));
  handlers[0] = withMetrics(handlers[0]!, metrics);
  return {
    registryUrl: registry!.url,
    sellers: market.sellers.map(({ handler: _handler, ...seller }) => seller),
    origins: servers.map(({ url }) => url),
    books: () => new Map(market.sellers.map(({ id, books }) => [id, books])),
    close: () => closeAll(servers),
  };
}

/** Answers `GET /metrics` before anything else. */
function withMetrics(handler: HttpHandler, metrics: () => string): HttpHandler {
  return (request) =>
    new URL(request.url).pathname === '/metrics'
      ? Promise.resolve({ status: 200, headers: { 'content-type': SCRAPE_CONTENT_TYPE }, body: metrics() })
      : handler(request);
}

async function closeAll(servers: readonly RunningServer[]): Promise<void> {
  await Promise.all(servers.map((server) => server.close()));
}
