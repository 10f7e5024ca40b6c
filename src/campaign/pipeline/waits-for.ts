import type { EpochMs } from '../../kernel/index.ts';
import { approvalStatus, newestApproval } from './approvals.ts';
import type { CampaignState } from './campaign-state.ts';
import type { ApprovalStage } from './facts.ts';

/** What a campaign waits for. */
export type WaitsFor =
  | {
      readonly kind: 'approval';
      readonly approval: string;
      readonly stage: ApprovalStage;
      readonly planHash: string;
    }
  /** Nothing can be bought, a plan was rejected or could not be booked: somebody changes something and plans again. */
  | { readonly kind: 'plan'; readonly why: string }
  | { readonly kind: 'creatives'; readonly why: string }
  /** It is paused or held. */
  | { readonly kind: 'resume' }
  /** It runs. */
  | { readonly kind: 'delivery' }
  /** It is over. */
  | { readonly kind: 'nothing' };

/** What a campaign waits for at `now`; null where the next step can be taken. */
export function waitsFor(state: CampaignState, now: EpochMs): WaitsFor | null {
  switch (state.status) {
    case 'draft':
    case 'ready':
      return null;
    case 'planning':
      return planWaitsFor(state, now);
    case 'booking':
      return isBooked(state) ? gate(state, 'booking', now) : null;
    case 'active':
      return { kind: 'delivery' };
    case 'paused':
    case 'pacing_hold':
      return { kind: 'resume' };
    case 'completed':
    case 'canceled':
      return { kind: 'nothing' };
  }
}

/** Whether the plan as it is has been booked. */
export function isBooked({ plan, bookedPlan }: CampaignState): boolean {
  return plan !== null && bookedPlan === plan.hash;
}

function planWaitsFor(state: CampaignState, now: EpochMs): WaitsFor | null {
  const { plan, failure, notes } = state;
  if (failure !== null) return { kind: 'plan', why: failure.message };
  if (plan === null) return null;
  if (plan.cost.amountMicros === 0) return { kind: 'plan', why: notes.join('; ') || 'nothing can be bought' };
  return gate(state, 'plan', now);
}

function gate(
  { plan, approvals, brief }: CampaignState,
  stage: ApprovalStage,
  now: EpochMs,
): WaitsFor | null {
  if (!brief.approvals[stage] || plan === null) return null;
  const approval = newestApproval(approvals, stage, plan.hash);
  if (approval === undefined) return { kind: 'plan', why: `nobody was asked to approve the ${stage}` };
  const status = approvalStatus(approval, now);
  if (status === 'granted') return null;
  if (status === 'requested') return { kind: 'approval', approval: approval.id, stage, planHash: plan.hash };
  return { kind: 'plan', why: `the approval of the ${stage} is ${status}` };
}
