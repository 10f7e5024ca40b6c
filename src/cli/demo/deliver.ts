import { dirname, join } from 'node:path';
import type { AuditorStatus } from '../../audit/index.ts';
import { bookedDealTerms, sampleCampaign } from '../../campaign/index.ts';
import { TEAM_SCHEMA, TeamPolicy, teamAgents } from '../../delivery/index.ts';
import { type EpochMs, type Micros, type Money, money, type World } from '../../kernel/index.ts';
import { openLedger, sqliteStore } from '../../ledger/index.ts';
import { readPolicyFile } from '../../neural/index.ts';
import { openSegmentedLog } from '../../outcomes/index.ts';
import { type SimulatedDelivery, simulateDelivery } from '../../services/index.ts';
import { auditOfRun } from '../audit-of-run.ts';
import type { CommandContext } from '../command.ts';
import { behind } from '../commands/outcomes-option.ts';
import { SAMPLE_EXCHANGE, sampleSettings, trafficExchange } from '../commands/sample-exchange.ts';
import { showAgents, showFleet, totalsOf } from '../delivery-view.ts';
import { LiveBlock } from '../live-block.ts';
import { stderrScreen } from '../progress.ts';
import { SAMPLE_TEAM } from './sample-team.ts';

/** Traffic of the demo: a minute and a half of the first noon of the flight, mostly television. */
const SECONDS = 90;
const QPS = 120;
const KILL_AT = 30;
const PLAIN_LINE_EVERY_S = 15;
const DAY_MS = 86_400_000;
/** Of no-bids one in so many is written down. */
const KEPT_NO_BIDS = 10;

/** What delivery came to, in the demo's JSON. */
export interface DeliveryOutcome {
  readonly requests: number;
  readonly bids: number;
  readonly impressions: number;
  /** What the exchange billed. */
  readonly billed: Money;
  /** What the ledger has paid; the same. */
  readonly settled: Money;
  readonly dealImpressions: number;
  readonly biddersKilled: number;
  readonly disputedBills: number;
  readonly violations: number;
  /** Bookings and delivery, by the outcome log and by the ledger. */
  readonly auditor: AuditorStatus;
}

/**
 * Delivers what the demo booked: two bidders run the booked deals beside the open auction, against an exchange, in
 * virtual time at the first noon of the flight, out of the very ledger of the bookings. One bidder is killed.
 */
export async function deliver(parts: {
  readonly world: World;
  readonly ledgerFile: string;
  readonly account: string;
  readonly budget: Money;
  readonly flight: { readonly start: string; readonly end: string };
  readonly seed: string;
  readonly context: CommandContext;
}): Promise<DeliveryOutcome> {
  const { world, account, budget, flight, context } = parts;
  const { output, signal } = context;
  const books = (clock: World['clock']) =>
    openLedger({ store: sqliteStore(world.storage.openDatabase(parts.ledgerFile)), clock });
  const reading = await books(world.clock);
  const before = (await reading.account(account))!;
  const start = Date.parse(`${flight.start}T00:00:00Z`) as EpochMs;
  const end = (Date.parse(`${flight.end}T00:00:00Z`) + DAY_MS) as EpochMs;
  const usd = (micros: number) => money(micros as Micros, budget.currency);
  const free = usd(before.cap - before.reserved - before.leased - before.settled);
  const campaign = sampleCampaign({
    id: 'spring-launch',
    account,
    budget: free,
    dailyBudget: usd(Math.ceil((free.amountMicros * DAY_MS) / (end - start))),
    maxCpm: usd(30_000_000),
    clickValue: usd(4_000_000),
    start,
    end,
    seats: { [SAMPLE_EXCHANGE]: 'acme-seat' },
  });
  const deals = await bookedDealTerms(reading, {
    account,
    campaign: campaign.id,
    tradedOn: () => ({ exchange: SAMPLE_EXCHANGE, seat: 'acme-seat' }),
    format: 'video',
    countries: [],
  });
  await reading.close();
  const plan = { campaigns: [campaign], deals };
  const settings = sampleSettings('https://bidder.example');
  const live = new LiveBlock(stderrScreen);
  const budgets = new Map([[campaign.id, free]]);
  output.note(
    `Delivery: ${deals.length} booked deals and the open auction, two bidders, one cap; ${SECONDS} s of traffic in virtual time.`,
  );
  const folder = join(dirname(parts.ledgerFile), 'outcomes');
  const written = await openSegmentedLog({ world, folder });
  const log = behind(written);
  const audited = await books(world.clock);
  const audit = await auditOfRun({ world, ledger: audited, folder });
  const team = new TeamPolicy(readPolicyFile(SAMPLE_TEAM, 'the demo’s team', TEAM_SCHEMA));
  const { days, scenario } = team.provenance;
  output.note(`The agents are corrected by a team that was trained on ${days} simulated days (${scenario}).`);
  const result = await simulateDelivery({
    seed: parts.seed,
    seconds: SECONDS,
    qps: QPS,
    bidders: 2,
    killAt: KILL_AT,
    plan,
    settings,
    agents: teamAgents(team),
    startAt: (start + DAY_MS / 2) as EpochMs,
    faults: { duplicated: 0.1, late: 0.02, forged: 0.05 },
    mix: { places: { site: 0.15, app: 0.1, ctv: 0.75, dooh: 0 }, deals: 0.6 },
    exchanges: settings.exchanges.map(trafficExchange),
    signal,
    openLedger: books,
    outcomes: { log, noBidsPerKept: KEPT_NO_BIDS },
    onSecond: ({ second, report, bidders }) => {
      const killed = second >= KILL_AT && second < KILL_AT + 5 ? '  one bidder was killed' : '';
      const head = `${second} s  ${report.requests} requests  ${report.total.bids} bids  ${report.total.impressions} shown  ${bidders.length} bidders${killed}`;
      if (live.isWatched)
        live.draw([head, '', ...showFleet(totalsOf(bidders, plan), budgets), '', ...showAgents(bidders)]);
      else if (second % PLAIN_LINE_EVERY_S === 0 && second <= SECONDS) output.note(head);
    },
  });
  output.print(['', ...showFleet(totalsOf(result.bidders, plan), budgets)].join('\n'));
  const after = await books(world.clock);
  const { settled } = (await after.account(account))!;
  await after.close();
  await log.settled();
  const auditor = await audit.end();
  await audited.close();
  await written.close();
  return { ...outcomeOf(result, usd(settled - before.settled), budget.currency), auditor };
}

function outcomeOf(
  { report, kills, disputedBills, audit }: SimulatedDelivery,
  settled: Money,
  currency: string,
): Omit<DeliveryOutcome, 'auditor'> {
  const { requests, total, byDeal } = report;
  return {
    requests,
    bids: total.bids,
    impressions: total.impressions,
    billed: money(total.acknowledgedMicros[currency] ?? 0, currency),
    settled,
    dealImpressions: Object.values(byDeal).reduce((sum, { impressions }) => sum + impressions, 0),
    biddersKilled: kills,
    disputedBills,
    violations: audit.violations.length,
  };
}
