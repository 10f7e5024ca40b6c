import type { CampaignBrief, ChannelFindings, Plan } from '../campaign/index.ts';
import { effectiveCpmWaterfall, type NormalizedQuote } from '../deals/index.ts';
import { subtract } from '../kernel/index.ts';
import { cents } from './cents.ts';
import { safeText } from './safe-text.ts';
import { type Column, table } from './table.ts';
import { waterfallLines } from './waterfall.ts';

const QUOTE_COLUMNS: readonly Column[] = [
  { title: '', align: 'left' },
  { title: 'seller', align: 'left', maxWidth: 28 },
  { title: 'product', align: 'left', maxWidth: 30 },
  { title: 'type', align: 'left' },
  { title: 'impressions', align: 'right' },
  { title: 'asked', align: 'right' },
  { title: 'agreed', align: 'right' },
  { title: 'eff. CPM', align: 'right' },
  { title: 'score', align: 'right' },
  { title: 'cost', align: 'right' },
];
const REASON_COLUMNS: readonly Column[] = [
  { title: 'seller', align: 'left', maxWidth: 28 },
  { title: 'reason', align: 'left', maxWidth: 100 },
];

/** Everything learnt about one channel, as a person reads it: the ranking, the waterfalls of the picks, who was left out. */
export function showChannel(findings: ChannelFindings, width: number | undefined): readonly string[] {
  const names = new Map(findings.sellers.map((seller) => [seller.sellerId, seller.name]));
  const nameOf = (id: string) => names.get(id) ?? id;
  const picked = new Set(findings.picks.map((pick) => `${pick.sellerId}|${pick.quoteId}`));
  const isPick = (quote: NormalizedQuote) => picked.has(`${quote.sellerId}|${quote.quoteId}`);
  const rows = findings.ranked.map((quote) => [
    isPick(quote) ? '●' : '',
    nameOf(quote.sellerId),
    quote.quote.productName,
    quote.dealType,
    quote.quote.impressions.toLocaleString('en-US'),
    cents(quote.quote.finalCpm),
    cents(quote.quote.agreedCpm),
    cents(quote.effectiveCpm),
    quote.score.toFixed(2),
    cents(quote.cost),
  ]);
  const out = [
    ...findings.excluded.map((each) => [each.name, each.reason]),
    ...findings.quoteResults.flatMap((each) =>
      each.error === null ? [] : [[nameOf(each.sellerId), each.error.message]],
    ),
    ...findings.skipped.map((each) => [nameOf(each.sellerId), each.reason]),
  ];
  return [
    '',
    `${findings.channel}: ${findings.sellers.length} sellers asked, ${findings.ranked.length} quotes ranked (● = chosen)`,
    '',
    ...table(QUOTE_COLUMNS, rows, width),
    ...findings.ranked.filter(isPick).flatMap((quote) => showWaterfall(nameOf(quote.sellerId), quote)),
    ...(out.length === 0 ? [] : ['', 'Not chosen, and why', ...table(REASON_COLUMNS, out, width)]),
  ];
}

function showWaterfall(name: string, quote: NormalizedQuote): readonly string[] {
  const lines = waterfallLines(effectiveCpmWaterfall(quote));
  return ['', `  ${safeText(name)}`, ...lines.map((line) => `    ${line}`)];
}

/** What the plan would commit, and its hash. */
export function showPlanTotal(brief: CampaignBrief, plan: Plan): string {
  const picks = plan.channels.flatMap((channel) => channel.picks).length;
  const left = cents(subtract(brief.budget, plan.cost));
  return `\nPlan ${plan.hash.slice(0, 12)}: ${picks} deals for ${cents(plan.cost)} of ${cents(brief.budget)}, leaving ${left}`;
}
