import type { NoBidReason } from '../../openrtb/index.ts';

/** How far the offers to a campaign came in one process since it began. */
export interface CampaignFunnel {
  readonly id: string;
  readonly currency: string;
  /** Micros: its whole budget, and what was paid. */
  readonly budget: number;
  readonly spent: number;
  readonly bids: number;
  readonly wins: number;
  readonly billed: number;
  /** Why it did not bid, once per impression that it was asked for. */
  readonly reasons: Readonly<Partial<Record<NoBidReason, number>>>;
}

/** How far the offers of a deal came, and why they were not taken. */
export interface DealFunnel {
  readonly exchange: string;
  readonly dealId: string;
  readonly campaign: string;
  readonly offered: number;
  readonly refused: Readonly<Record<string, number>>;
}

/** What one process counted so far. */
export interface ProcessFunnel {
  readonly holder: string;
  /** Wall milliseconds. */
  readonly at: number;
  /** Impressions on offer that anybody could have bid on. */
  readonly available: number;
  readonly campaigns: readonly CampaignFunnel[];
  readonly deals: readonly DealFunnel[];
}

/** One step of the funnel. */
export interface FunnelStep {
  readonly name: 'available' | 'eligible' | 'bid' | 'won' | 'billed';
  readonly count: number;
}

/** Something that keeps a campaign from spending. */
export interface FunnelLoss {
  readonly reason: string;
  readonly count: number;
  /** Micros that these would have cost at the rate of those that were bid on, at most what the budget has left. */
  readonly couldSpend: number;
  /** What would change it. */
  readonly change: string;
}

/** Why a campaign spends what it spends. */
export interface Funnel {
  readonly campaign: string;
  readonly currency: string;
  readonly budget: number;
  readonly spent: number;
  readonly steps: readonly FunnelStep[];
  /** Largest first. */
  readonly losses: readonly FunnelLoss[];
  /** The loss whose change would free most spend; null where nothing is lost. */
  readonly first: FunnelLoss | null;
  readonly deals: readonly DealFunnel[];
}

/** What the reasons ask for; what is not here is the exchange’s or the publisher’s to change. */
const CHANGES: Readonly<Record<string, string>> = {
  'not-eligible':
    'widen its targeting, seats and formats; or our own campaigns that are worth more took the place',
  'not-won': 'raise its goal value or its highest CPM, so that it bids more',
  'not-billed': 'ask the exchange why what is won is not shown: markup, timeouts, reviews',
  paced: 'raise its daily budget: it is held back to last the flight',
  'budget-spent': 'raise its budget, or the cap above it',
  'ledger-unavailable': 'see that the ledger can be reached: `gavotte doctor`',
  'below-floor': 'raise its highest CPM or its goal value',
  'value-too-low': 'raise its goal value: another of ours is worth more here',
  'frequency-capped': 'raise its frequency cap, or reach other people',
  'currency-unknown': 'run it in the currency that is asked for',
  'rate-stale': 'give exchange rates that are fresh',
  'size-not-offered': 'add creatives in the sizes that are offered',
  'format-not-offered': 'add creatives in the formats that are offered',
  'duration-not-accepted': 'add creatives of other lengths',
  'no-creative': 'add creatives, or have those refused reviewed again',
  'seat-missing': 'get a seat there',
  'seat-blocked': 'ask the exchange why its seat is blocked',
  'advertiser-blocked': 'nothing: publishers block the advertiser',
  'category-blocked': 'nothing: publishers block its category',
  'pod-full': 'add shorter creatives',
};
const NO_CHANGE = 'nothing of ours: what is offered does not take its creatives';

/**
 * The funnel of a campaign over all processes.
 * @param counted the newest of each process.
 * @returns undefined when none of them knows the campaign.
 */
export function funnelOf(campaign: string, counted: readonly ProcessFunnel[]): Funnel | undefined {
  const parts = counted.flatMap(({ campaigns }) => campaigns.filter(({ id }) => id === campaign));
  const [first] = parts;
  if (first === undefined) return undefined;
  const sum = (of: (part: CampaignFunnel) => number) => parts.reduce((total, part) => total + of(part), 0);
  const reasons = new Map<string, number>();
  for (const part of parts)
    for (const [reason, count] of Object.entries(part.reasons))
      reasons.set(reason, (reasons.get(reason) ?? 0) + count);
  const refused = [...reasons.values()].reduce((total, count) => total + count, 0);
  const [bids, wins, billed, spent] = [
    sum((part) => part.bids),
    sum((part) => part.wins),
    sum((part) => part.billed),
    sum((part) => part.spent),
  ];
  const eligible = refused + bids;
  const available = Math.max(
    eligible,
    counted.reduce((total, part) => total + part.available, 0),
  );
  const won = Math.max(wins, billed);
  const lost: readonly (readonly [string, number, number])[] = [
    ['not-eligible', available - eligible, perOne(spent, bids)],
    ...[...reasons].map(([reason, count]) => [reason, count, perOne(spent, bids)] as const),
    ['not-won', Math.max(0, bids - won), perOne(spent, won)],
    ['not-billed', won - billed, perOne(spent, billed)],
  ];
  const left = Math.max(0, first.budget - spent);
  const losses = lost
    .filter(([, count]) => count > 0)
    .map(([reason, count, each]) => ({
      reason,
      count,
      couldSpend: needsMoney(reason) ? Math.round(count * each) : Math.min(left, Math.round(count * each)),
      change: CHANGES[reason] ?? NO_CHANGE,
    }))
    .sort((a, b) => b.count - a.count);
  return {
    campaign,
    currency: first.currency,
    budget: first.budget,
    spent,
    steps: [
      { name: 'available', count: available },
      { name: 'eligible', count: eligible },
      { name: 'bid', count: bids },
      { name: 'won', count: won },
      { name: 'billed', count: billed },
    ],
    losses,
    first: losses.toSorted((a, b) => b.couldSpend - a.couldSpend)[0] ?? null,
    deals: dealsOf(campaign, counted),
  };
}

/** The deals of a campaign, added up over processes. */
function dealsOf(campaign: string, counted: readonly ProcessFunnel[]): readonly DealFunnel[] {
  const sums = new Map<string, DealFunnel>();
  for (const deal of counted.flatMap(({ deals }) => deals)) {
    if (deal.campaign !== campaign) continue;
    const key = `${deal.exchange} ${deal.dealId}`;
    const known = sums.get(key);
    const refused = { ...known?.refused };
    for (const [reason, count] of Object.entries(deal.refused))
      refused[reason] = (refused[reason] ?? 0) + count;
    sums.set(key, { ...deal, offered: (known?.offered ?? 0) + deal.offered, refused });
  }
  return [...sums.values()];
}

/** What one of them cost; 0 where nothing is known. */
function perOne(micros: number, count: number): number {
  return count > 0 ? micros / count : 0;
}

/** Whether the change is more money: then what is left of it bounds nothing. */
function needsMoney(reason: string): boolean {
  return reason === 'paced' || reason === 'budget-spent';
}
