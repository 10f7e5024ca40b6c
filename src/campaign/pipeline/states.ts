import { GavotteError } from '../../kernel/index.ts';

/** Where a campaign stands. */
export const CAMPAIGN_STATUSES = [
  'draft',
  'planning',
  'booking',
  'ready',
  'active',
  'paused',
  'pacing_hold',
  'completed',
  'canceled',
] as const;
/** One of `CAMPAIGN_STATUSES`. */
export type CampaignStatus = (typeof CAMPAIGN_STATUSES)[number];

/** Where a booked deal stands, as the campaign sees it. */
export const DEAL_STATUSES = [
  'booked',
  'delivering',
  'makegood_pending',
  'completed',
  'failed',
  'cancelled',
] as const;
/** One of `DEAL_STATUSES`. */
export type DealStatus = (typeof DEAL_STATUSES)[number];

/** The moves that are allowed, from each state; none from the last ones (IAB buyer agent, state machines). */
type Moves<Status extends string> = Readonly<Record<Status, readonly Status[]>>;

/** A campaign goes back to planning only as long as nothing runs. */
export const CAMPAIGN_MOVES: Moves<CampaignStatus> = {
  draft: ['planning', 'canceled'],
  planning: ['booking', 'canceled'],
  booking: ['ready', 'planning', 'canceled'],
  ready: ['active', 'planning', 'canceled'],
  active: ['paused', 'pacing_hold', 'completed', 'canceled'],
  paused: ['active', 'canceled'],
  pacing_hold: ['active', 'paused', 'canceled'],
  completed: [],
  canceled: [],
};

/** A deal that is behind waits for its make-good, and goes on. */
export const DEAL_MOVES: Moves<DealStatus> = {
  booked: ['delivering', 'cancelled'],
  delivering: ['makegood_pending', 'completed', 'failed', 'cancelled'],
  makegood_pending: ['delivering', 'completed', 'failed', 'cancelled'],
  completed: [],
  failed: [],
  cancelled: [],
};

/** @throws GV_MOVE_FORBIDDEN naming what is allowed instead. */
export function requireMove<Status extends string>(
  moves: Moves<Status>,
  what: string,
  from: Status,
  to: Status,
): void {
  const allowed = moves[from];
  if (allowed.includes(to)) return;
  throw new GavotteError('GV_MOVE_FORBIDDEN', `${what} is ${from} and cannot become ${to}`, {
    fix:
      allowed.length === 0 ? `It is ${from} for good.` : `From ${from} it can become ${allowed.join(', ')}.`,
    details: { from, to, allowed },
  });
}
