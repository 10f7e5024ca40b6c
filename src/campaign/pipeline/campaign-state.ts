import type { FailedBooking } from '../../deals/index.ts';
import { type EpochMs, type ErrorInfo, GavotteError, type Money } from '../../kernel/index.ts';
import { type CampaignBrief, parseBrief } from '../brief/index.ts';
import type { Plan } from '../plan.ts';
import { type Approval, approvalFrom } from './approvals.ts';
import type { CampaignEntry, DealOfChannel } from './facts.ts';
import type { CampaignStatus, DealStatus } from './states.ts';

/** A booked deal of a campaign. */
export interface CampaignDeal extends DealOfChannel {
  readonly status: DealStatus;
}

/** What a campaign's journal adds up to. */
export interface CampaignState {
  /** `advertiser/campaign`. */
  readonly id: string;
  readonly tenant: string;
  readonly status: CampaignStatus;
  readonly brief: CampaignBrief;
  /** As it was given. */
  readonly briefText: string;
  /** The newest plan; null before there is one, and when it can no longer be booked. */
  readonly plan: Plan | null;
  readonly notes: readonly string[];
  /** Newest last. */
  readonly approvals: readonly Approval[];
  readonly deals: readonly CampaignDeal[];
  readonly failedBookings: readonly FailedBooking[];
  /** Of the plan that was booked last; null before. */
  readonly bookedPlan: string | null;
  readonly creatives: Readonly<Record<string, readonly string[]>> | null;
  /** How far delivery has come; null before it began. */
  readonly delivered: {
    readonly until: EpochMs;
    readonly spent: Money;
    readonly impressions: number;
  } | null;
  readonly makeGoods: readonly Extract<CampaignEntry['fact'], { kind: 'made-good' }>[];
  /** Why the last step failed; null when it did not. */
  readonly failure: ErrorInfo | null;
  readonly createdAt: EpochMs;
  readonly changedAt: EpochMs;
  /** The last line of its journal. */
  readonly seq: number;
}

/** Adds one line; `state` is undefined before the first. */
export function withEntry(state: CampaignState | undefined, entry: CampaignEntry): CampaignState {
  const { fact, at, seq } = entry;
  if (fact.kind === 'created') return begun(entry, fact);
  if (state === undefined)
    throw new GavotteError(
      'GV_INTERNAL',
      `the journal of ${entry.campaign} does not begin with its creation`,
    );
  const changed = { ...state, changedAt: at, seq };
  switch (fact.kind) {
    case 'moved':
      return { ...changed, status: fact.to, failure: null };
    case 'planned':
      return { ...changed, plan: fact.plan, notes: fact.notes, failure: null };
    case 'approval-requested':
    case 'approval-decided':
    case 'approval-used':
      return { ...changed, approvals: approvalFrom(state.approvals, entry, fact) };
    case 'booked':
      return {
        ...changed,
        bookedPlan: fact.planHash,
        failedBookings: fact.failed,
        deals: fact.deals.map((deal) => ({
          ...deal,
          status: state.deals.find(({ bookingId }) => bookingId === deal.bookingId)?.status ?? 'booked',
        })),
      };
    case 'creatives-assigned':
      return { ...changed, creatives: fact.creatives };
    case 'deal-moved':
      return {
        ...changed,
        deals: state.deals.map((deal) =>
          deal.bookingId === fact.booking ? { ...deal, status: fact.to } : deal,
        ),
      };
    case 'delivered': {
      const { until, spent, impressions } = fact;
      return { ...changed, delivered: { until, spent, impressions } };
    }
    case 'made-good':
      return { ...changed, makeGoods: [...state.makeGoods, fact] };
    case 'failed':
      return { ...changed, failure: fact.error, ...(fact.step === 'book' ? { plan: null } : {}) };
  }
}

function begun(
  { campaign, at, seq }: CampaignEntry,
  { tenant, brief }: Extract<CampaignEntry['fact'], { kind: 'created' }>,
): CampaignState {
  return {
    id: campaign,
    tenant,
    status: 'draft',
    brief: parseBrief(brief, campaign),
    briefText: brief,
    plan: null,
    notes: [],
    approvals: [],
    deals: [],
    failedBookings: [],
    bookedPlan: null,
    creatives: null,
    delivered: null,
    makeGoods: [],
    failure: null,
    createdAt: at,
    changedAt: at,
    seq,
  };
}
