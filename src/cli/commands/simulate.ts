import type { Command } from 'commander';
import type { AuditorStatus } from '../../audit/index.ts';
import { openSampleBooks } from '../../campaign/index.ts';
import { type DeliveryPlan, parseDeliveryPlan } from '../../delivery/index.ts';
import { createRealWorld, type EpochMs, GavotteError, type Money, money } from '../../kernel/index.ts';
import { type Ledger, openLedger, sqliteStore } from '../../ledger/index.ts';
import {
  type BidderSettings,
  parseBidderSettings,
  type SimulatedDelivery,
  simulateDelivery,
} from '../../services/index.ts';
import { auditOfRun } from '../audit-of-run.ts';
import { cents } from '../cents.ts';
import type { CommandContext } from '../command.ts';
import { showAgents, showFleet, totalsOf } from '../delivery-view.ts';
import { LiveBlock } from '../live-block.ts';
import type { Report } from '../output.ts';
import { stderrScreen } from '../progress.ts';
import { positiveInt } from './common.ts';
import { type FaultOptions, withFaults } from './fault-options.ts';
import { behind, WRITE_OUTCOMES, writtenOutcomes } from './outcomes-option.ts';
import { agentsOf, POLICY_HELP, policyLine } from './policy-option.ts';
import { SAMPLE_EXCHANGE, sampleSettings, trafficExchange } from './sample-exchange.ts';
import { auditLine } from './serve-auditor.ts';
import { brokenRules } from './serve-exchange.ts';
import { simulateLog } from './simulate-log.ts';

interface SimulateOptions extends FaultOptions {
  readonly plan?: string;
  readonly settings?: string;
  readonly budget: number;
  readonly seconds: number;
  readonly qps: number;
  readonly bidders: number;
  readonly seed: string;
  readonly killAt?: number;
  readonly policy?: string;
  readonly outcomes?: string;
  readonly log?: string;
  readonly train?: string;
  readonly price: string;
}

const HOUR_MS = 3_600_000;
const PLAIN_LINE_EVERY_S = 10;
/** Of no-bids one in so many is written down. */
const KEPT_NO_BIDS = 10;

/** `gavotte simulate`: an exchange, bidders and a ledger in one process, in virtual time. */
export function configure(command: Command, context: CommandContext): void {
  withFaults(command)
    .option('--plan <file>', 'campaigns and deals to run; without it, a sample')
    .option('--settings <file>', 'the exchanges and rules of the bidders; needed with --plan')
    .option('--budget <usd>', 'whole dollars of the sample', positiveInt, 500)
    .option('--seconds <n>', 'virtual seconds of traffic', positiveInt, 120)
    .option('--qps <n>', 'requests a second', positiveInt, 200)
    .option('--bidders <n>', 'how many bidder processes', positiveInt, 2)
    .option('--seed <seed>', 'fixes traffic, rivals, people and faults', '7')
    .option('--kill-at <second>', 'kill the first bidder then; another takes its place', positiveInt)
    .option('--policy <file>', POLICY_HELP)
    .option('--outcomes <folder>', WRITE_OUTCOMES)
    .option(
      '--log <file>',
      'instead, replay a bid log (lines `click price pCTR`) through the bidding and pacing agents',
    )
    .option('--train <file>', 'for --log: totals of the training days, which set the budgets')
    .option('--price <kind>', 'for --log: winners pay the first or the second price', 'second')
    .action(
      context.action((options: SimulateOptions) => {
        const { log } = options;
        return log === undefined ? simulate(options, context) : simulateLog({ ...options, log }, context);
      }),
    );
}

