import type { BookedPlan } from '../campaign/index.ts';
import { cents } from './cents.ts';
import { safeText } from './safe-text.ts';
import { type Column, table } from './table.ts';

const COLUMNS: readonly Column[] = [
  { title: 'deal', align: 'left' },
  { title: 'seller', align: 'left', maxWidth: 36 },
  { title: 'type', align: 'left' },
  { title: 'impressions', align: 'right' },
  { title: 'CPM', align: 'right' },
  { title: 'committed', align: 'right' },
  { title: 'flight', align: 'left' },
];

/** The deals that stand, what failed, and where the budget is. */
export function showDeals(
  booked: BookedPlan,
  nameOf: (sellerId: string) => string = (id) => id,
): readonly string[] {
  const rows = booked.bookedDeals.map((deal) => [
    deal.dealId,
    nameOf(deal.sellerId),
    deal.dealType,
    deal.impressions.toLocaleString('en-US'),
    cents(deal.finalCpm),
    cents(deal.committed),
    `${deal.flight.start} – ${deal.flight.end}`,
  ]);
  const failures = booked.failedBookings.map((failed) => {
    const what = failed.outcome === 'unknown' ? 'UNKNOWN, still reserved' : 'not booked';
    return `${what}: ${safeText(nameOf(failed.sellerId))}: ${safeText(failed.error)}`;
  });
  const total = `${booked.bookedDeals.length} deals, ${cents(booked.totalSpend)} committed, ${cents(booked.remainingBudget)} left`;
  return ['', ...table(COLUMNS, rows), ...failures, '', total];
}
