import type { Blackboard } from '../coordination/index.ts';
import type { Clock, FxTable, RandomStream, World } from '../kernel/index.ts';
import type { Ledger } from '../ledger/index.ts';
import type {
  BidRequest,
  ExchangeProfile,
  Imp,
  NoticeConfig,
  NoticeReader,
  Refusal,
  RequestReader,
} from '../openrtb/index.ts';
import type { OutcomeLog } from '../outcomes/index.ts';
import type { BidAgents } from './agents/bid-agents.ts';
import type { MakeGood } from './agents/make-goods.ts';
import type { TeamPolicy } from './agents/team/team-policy.ts';
import type { DealBook } from './deals/deal-book.ts';
import type { StatedAgents } from './decisions/agents-state.ts';
import type { DeliveryPlan } from './delivery-plan.ts';
import type { OutcomeListener } from './notice-desk.ts';
import type { Permissions } from './serving/bidder.ts';
import type { OpenBid } from './serving/candidate.ts';
import type { RunningCampaign } from './serving/running-campaign.ts';

/** What agents are given besides the campaigns. */
export interface AgentsContext {
  /** The ledger's time. */
  readonly clock: Clock;
  readonly random: RandomStream;
  /** Where agents of all bidders leave what the others should know. */
  readonly blackboard: Blackboard;
  readonly holder: string;
  /** What is booked, with what was delivered as far as is known. */
  readonly deals: DealBook;
}

/** A trained team that serves. */
export interface ServedPolicy {
  readonly name: string;
  /** SHA-256 that its file states. */
  readonly hash: string;
  /** Why it is no longer asked; null while it is. */
  readonly quarantined: string | null;
}

/** The agents as the engine runs them: asked on the bid path, told what came of it, and given time beside it. */
export interface EngineAgents extends BidAgents, OutcomeListener<OpenBid> {
  /** Once a second: plans, publishes, learns. */
  tick(campaigns: readonly RunningCampaign[]): Promise<void>;
  /** Nothing more was heard of a bid. */
  expired(bid: OpenBid): void;
  /** What each would say if asked, by its name; for people who watch. */
  messages(): Readonly<Record<string, string>>;
  /** The trained team that corrects them, where there is one. */
  readonly policy?: ServedPolicy | null;
  /** Lets another trained team correct them; those that began without one stay as they are. */
  serve?(policy: TeamPolicy): void;
  /** Who buys elsewhere what a deal is behind. */
  readonly makeGoods: readonly MakeGood[];
  /** Their state for those who record decisions; without it, decisions cannot be made again. */
  readonly stated?: StatedAgents;
  /** Takes part in nothing more. */
  close(): Promise<void>;
}

/** What one bidder process is made of. */
export interface EngineOptions {
  readonly world: World;
  readonly ledger: Ledger;
  /** Its name in the ledger and in its bid ids: 1 to 20 letters, digits and hyphens, never used by another run. */
  readonly holder: string;
  readonly plan: DeliveryPlan;
  readonly exchanges: readonly ExchangeProfile[];
  readonly notices: NoticeConfig;
  /** Reads what `notices` signed. */
  readonly readNotice: NoticeReader;
  readonly reader: RequestReader;
  readonly agents: (campaigns: readonly RunningCampaign[], context: AgentsContext) => EngineAgents;
  readonly permissions: (request: BidRequest) => Permissions;
  readonly supply: (request: BidRequest, exchange: string) => Refusal;
  /** Shared with other bidders; without it this one knows of itself only. */
  readonly blackboard?: Blackboard;
  readonly takesPath: (request: BidRequest, imp: Imp) => boolean;
  /** Seconds for which money is held for a bid, at most; a dead bidder's lease returns a little after that. @defaultValue 3600 */
  readonly longestHoldSeconds?: number;
  readonly fx?: FxTable;
  /** Most bids open at once; more are not made. */
  readonly maxOpenBids?: number;
  /** Where decisions and what becomes of them are written down: every bid, and one no-bid in so many. Without it, nowhere. */
  readonly outcomes?: {
    readonly log: Pick<OutcomeLog, 'append'>;
    readonly noBidsPerKept: number;
  };
  /** Where bills wait while the ledger is away. */
  readonly spoolPath: string;
}
