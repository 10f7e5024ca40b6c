import type { DeliveryPlan } from '../delivery/index.ts';
import { type Micros, type Money, money } from '../kernel/index.ts';
import type { BidderStatus, DealStatus } from '../services/index.ts';
import { cents } from './cents.ts';
import { safeText } from './safe-text.ts';
import { table } from './table.ts';

const BAR_WIDTH = 20;

/** How much of a whole is done, as a bar. */
export function bar(share: number): string {
  const filled = Math.max(0, Math.min(BAR_WIDTH, Math.round(share * BAR_WIDTH)));
  return '█'.repeat(filled) + '·'.repeat(BAR_WIDTH - filled);
}

/** What all bidders together have done, by campaign and by deal. */
export interface FleetTotals {
  readonly requests: number;
  readonly bids: number;
  readonly campaigns: readonly CampaignTotals[];
  readonly deals: readonly DealStatus[];
}

interface CampaignTotals {
  readonly id: string;
  readonly bids: number;
  readonly wins: number;
  readonly impressions: number;
  readonly clicks: number;
  readonly spentMicros: number;
  readonly reasons: ReadonlyMap<string, number>;
}

/** Adds up what several bidders tell of themselves. */
export function totalsOf(bidders: readonly BidderStatus[], plan: DeliveryPlan): FleetTotals {
  const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);
  return {
    requests: sum(bidders.map(({ requests }) => requests)),
    bids: sum(bidders.map(({ bids }) => bids)),
    campaigns: plan.campaigns.map(({ id }) => {
      const each = bidders.flatMap(({ campaigns }) => campaigns.filter((campaign) => campaign.id === id));
      return {
        id,
        bids: sum(each.map(({ bids }) => bids)),
        wins: sum(each.map(({ wins }) => wins)),
        impressions: sum(each.map(({ impressions }) => impressions)),
        clicks: sum(each.map(({ clicks }) => clicks)),
        spentMicros: sum(each.map(({ spentMicros }) => spentMicros)),
        reasons: addUp(each.map(({ reasons }) => reasons)),
      };
    }),
    deals: plan.deals.map(({ dealId, exchange, type, campaign, impressions }) => {
      const each = bidders.flatMap(({ deals }) =>
        deals.filter((deal) => deal.dealId === dealId && deal.exchange === exchange),
      );
      return {
        dealId,
        exchange,
        type,
        campaign,
        impressions,
        offered: sum(each.map(({ offered }) => offered)),
        committed: sum(each.map(({ committed }) => committed)),
        refused: Object.fromEntries(addUp(each.map(({ refused }) => refused))),
        releasedMicros: each.find(({ releasedMicros }) => releasedMicros !== null)?.releasedMicros ?? null,
      };
    }),
  };
}

/** What each agent of the first bidder last said. */
export function showAgents([first]: readonly BidderStatus[]): readonly string[] {
  return Object.entries(first?.agents ?? {}).map(
    ([name, message]) => `${name.padEnd(9)} ${safeText(message)}`,
  );
}

/** Campaigns and deals as a person wants to see them. `budgets` by campaign id. */
export function showFleet(totals: FleetTotals, budgets: ReadonlyMap<string, Money>): readonly string[] {
  const left = (title: string) => ({ title, align: 'left' as const, maxWidth: 40 });
  const right = (title: string) => ({ title, align: 'right' as const });
  const campaigns = totals.campaigns.map((each) => {
    const budget = budgets.get(each.id)!;
    const spent = money(each.spentMicros as Micros, budget.currency);
    return [
      safeText(each.id),
      String(each.bids),
      percent(each.wins, each.bids),
      String(each.impressions),
      String(each.clicks),
      cents(spent),
      `${bar(spent.amountMicros / budget.amountMicros)} of ${cents(budget)}`,
      topReason(each.reasons),
    ];
  });
  const deals = totals.deals.map((each) => [
    safeText(each.dealId),
    each.type,
    String(each.offered),
    String(each.committed),
    `${bar(each.committed / each.impressions)} of ${each.impressions}`,
    topReason(new Map(Object.entries(each.refused))),
  ]);
  return [
    ...table(
      [
        left('campaign'),
        right('bids'),
        right('won'),
        right('shown'),
        right('clicks'),
        right('spent'),
        left('budget'),
        left('mostly did not bid for'),
      ],
      campaigns,
    ),
    ...(deals.length === 0
      ? []
      : [
          '',
          ...table(
            [
              left('deal'),
              left('type'),
              right('offered'),
              right('taken'),
              left('impressions'),
              left('mostly refused for'),
            ],
            deals,
          ),
        ]),
  ];
}

function percent(part: number, whole: number): string {
  return whole === 0 ? '–' : `${Math.round((part / whole) * 100)} %`;
}

function topReason(reasons: ReadonlyMap<string, number>): string {
  const [top] = [...reasons].sort((a, b) => b[1] - a[1]);
  return top === undefined ? '' : `${top[0]} (${top[1]})`;
}

function addUp(counts: readonly Readonly<Record<string, number>>[]): ReadonlyMap<string, number> {
  const total = new Map<string, number>();
  for (const each of counts)
    for (const [name, count] of Object.entries(each)) total.set(name, (total.get(name) ?? 0) + count);
  return total;
}
