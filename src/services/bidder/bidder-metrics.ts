import type { DeliveryEngine, RunningCampaign } from '../../delivery/index.ts';
import { type Clock, MICROS_PER_UNIT } from '../../kernel/index.ts';
import type { Publish, Scrape } from '../../telemetry/index.ts';

/** What a bidder has counted, read from where it counts: nothing is done on the bid path but to add. */
export function bidderMetrics(engine: DeliveryEngine, clock: Clock): Publish {
  return (scrape) => {
    decisions(scrape, engine);
    for (const running of engine.campaigns) campaign(scrape, running, clock.now(), engine.haltOf(running));
    money(scrape, engine, clock.monotonic());
    notices(scrape, engine);
    outcomes(scrape, engine);
    policy(scrape, engine);
  };
}

function decisions(scrape: Scrape, { bidder }: DeliveryEngine): void {
  for (const [reason, count] of bidder.reasons.entries())
    scrape.add('gavotte_no_bids_total', { reason }, count);
  for (const [currency, prices] of bidder.prices)
    scrape.addHistogram('gavotte_bid_price_cpm', { currency }, prices);
}

function campaign(scrape: Scrape, running: RunningCampaign, now: number, halt: string | null): void {
  const { wallet, openSpent } = running;
  const { id, currency, totalBudget, start, end } = running.campaign;
  const counted = { campaign: id };
  const paid = { campaign: id, currency };
  scrape.add('gavotte_bids_total', counted, running.bids);
  scrape.add('gavotte_wins_total', counted, running.wins);
  scrape.add('gavotte_impressions_total', counted, running.impressions);
  scrape.add('gavotte_clicks_total', counted, running.clicks);
  scrape.add('gavotte_campaign_active', counted, now >= start && now < end ? 1 : 0);
  scrape.add('gavotte_campaign_halted', counted, halt === null ? 0 : 1);
  scrape.add('gavotte_budget_utilisation_ratio', counted, openSpent / totalBudget);
  scrape.add('gavotte_pacing_error_ratio', counted, (openSpent - running.planned) / totalBudget);
  scrape.add('gavotte_spend_total', paid, running.spent / MICROS_PER_UNIT);
  scrape.add('gavotte_open_auction_spend', paid, openSpent / MICROS_PER_UNIT);
  scrape.add('gavotte_budget', paid, totalBudget / MICROS_PER_UNIT);
  scrape.add('gavotte_planned_spend_per_second', paid, running.plannedNextSecond / MICROS_PER_UNIT);
  scrape.add('gavotte_lease_outstanding', paid, (wallet.amount - wallet.settled) / MICROS_PER_UNIT);
  scrape.add('gavotte_promised', paid, wallet.promised / MICROS_PER_UNIT);
}

function money(scrape: Scrape, { purse, spool, clockSkewMs }: DeliveryEngine, now: number): void {
  scrape.add('gavotte_open_reservations', {}, purse.openBids);
  scrape.add('gavotte_reservation_age_seconds', {}, purse.oldestMs(now) / 1000);
  scrape.add('gavotte_reconcile_backlog', { kind: 'waiting' }, spool.size);
  scrape.add('gavotte_reconcile_backlog', { kind: 'disputed' }, spool.disputes);
  scrape.add('gavotte_clock_skew_seconds', {}, clockSkewMs / 1000);
}

function notices(scrape: Scrape, { desk }: DeliveryEngine): void {
  const { refused, ...ends } = desk.counts;
  let refusals = 0;
  for (const count of refused.values()) refusals += count;
  for (const [end, count] of Object.entries({ ...ends, refused: refusals }))
    scrape.add('gavotte_notices_total', { end }, count);
  scrape.add('gavotte_duplicate_notices_total', {}, ends.repeat);
  scrape.addHistogram('gavotte_notice_lag_seconds', {}, desk.lags);
}

function outcomes(scrape: Scrape, { journal }: DeliveryEngine): void {
  if (journal === null) return;
  scrape.add('gavotte_outcomes_waiting', {}, journal.waiting);
  scrape.add('gavotte_outcomes_dropped_total', {}, journal.dropped);
}

function policy(scrape: Scrape, { policy: served }: DeliveryEngine): void {
  if (served === null) return;
  const { name, hash, quarantined } = served;
  scrape.add('gavotte_policy_info', { policy: name, version: hash }, 1);
  scrape.add('gavotte_policy_quarantined', { policy: name }, quarantined === null ? 0 : 1);
}
