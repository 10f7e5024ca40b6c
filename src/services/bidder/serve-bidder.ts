import {
  DeliveryEngine,
  type DeliveryPlan,
  type EngineOptions,
  pathJudge,
  privacyJudge,
  supplyJudge,
} from '../../delivery/index.ts';
import { GavotteError, type World } from '../../kernel/index.ts';
import type { Ledger } from '../../ledger/index.ts';
import { Authorisations, noticeExchange, noticeReader, wasmReader } from '../../openrtb/index.ts';
import { serveBids } from '../bid-server/serve-bids.ts';
import { bidderApplication } from './bidder-application.ts';
import type { BidderSettings } from './bidder-settings.ts';
import { type BidderStatus, bidderStatus } from './bidder-status.ts';

/** What a bidder process needs. */
export interface ServeBidderOptions {
  readonly world: World;
  readonly ledger: Ledger;
  /** Its name in the ledger; no two runs share one. */
  readonly holder: string;
  readonly plan: DeliveryPlan;
  readonly settings: BidderSettings;
  /** Secrets that notice URLs are signed with, of at least 32 bytes; the first signs. */
  readonly noticeKeys: readonly Uint8Array[];
  readonly agents: EngineOptions['agents'];
  /** Where bills wait on disk while the ledger is away. */
  readonly spoolPath: string;
  readonly port: number;
  readonly host: string;
  /** Several processes may share one port. */
  readonly reusePort?: boolean;
  /** Hears of a round of the ledger or of the agents that failed; bidding goes on while leases live. */
  readonly onTrouble?: (error: GavotteError) => void;
}

/** A bidder that listens. */
export interface RunningBidder {
  readonly url: string;
  status(): BidderStatus;
  /** Stops bidding, drains, gives back its money. */
  close(): Promise<void>;
}

const TICK_MS = 1_000;

/**
 * Runs one bidder process: bids at `POST /openrtb2/bid/EXCHANGE`, notices at `/n/…`, `/livez`, `/readyz`, `/status`.
 * @throws GV_BAD_INPUT when the port cannot be had or settings are wrong.
 */
export async function serveBidder(options: ServeBidderOptions): Promise<RunningBidder> {
  const engine = new DeliveryEngine(engineOptions(options));
  let isReady = false;
  const server = await serveBids({
    application: bidderApplication(engine, () => isReady),
    port: options.port,
    host: options.host,
    ...(options.reusePort === undefined ? {} : { reusePort: options.reusePort }),
  });
  const stop = new AbortController();
  const { clock } = options.world;
  const round = async () => {
    try {
      await engine.tick();
      isReady = true;
    } catch (error) {
      options.onTrouble?.(GavotteError.from(error));
    }
  };
  await round();
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
    status: () => bidderStatus(engine),
    close: async () => {
      stop.abort();
      await ticking;
      await server.close();
      await engine.close();
    },
  };
}

function engineOptions(options: ServeBidderOptions): EngineOptions {
  const { world, settings } = options;
  const { exchanges } = settings;
  const notices = {
    baseUrl: settings.noticeUrl,
    keys: options.noticeKeys,
    exchanges: exchanges.map((profile) => noticeExchange(profile)),
  };
  return {
    world,
    ledger: options.ledger,
    holder: options.holder,
    plan: options.plan,
    exchanges,
    notices,
    readNotice: noticeReader(notices),
    reader: wasmReader(),
    agents: options.agents,
    permissions: privacyJudge(settings.privacy),
    supply: supplyJudge({
      exchanges,
      authorisations: new Authorisations(),
      policy: settings.supply,
      clock: world.clock,
    }),
    takesPath: pathJudge(world.clock),
    spoolPath: options.spoolPath,
  };
}
