/** Seconds: 10 µs to 100 ms, around what a decision takes. */
const DECISION_BOUNDS = [
  0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
];
/** Seconds: what a call over a network takes. */
const CALL_BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
/** Seconds from a bid to its bill: an instant for a banner, an hour for a screen. */
const LAG_BOUNDS = [0.1, 0.5, 1, 5, 15, 60, 300, 900, 1_800, 3_600, 7_200];
/** Units of a currency for a thousand impressions. */
const PRICE_BOUNDS = [0.1, 0.25, 0.5, 1, 2, 3, 5, 7.5, 10, 15, 20, 30, 50, 100];

/** What is known of a metric before anything is measured. */
export interface MetricInfo {
  readonly type: 'counter' | 'gauge' | 'histogram';
  /** One line for people. */
  readonly help: string;
  /** `currency` is whole units of the currency that a label names. */
  readonly unit: 'seconds' | 'bytes' | 'currency' | 'ratio' | 'records' | 'count' | 'flag';
  readonly labels: readonly string[];
  /** The kind of process that serves it. */
  readonly from: 'every' | 'bidder' | 'desk' | 'market' | 'exchange' | 'auditor' | 'learner';
  /** Upper bounds of a histogram's buckets, rising. */
  readonly bounds?: readonly number[];
}

/**
 * Every metric of every process: whoever publishes one takes its name, type and labels from here, and rules, dashboards
 * and their tests know no other. Names follow Prometheus’ conventions: base units, counters end in `_total`.
 */
