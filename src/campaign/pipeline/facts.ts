import type { BookedDeal, FailedBooking } from '../../deals/index.ts';
import type { EpochMs, ErrorInfo, Money } from '../../kernel/index.ts';
import type { Plan } from '../plan.ts';
import type { CampaignStatus, DealStatus } from './states.ts';

/** What a person is asked before it happens. */
export const APPROVAL_STAGES = ['plan', 'booking'] as const;
/** One of `APPROVAL_STAGES`. */
export type ApprovalStage = (typeof APPROVAL_STAGES)[number];

/** A booked deal, and the channel that it was bought for. */
export interface DealOfChannel extends BookedDeal {
  readonly channel: string;
}

/** One thing that became true of a campaign. */
export type CampaignFact =
  | { readonly kind: 'created'; readonly tenant: string; readonly brief: string }
  | { readonly kind: 'moved'; readonly from: CampaignStatus; readonly to: CampaignStatus }
  /** `notes`: what a person should know of how it came about. */
  | { readonly kind: 'planned'; readonly plan: Plan; readonly notes: readonly string[] }
  | {
      readonly kind: 'approval-requested';
      readonly approval: string;
      readonly stage: ApprovalStage;
      readonly planHash: string;
      readonly expiresAt: EpochMs;
    }
  | { readonly kind: 'approval-decided'; readonly approval: string; readonly isGranted: boolean }
  | { readonly kind: 'approval-used'; readonly approval: string }
  /** All channels are done: what all of them came to. */
  | {
      readonly kind: 'booked';
      readonly planHash: string;
      readonly deals: readonly DealOfChannel[];
      readonly failed: readonly FailedBooking[];
      readonly committed: Money;
    }
  /** Creatives by channel, as the bidder gets them. */
  | {
      readonly kind: 'creatives-assigned';
      readonly creatives: Readonly<Record<string, readonly string[]>>;
    }
  | {
      readonly kind: 'deal-moved';
      readonly booking: string;
      readonly from: DealStatus;
      readonly to: DealStatus;
    }
  /** Delivery has come so far; sums since the beginning. */
  | {
      readonly kind: 'delivered';
      readonly until: EpochMs;
      readonly spent: Money;
      readonly impressions: number;
    }
  /** A deal was behind, and others took over: money from its account to theirs. */
  | {
      readonly kind: 'made-good';
      readonly task: string;
      readonly booking: string;
      readonly missing: number;
      readonly taken: readonly {
        readonly by: string;
        readonly impressions: number;
        readonly amount: Money;
      }[];
    }
  /** A step did not succeed; it changed nothing but what other entries say. */
  | { readonly kind: 'failed'; readonly step: string; readonly error: ErrorInfo };

/** A line of a campaign's journal. */
export interface CampaignEntry {
  /** Over all campaigns; rises. */
  readonly seq: number;
  /** `advertiser/campaign`, its place in the ledger. */
  readonly campaign: string;
  readonly at: EpochMs;
  /** Who did it: a person, a key, or the part of the system. */
  readonly actor: string;
  /** Why, in words. */
  readonly reason: string;
  readonly fact: CampaignFact;
}
