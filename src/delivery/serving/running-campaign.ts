import type { EpochMs } from '../../kernel/index.ts';
import type { AccountId } from '../../ledger/index.ts';
import {
  type CompiledCreative,
  type CreativeFacts,
  compileCreative,
  creativeFacts,
  type NoticeContext,
} from '../../openrtb/index.ts';
import type { Wallet } from '../money/wallet.ts';
import type { DeliveryCampaign } from '../types.ts';
import { ReasonCounts } from './reasons.ts';
import type { RunningExchange } from './running-exchange.ts';

/** Native answers repeat the ids of their request, so each distinct request has a compiled answer; these many are kept. */
const MAX_NATIVE = 200;

/** One creative as the bidder runs it. */
export interface RunningCreative {
  readonly facts: CreativeFacts;
  /** Until when it is not offered, by exchange that refused it (Q5). */
  readonly refusedUntil: Map<string, EpochMs>;
}

/** The lease that a bid is made under. */
export type SigningLease = Pick<Wallet, 'account' | 'epoch' | 'currency'>;

interface SigningContext {
  readonly account: AccountId;
  readonly epoch: number;
  readonly context: NoticeContext;
}

/** One campaign with all that the bid path keeps about it. */
export class RunningCampaign {
  readonly index: number;
  readonly campaign: DeliveryCampaign;
  /** Its money of today; each day of a campaign has an account of its own. */
  wallet: Wallet;
  readonly creatives: readonly RunningCreative[];
  /** Why it did not bid, once per imp that it was asked for. */
  readonly reasons = new ReasonCounts();
  bids = 0;
  wins = 0;
  impressions = 0;
  clicks = 0;
  /** Micros paid by notices that came to this process, of open auction and deals. */
  spent = 0;
  /** Micros paid in the open auction by all processes, as far as is known here: in all, and today. */
  openSpent = 0;
  spentToday = 0;
  /** Micros of the open auction that Pacing planned by now, and for the next second; 0 until its first tick. */
  planned = 0;
  plannedNextSecond = 0;
  /** Micros that it and those beside it may still spend, by the cap of the account above; until it is read, no limit. */
  groupFree = Number.MAX_SAFE_INTEGER;
  /** By exchange; by index for what does not depend on the request. */
  readonly #compiled = new Map<RunningExchange, Map<number | string, CompiledCreative | null>>();
  /** By exchange and deal. */
  readonly #contexts = new Map<RunningExchange, Map<string, SigningContext>>();

  constructor(index: number, campaign: DeliveryCampaign, wallet: Wallet) {
    this.index = index;
    this.campaign = campaign;
    this.wallet = wallet;
    this.creatives = campaign.creatives.map((creative) => ({
      facts: creativeFacts(creative),
      refusedUntil: new Map(),
    }));
  }

  /** The creative ready for an exchange (and for a native slot); null when the exchange could not take it. */
  compiled(
    exchange: RunningExchange,
    creative: number,
    native: { readonly request: string; readonly ver: string } | undefined,
  ): CompiledCreative | null {
    const key = native === undefined ? creative : `${creative} ${native.ver}${native.request}`;
    const kept = keptFor(this.#compiled, exchange);
    let compiled = kept.get(key);
    if (compiled === undefined) {
      if (native !== undefined && kept.size > MAX_NATIVE) kept.clear();
      const result = compileCreative(this.campaign.creatives[creative]!, exchange.markup, {
        campaign: this.campaign.id,
        ...(native === undefined ? {} : { native }),
        ...(this.campaign.dsa === null ? {} : { dsa: this.campaign.dsa }),
      });
      compiled = result.ok ? result.compiled : null;
      kept.set(key, compiled);
    }
    return compiled;
  }

  /** What signs its bids on an exchange, for a deal or the open auction, under the present lease. */
  signing(exchange: RunningExchange, dealId: string, lease: SigningLease, holder: string): NoticeContext {
    const { account, epoch, currency } = lease;
    const kept = keptFor(this.#contexts, exchange);
    const known = kept.get(dealId);
    // Each day has an account of its own, whose epochs begin anew.
    if (known?.account === account && known.epoch === epoch) return known.context;
    const context = exchange.signer.context(exchange.name, {
      campaign: this.campaign.id,
      account,
      holder,
      epoch,
      currency,
      dealId,
    });
    kept.set(dealId, { account, epoch, context });
    return context;
  }
}

/** What is kept for one exchange, made when missing. */
function keptFor<K, V>(all: Map<RunningExchange, Map<K, V>>, exchange: RunningExchange): Map<K, V> {
  let kept = all.get(exchange);
  if (kept === undefined) {
    kept = new Map();
    all.set(exchange, kept);
  }
  return kept;
}