async function simulate(options: SimulateOptions, { output, signal }: CommandContext): Promise<Report> {
  const world = createRealWorld();
  const chosen = await agentsOf(options.policy, world.storage);
  if (chosen.policy !== null) output.note(policyLine(chosen).trim());
  // A fixed day, so that a seed gives the same run whenever it is tried.
  let startAt = Date.UTC(2027, 2, 1, 12) as EpochMs;
  let plan: DeliveryPlan | undefined;
  let settings: BidderSettings = sampleSettings('https://bidder.example');
  if (options.plan !== undefined) {
    if (options.settings === undefined)
      throw new GavotteError('GV_BAD_INPUT', '--plan needs --settings', {
        fix: 'Say which exchanges it runs on: --settings examples/bidder.json.',
      });
    plan = parseDeliveryPlan(await world.storage.readText(options.plan), options.plan);
    settings = parseBidderSettings(await world.storage.readText(options.settings), options.settings);
    startAt = Math.max(...plan.campaigns.map(({ start }) => start)) as EpochMs;
  }
  const budget = money(options.budget * 1_000_000, 'USD');
  const books = { budget, start: startAt, end: (startAt + HOUR_MS) as EpochMs, exchange: SAMPLE_EXCHANGE };
  const store = sqliteStore(world.storage.openDatabase(':memory:'));
  const preparing = await openLedger({ store, clock: world.clock });
  plan ??= await openSampleBooks(preparing, books);
  if (options.plan !== undefined) await openPlanBooks(preparing, plan);
  const live = new LiveBlock(stderrScreen);
  const budgets = new Map(
    plan.campaigns.map(({ id, totalBudget, currency }) => [id, { amountMicros: totalBudget, currency }]),
  );
  const run = plan;
  const written = await writtenOutcomes(options.outcomes, KEPT_NO_BIDS, world);
  const log = written === undefined ? undefined : behind(written.log);
  const audit =
    options.outcomes === undefined
      ? undefined
      : await auditOfRun({ world, ledger: preparing, folder: options.outcomes });
  const { outcomes: _folder, ...given } = options;
  const result = await simulateDelivery({
    ...given,
    ...(log === undefined ? {} : { outcomes: { log, noBidsPerKept: KEPT_NO_BIDS } }),
    signal,
    plan: run,
    settings,
    agents: chosen.agents,
    startAt,
    faults: {
      late: options.late,
      duplicated: options.duplicated,
      lost: options.lost,
      forged: options.forged,
    },
    exchanges: settings.exchanges.map(trafficExchange),
    openLedger: (clock) => openLedger({ store, clock }),
    onSecond: ({ second, report, bidders }) => {
      const head = `${second} s  ${report.requests} requests  ${report.total.bids} bids  ${bidders.length} bidders`;
      if (live.isWatched)
        live.draw([head, '', ...showFleet(totalsOf(bidders, run), budgets), '', ...showAgents(bidders)]);
      else if (second % PLAIN_LINE_EVERY_S === 0) output.note(head);
    },
  });
  await log?.settled();
  const audited = await audit?.end();
  await written?.log.close();
  return reportOf(result, run, budgets, audited);
}

/** The accounts of a plan, with its budgets as caps; what a desk would have opened and funded. */
async function openPlanBooks(ledger: Ledger, plan: DeliveryPlan): Promise<void> {
  const cause = 'simulation';
  const total = (currency: string) =>
    plan.campaigns
      .filter((each) => each.currency === currency)
      .reduce((sum, each) => sum + each.totalBudget, 0);
  const dealSums = plan.deals.map((deal) => ({
    deal,
    amount: money(Math.ceil((deal.cpm.amountMicros * deal.impressions) / 1000), deal.cpm.currency),
  }));
  for (const { account, currency } of plan.campaigns) {
    const funded = dealSums.reduce((sum, { amount }) => sum + amount.amountMicros, 0);
    const cap = money(total(currency) + funded, currency);
    const names = account.split('/');
    for (const [index] of names.entries())
      await ledger.open({ account: names.slice(0, index + 1).join('/'), cap, cause });
  }
  for (const { deal, amount } of dealSums) {
    await ledger.open({ account: deal.account, cap: amount, cause });
    await ledger.reserve({ id: deal.reservation, account: deal.account, amount, memo: '', cause });
  }
}

function reportOf(
  result: SimulatedDelivery,
  plan: DeliveryPlan,
  budgets: ReadonlyMap<string, Money>,
  audited: AuditorStatus | undefined,
): Report {
  const { report, bidders, audit, kills, disputedBills } = result;
  const totals = totalsOf(bidders, plan);
  const paid = Object.entries(report.total.acknowledgedMicros).map(([currency, micros]) =>
    money(micros, currency),
  );
  const broken = brokenRules(report);
  const advised = brokenRules(report, true);
  return {
    json: {
      exchange: report,
      bidders,
      kills,
      disputedBills,
      audit,
      ...(audited === undefined ? {} : { auditor: audited }),
    },
    failed: audit.violations.length > 0 || broken > 0 || (audited?.differences.length ?? 0) > disputedBills,
    text: [
      ...showFleet(totals, budgets),
      '',
      `${report.requests} requests, ${report.total.bids} bids, ${report.total.wins} won, ${report.total.impressions} shown, ${report.total.clicks} clicks.`,
      `The exchange billed ${paid.map(cents).join(' and ') || 'nothing'}; disputed bills: ${disputedBills}; bidders killed: ${kills}.`,
      `Answers that break a rule of the exchange: ${broken} (advice not followed: ${advised}). The ledger’s audit found ${audit.violations.length} violations.`,
      ...(audited === undefined ? [] : [auditLine(audited)]),
    ].join('\n'),
  };
}
