import type { Blackboard } from '../../coordination/index.ts';
import {
  type DeliveryPlan,
  type EngineOptions,
  pathJudge,
  privacyJudge,
  supplyJudge,
} from '../../delivery/index.ts';
import type { World } from '../../kernel/index.ts';
import type { Ledger } from '../../ledger/index.ts';
import { Authorisations, noticeExchange, noticeReader, wasmReader } from '../../openrtb/index.ts';
import type { BidderSettings } from './bidder-settings.ts';

/** What a bidder process is put together from. */
export interface BidderParts {
  readonly world: World;
  readonly ledger: Ledger;
  /** Its name in the ledger; no two runs share one. */
  readonly holder: string;
  readonly plan: DeliveryPlan;
  readonly settings: BidderSettings;
  /** Secrets that notice URLs are signed with, of at least 32 bytes; the first signs. */
  readonly noticeKeys: readonly Uint8Array[];
  readonly agents: EngineOptions['agents'];
  /** Shared with other bidders; without it this one knows of itself only. */
  readonly blackboard?: Blackboard;
  /** Where bills wait on disk while the ledger is away. */
  readonly spoolPath: string;
  /** Where decisions and what becomes of them are written down; without it, nowhere. */
  readonly outcomes?: EngineOptions['outcomes'];
  /** What is known of who may sell; without it nothing is. */
  readonly authorisations?: Authorisations;
}

/** The engine of a bidder as its operator has set it up. @throws GV_BAD_INPUT for settings that cannot work. */
export function engineOptions(parts: BidderParts): EngineOptions {
  const { world, settings, noticeKeys, outcomes, authorisations = new Authorisations(), ...rest } = parts;
  const { exchanges, longestHoldSeconds } = settings;
  const notices = {
    baseUrl: settings.noticeUrl,
    keys: noticeKeys,
    exchanges: exchanges.map((profile) => noticeExchange(profile)),
  };
  return {
    ...rest,
    ...(outcomes === undefined ? {} : { outcomes }),
    world,
    exchanges,
    notices,
    readNotice: noticeReader(notices),
    reader: wasmReader(),
    permissions: privacyJudge(settings.privacy),
    supply: supplyJudge({
      exchanges,
      authorisations,
      policy: settings.supply,
      clock: world.clock,
    }),
    takesPath: pathJudge(world.clock),
    longestHoldSeconds,
  };
}
