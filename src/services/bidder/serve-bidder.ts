import { DeliveryEngine, type TeamPolicy } from '../../delivery/index.ts';
import { GavotteError } from '../../kernel/index.ts';
import { Authorisations, SupplyCrawler } from '../../openrtb/index.ts';
import { scrapeText } from '../../telemetry/index.ts';
import { serveBids } from '../bid-server/serve-bids.ts';
import { serverMetrics } from '../bid-server/server-metrics.ts';
import { timedBids } from '../bid-server/timed-bids.ts';
import { processMetrics } from '../process-metrics.ts';
import { bidderApplication } from './bidder-application.ts';
import { bidderMetrics } from './bidder-metrics.ts';
import { type BidderStatus, bidderStatus } from './bidder-status.ts';
import { type BidderParts, engineOptions } from './engine-options.ts';

/** What a bidder process needs besides its parts. */
export interface ServeBidderOptions extends BidderParts {
  readonly port: number;
  readonly host: string;
  /** Several processes may share one port. */
  readonly reusePort?: boolean;
  /** Hears of a round of the ledger or of the agents that failed; bidding goes on while leases live. */
  readonly onTrouble?: (error: GavotteError) => void;
  /** The team that is to serve, asked for every few seconds; undefined leaves the one that does. */
  readonly team?: () => Promise<TeamPolicy | undefined>;
}

/** A bidder that listens. */
export interface RunningBidder {
  readonly url: string;
  status(): BidderStatus;
  /** Stops bidding, drains, gives back its money. */
  close(): Promise<void>;
}

const TICK_MS = 250;
/** How often it is asked which team is to serve. */
const FOLLOW_MS = 5_000;

/**
 * Runs one bidder process: bids at `POST /openrtb2/bid/EXCHANGE`, notices at `/n/…`, `/livez`, `/readyz`, `/status`, `/metrics`.
 * @throws GV_BAD_INPUT when the port cannot be had or settings are wrong.
 */
export async function serveBidder(options: ServeBidderOptions): Promise<RunningBidder> {
  const { world, settings } = options;
  const authorisations = new Authorisations();
  const engine = new DeliveryEngine(engineOptions({ ...options, authorisations }));
  const crawler =
    settings.supplyCache === null
      ? undefined
      : new SupplyCrawler({ world, authorisations, path: settings.supplyCache });
  const status = () => bidderStatus(engine, crawler?.status ?? null);
  let isReady = false;
  const application = timedBids(
    bidderApplication(engine, { isReady: () => isReady, status, metrics: () => metrics() }),
  );
  const metrics = () =>
    scrapeText(
      processMetrics,
      serverMetrics(server.stats, application.times),
      bidderMetrics(engine, world.clock),
    );
  const server = await serveBids({
    application,
    port: options.port,
    host: options.host,
    ...(options.reusePort === undefined ? {} : { reusePort: options.reusePort }),
  });
  const stop = new AbortController();
  const { clock } = world;
  const round = async () => {
    try {
      await engine.tick();
      isReady = true;
    } catch (error) {
      options.onTrouble?.(GavotteError.from(error));
    }
  };
  await round();
  const crawling = crawler?.run(stop.signal);
  const following = follow(engine, options, stop.signal);
  const ticking = (async () => {
    for (;;) {
      try {
        await clock.sleep(TICK_MS, stop.signal);
      } catch {
        return;
      }
      await round();
    }
  })();
  return {
    url: `http://${options.host}:${server.port}`,
    status,
    close: async () => {
      stop.abort();
      await Promise.all([ticking, crawling, following]);
      await server.close();
      await engine.close();
    },
  };
}

/** Lets the team serve that is to, from its next policy tick on. */
async function follow(
  engine: DeliveryEngine,
  { team, world, onTrouble }: ServeBidderOptions,
  signal: AbortSignal,
): Promise<void> {
  if (team === undefined) return;
  while (!signal.aborted) {
    try {
      const wanted = await team();
      if (wanted !== undefined && wanted.hash !== engine.policy?.hash) engine.serve(wanted);
    } catch (error) {
      onTrouble?.(GavotteError.from(error));
    }
    await world.clock.sleep(FOLLOW_MS, signal).catch(() => {});
  }
}
