import {
  type CompiledCreative,
  type CreativeFacts,
  type CreativeFormat,
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
  /** Whether it may be bid, by exchange; set by loss notices and by people (Q5). */
  readonly refusedBy: Set<string>;
}

/** One campaign with all that the bid path keeps about it. */
export class RunningCampaign {
  readonly index: number;
  readonly campaign: DeliveryCampaign;
  /** Its money of today; each day of a campaign has an account of its own. */
  wallet: Wallet;
  readonly creatives: readonly RunningCreative[];
  /** Indexes of its creatives. */
  readonly byFormat: Readonly<Record<CreativeFormat, readonly number[]>>;
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
  /** Micros that it and those beside it may still spend, by the cap of the account above; until it is read, no limit. */
  groupFree = Number.MAX_SAFE_INTEGER;
  readonly #compiled = new Map<string, CompiledCreative | null>();
  readonly #contexts = new Map<string, { readonly epoch: number; readonly context: NoticeContext }>();

  constructor(index: number, campaign: DeliveryCampaign, wallet: Wallet) {
    this.index = index;
    this.campaign = campaign;
    this.wallet = wallet;
    this.creatives = campaign.creatives.map((creative) => ({
      facts: creativeFacts(creative),
      refusedBy: new Set(),
    }));
    const ofFormat = (format: CreativeFormat) =>
      [...campaign.creatives.keys()].filter((at) => campaign.creatives[at]!.format === format);
    this.byFormat = {
      banner: ofFormat('banner'),
      video: ofFormat('video'),
      audio: ofFormat('audio'),
      native: ofFormat('native'),
    };
  }

  /** The creative ready for an exchange (and for a native slot); null when the exchange could not take it. */
  compiled(
    exchange: RunningExchange,
    creative: number,
    native: { readonly request: string; readonly ver: string } | undefined,
  ): CompiledCreative | null {
    const key = `${exchange.name} ${creative} ${native === undefined ? '' : native.ver + native.request}`;
    let compiled = this.#compiled.get(key);
    if (compiled === undefined) {
      if (native !== undefined && this.#compiled.size > MAX_NATIVE) this.#compiled.clear();
      const result = compileCreative(this.campaign.creatives[creative]!, exchange.markup, {
        campaign: this.campaign.id,
        ...(native === undefined ? {} : { native }),
        ...(this.campaign.dsa === null ? {} : { dsa: this.campaign.dsa }),
      });
      compiled = result.ok ? result.compiled : null;
      this.#compiled.set(key, compiled);
    }
    return compiled;
  }

  /** What signs its bids on an exchange, for a deal or the open auction, under the present lease. */
  signing(exchange: RunningExchange, dealId: string, wallet: Wallet, holder: string): NoticeContext {
    const key = `${exchange.name} ${dealId}`;
    const known = this.#contexts.get(key);
    if (known?.epoch === wallet.epoch) return known.context;
    const context = exchange.signer.context(exchange.name, {
      campaign: this.campaign.id,
      account: wallet.account,
      holder,
      epoch: wallet.epoch,
      currency: wallet.currency,
      dealId,
    });
    this.#contexts.set(key, { epoch: wallet.epoch, context });
    return context;
  }
}
