import { type EpochMs, GavotteError } from '../../kernel/index.ts';
import type { ApprovalStage, CampaignEntry, CampaignFact } from './facts.ts';

/** A person's yes or no to one plan at one stage. It counts once, and until its time. */
export interface Approval {
  readonly id: string;
  readonly stage: ApprovalStage;
  readonly planHash: string;
  readonly requestedAt: EpochMs;
  readonly expiresAt: EpochMs;
  /** null until somebody decided. */
  readonly decision: {
    readonly isGranted: boolean;
    readonly by: string;
    readonly note: string;
    readonly at: EpochMs;
  } | null;
  /** When what it allows was begun; null before. */
  readonly usedAt: EpochMs | null;
}

/** Where an approval stands. */
export type ApprovalStatus = 'requested' | 'granted' | 'rejected' | 'used' | 'expired';

/** Where it stands at `now`. */
export function approvalStatus(approval: Approval, now: EpochMs): ApprovalStatus {
  const { usedAt, decision, expiresAt } = approval;
  if (usedAt !== null) return 'used';
  if (decision !== null && !decision.isGranted) return 'rejected';
  if (now >= expiresAt) return 'expired';
  return decision === null ? 'requested' : 'granted';
}

/** The newest approval of a stage for a plan. */
export function newestApproval(
  approvals: readonly Approval[],
  stage: ApprovalStage,
  planHash: string,
): Approval | undefined {
  return approvals.findLast((each) => each.stage === stage && each.planHash === planHash);
}

/**
 * Checks a decision before it is written down.
 * @throws GV_BAD_INPUT for an approval that is not there, GV_PLAN_CHANGED when it is about another plan than the person
 * has seen, GV_MOVE_FORBIDDEN when it was decided before or its time is over.
 */
export function requireDecidable(
  approvals: readonly Approval[],
  decision: { readonly approval: string; readonly planHash: string; readonly isGranted: boolean },
  now: EpochMs,
): Approval {
  const found = approvals.find(({ id }) => id === decision.approval);
  if (found === undefined)
    throw new GavotteError('GV_BAD_INPUT', `there is no approval ${JSON.stringify(decision.approval)}`, {
      fix: 'Give the id of an approval that the campaign waits for.',
    });
  if (found.planHash !== decision.planHash)
    throw new GavotteError(
      'GV_PLAN_CHANGED',
      `approval ${found.id} is for plan ${found.planHash}, not ${decision.planHash}`,
      { fix: 'Look at the plan that is to be approved, and give its hash.' },
    );
  const status = approvalStatus(found, now);
  if (status !== 'requested')
    throw new GavotteError('GV_MOVE_FORBIDDEN', `approval ${found.id} is ${status}`, {
      fix: status === 'expired' ? 'Plan again; that asks anew.' : 'Nothing is left to decide.',
    });
  return found;
}

/** The approvals after one more line of the journal. */
export function approvalFrom(
  approvals: readonly Approval[],
  entry: CampaignEntry,
  fact: Extract<CampaignFact, { approval: string }>,
): readonly Approval[] {
  const { at, actor, reason } = entry;
  if (fact.kind === 'approval-requested') {
    const { approval, stage, planHash, expiresAt } = fact;
    return [
      ...approvals,
      { id: approval, stage, planHash, requestedAt: at, expiresAt, decision: null, usedAt: null },
    ];
  }
  return approvals.map((each) => {
    if (each.id !== fact.approval) return each;
    if (fact.kind === 'approval-used') return { ...each, usedAt: at };
    return { ...each, decision: { isGranted: fact.isGranted, by: actor, note: reason, at } };
  });
}