export const METRICS = {
  process_cpu_seconds_total: counter('every', 'seconds', 'Processor time of this process'),
  process_resident_memory_bytes: gauge('every', 'bytes', 'Resident memory of this process'),

  gavotte_bid_requests_total: counter('bidder', 'count', 'Bid requests by how they ended', ['outcome']),
  gavotte_no_bids_total: counter('bidder', 'count', 'Requests without a bid by main reason', ['reason']),
  gavotte_decision_seconds: histogram('bidder', 'seconds', 'Time to decide a request', DECISION_BOUNDS),
  gavotte_bid_price_cpm: histogram('bidder', 'currency', 'Prices bid, CPM', PRICE_BOUNDS, ['currency']),
  gavotte_bids_total: counter('bidder', 'count', 'Bids made', ['campaign']),
  gavotte_wins_total: counter('bidder', 'count', 'Win notices, copies left out', ['campaign']),
  gavotte_impressions_total: counter('bidder', 'count', 'Impressions billed, copies left out', ['campaign']),
  gavotte_clicks_total: counter('bidder', 'count', 'Clicks', ['campaign']),
  gavotte_spend_total: counter('bidder', 'currency', 'Paid by notices that came to this process', [
    'campaign',
    'currency',
  ]),
  gavotte_budget: gauge('bidder', 'currency', 'Total budget of the flight', ['campaign', 'currency']),
  gavotte_budget_utilisation_ratio: gauge(
    'bidder',
    'ratio',
    'Open-auction spend of all processes, of the total budget',
    ['campaign'],
  ),
  gavotte_pacing_error_ratio: gauge(
    'bidder',
    'ratio',
    'Spend ahead of plan, of the total budget; below 0 is behind',
    ['campaign'],
  ),
  gavotte_planned_spend_per_second: gauge('bidder', 'currency', 'What the plan spends in a second now', [
    'campaign',
    'currency',
  ]),
  gavotte_open_auction_spend: gauge('bidder', 'currency', 'Paid in the open auction, of all processes', [
    'campaign',
    'currency',
  ]),
  gavotte_campaign_active: gauge('bidder', 'flag', '1 while in flight', ['campaign']),
  gavotte_campaign_halted: gauge('bidder', 'flag', '1 while it has nothing to show', ['campaign']),
  gavotte_lease_outstanding: gauge('bidder', 'currency', 'Leased and not yet paid', ['campaign', 'currency']),
  gavotte_promised: gauge('bidder', 'currency', 'Promised in open bids', ['campaign', 'currency']),
  gavotte_open_reservations: gauge('bidder', 'count', 'Bids whose money is held'),
  gavotte_reservation_age_seconds: gauge('bidder', 'seconds', 'Age of the oldest open bid'),
  gavotte_notices_total: counter('bidder', 'count', 'Notices by how they ended', ['end']),
  gavotte_duplicate_notices_total: counter('bidder', 'count', 'Bills that had been paid before'),
  gavotte_notice_lag_seconds: histogram('bidder', 'seconds', 'From a bid to its bill', LAG_BOUNDS),
  gavotte_reconcile_backlog: gauge('bidder', 'count', 'Bills that wait on disk, or are disputed', ['kind']),
  gavotte_clock_skew_seconds: gauge('bidder', 'seconds', 'This machine’s clock ahead of the ledger’s'),
  gavotte_outcomes_waiting: gauge('bidder', 'records', 'Records that are not in the outcome log yet'),
  gavotte_outcomes_dropped_total: counter(
    'bidder',
    'records',
    'Records that the outcome log will never have',
  ),
  gavotte_policy_info: gauge('bidder', 'flag', '1 for the team that serves', ['policy', 'version']),
  gavotte_policy_quarantined: gauge('bidder', 'flag', '1 while a team is no longer asked', ['policy']),

  gavotte_http_seconds: histogram('market', 'seconds', 'Time to answer over HTTP', CALL_BOUNDS, ['server']),

  gavotte_exchange_answers_total: counter('exchange', 'count', 'Answers to bid requests', ['answer']),
  gavotte_exchange_seconds: histogram('exchange', 'seconds', 'From request to answer', CALL_BOUNDS),

  gavotte_seller_call_seconds: histogram('desk', 'seconds', 'Calls of a seller', CALL_BOUNDS, ['seller']),
  gavotte_seller_failures_total: counter('desk', 'count', 'Calls that failed by error code', [
    'seller',
    'code',
  ]),
  gavotte_seller_breaker_open: gauge(
    'desk',
    'flag',
    '1 after a call was refused as the seller keeps failing, until one is made',
    ['seller'],
  ),

  gavotte_ledger_imbalance: gauge(
    'auditor',
    'currency',
    'How far a balance of the ledger is from what its journal adds up to, at most; 0 or a bug',
    ['currency'],
  ),
  gavotte_accounts_over_cap: gauge('auditor', 'count', 'Accounts that hold more than their cap'),
  gavotte_audit_differences: gauge('auditor', 'count', 'Differences of ledger and outcome log now', ['kind']),
  gavotte_audit_differences_total: counter('auditor', 'count', 'Differences that were ever found'),
  gavotte_audit_records_total: counter('auditor', 'records', 'Records read; copies apart', ['kind']),
  gavotte_audit_bills_under_way: gauge('auditor', 'count', 'Bills whose other side may be under way'),
  gavotte_audit_checks_total: counter('auditor', 'count', 'Comparisons with the ledger since the start'),
  gavotte_audit_failures_total: counter('auditor', 'count', 'Times ledger or log could not be read'),

  gavotte_consumer_lag_records: gauge('learner', 'records', 'Records not yet consumed', ['consumer']),
  gavotte_drift_ratio: gauge('learner', 'ratio', 'Evidence of drift, of what raises an alarm', ['series']),
} as const satisfies Readonly<Record<string, MetricInfo>>;

/** A name in the table. */
export type MetricName = keyof typeof METRICS;

/** Values for the labels of a metric. */
export type LabelsOf<N extends MetricName> = Readonly<Record<(typeof METRICS)[N]['labels'][number], string>>;

type From = MetricInfo['from'];
type Unit = MetricInfo['unit'];

function counter<const L extends readonly string[] = readonly []>(
  from: From,
  unit: Unit,
  help: string,
  labels?: L,
) {
  return { type: 'counter', from, unit, help, labels: (labels ?? []) as L } as const;
}

function gauge<const L extends readonly string[] = readonly []>(
  from: From,
  unit: Unit,
  help: string,
  labels?: L,
) {
  return { type: 'gauge', from, unit, help, labels: (labels ?? []) as L } as const;
}

function histogram<const L extends readonly string[] = readonly []>(
  from: From,
  unit: Unit,
  help: string,
  bounds: readonly number[],
  labels?: L,
) {
  return { type: 'histogram', from, unit, help, bounds, labels: (labels ?? []) as L } as const;
}
