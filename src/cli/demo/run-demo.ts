import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type BookedPlan,
  bookPlan,
  type ChannelFindings,
  channelAccount,
  makePlan,
  type Plan,
  type PlanContext,
  parseBrief,
} from '../../campaign/index.ts';
import {
  adaptive,
  createDealsClientFactory,
  greedy,
  ProbingRegistry,
  RegistryClient,
} from '../../deals/index.ts';
import { compare, createRealWorld, type Money, showMoney, type World } from '../../kernel/index.ts';
import { type Ledger, openLedger, sqliteStore } from '../../ledger/index.ts';
import { type RunningMarket, serveMarket } from '../../services/index.ts';
import { cents } from '../cents.ts';
import type { CommandContext } from '../command.ts';
import { auditLine } from '../commands/serve-auditor.ts';
import type { Report } from '../output.ts';
import { SellerProgressView, stderrScreen } from '../progress.ts';
import { safeText } from '../safe-text.ts';
import { showDeals } from '../show-deals.ts';
import { showChannel, showPlanTotal } from '../show-plan.ts';
import { type CrashCount, crashDrill } from './crash-drill.ts';
import { type DeliveryOutcome, deliver } from './deliver.ts';
import { demoBrief } from './demo-brief.ts';

const SELLERS = 12;
/** The market answers within a second; a demo does not wait longer for a liar that never does. */
const QUOTE_TIMEOUT_MS = 4_000;

/** One demo's parts while it runs. */
interface Stage {
  readonly world: World;
  readonly market: RunningMarket;
  readonly ledger: Ledger;
  readonly folder: string;
  readonly context: CommandContext;
  readonly planning: PlanContext;
}

/**
 * Starts a market over real HTTP, plans a $100,000 CTV brief over it, books the plan, then buys one deal more
 * in a process of its own that is killed after the seller has booked and before we have recorded it.
 */
export async function runDemo(
  options: { seed: string; liars: boolean },
  context: CommandContext,
): Promise<Report> {
  const { output } = context;
  const folder = await mkdtemp(join(tmpdir(), 'gavotte-demo-'));
  // The drill's hook: whoever is set here hears of a contract before its buyer does.
  let onBooked: (sellerId: string, dealId: string) => Promise<void> = () => Promise.resolve();
  const clock = createRealWorld().clock;
  const market = await serveMarket({
    clock,
    sellers: SELLERS,
    seed: options.seed,
    liars: options.liars,
    port: 0,
    onBooked: (...args) => onBooked(...args),
  });
  const world = createRealWorld({ allowPrivate: market.origins });
  const ledger = await openLedger({
    store: sqliteStore(world.storage.openDatabase(join(folder, 'ledger.db'))),
    clock: world.clock,
  });
  try {
    output.note(`A market of ${market.sellers.length} sellers is open at ${market.registryUrl}.`);
    const stage: Stage = {
      world,
      market,
      ledger,
      folder,
      context,
      planning: planningContext(world, market, ledger, context),
    };
    const { plan, findings, booked } = await planAndBook(stage);
    const { crash, plan: topUp } = await crashDrill({
      ...stage,
      onceBooked: (listener) => {
        onBooked = listener;
      },
      planTopUp: () => planTopUp(stage),
    });
    const final = await bookPlan(topUp, {
      world,
      ledger,
      dealsClientFactory: stage.planning.dealsClientFactory,
      signal: context.signal,
    });
    const brief = parseBrief(plan.brief);
    const delivery = await deliver({
      world,
      ledgerFile: join(folder, 'ledger.db'),
      account: channelAccount(brief, brief.channels[0]!.channel),
      budget: brief.budget,
      flight: brief.flight,
      seed: options.seed,
      context,
    });
    const audit = await ledger.audit();
    const end = { final, crash, delivery, violations: audit.violations.length };
    return {
      json: { ...demoJson(plan, findings[0]!, booked, end), delivery },
      text: conclusion(end, market),
      failed: !isSound(end),
    };
  } finally {
    await ledger.close();
    await world.network.close();
    await market.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function planningContext(
  world: World,
  market: RunningMarket,
  ledger: Ledger,
  context: CommandContext,
): PlanContext {
  const apiKeys = Object.fromEntries(market.sellers.map((seller) => [seller.url, seller.apiKey]));
  return {
    world,
    ledger,
    registryClient: new RegistryClient({
      world,
      sources: [new ProbingRegistry({ url: market.registryUrl, world })],
    }),
    dealsClientFactory: createDealsClientFactory({ world, apiKeys, quoteTimeoutMs: QUOTE_TIMEOUT_MS }),
    portfolio: greedy,
    negotiation: { strategy: adaptive, maxRounds: 6, timeBudgetMs: 10_000 },
    quoteTimeout: QUOTE_TIMEOUT_MS,
    signal: context.signal,
  };
}

/** Every third seller is reached through a reseller, so that there are fees to see. */
function resold(market: RunningMarket): readonly string[] {
  return market.sellers.filter((_seller, index) => index % 3 === 0).map(({ id }) => id);
}

async function planAndBook({
  world,
  market,
  ledger,
  context,
  planning,
}: Stage): Promise<{ plan: Plan; findings: readonly ChannelFindings[]; booked: BookedPlan }> {
  const { output, signal } = context;
  const brief = demoBrief({ impressions: 500_000, maxDeals: 8, resold: resold(market) });
  const view = new SellerProgressView(stderrScreen, { clock: world.clock, timeoutMs: QUOTE_TIMEOUT_MS });
  const { plan, findings } = await makePlan(brief, {
    ...planning,
    onProgress: (progress) => view.update(progress),
  });
  view.end();
  for (const warning of findings.flatMap((each) => each.warnings))
    output.note(`warning: ${safeText(warning)}`);
  output.print(
    [
      ...findings.flatMap((each) => showChannel(each, output.width)),
      showPlanTotal(parseBrief(brief), plan),
    ].join('\n'),
  );
  output.note('Booking the plan: each deal is reserved in the ledger before its seller is asked.');
  const booked = await bookPlan(plan, {
    world,
    ledger,
    dealsClientFactory: planning.dealsClientFactory,
    signal,
  });
  output.print(showDeals(booked, nameFrom(findings)).join('\n'));
  return { plan, findings, booked };
}

/** One deal more, from an honest seller: the drill is about our crash, not about their lies. */
async function planTopUp({ market, planning }: Stage): Promise<Plan> {
  const excludedSellers = market.sellers.flatMap(({ id, liar }) => (liar === undefined ? [] : [id]));
  const { plan } = await makePlan(
    demoBrief({ impressions: 100_000, maxDeals: 1, excludedSellers, resold: resold(market) }),
    planning,
  );
  return plan;
}

function nameFrom(findings: readonly ChannelFindings[]): (sellerId: string) => string {
  const names = new Map(
    findings.flatMap((each) => each.sellers.map((seller) => [seller.sellerId, seller.name])),
  );
  return (id) => names.get(id) ?? id;
}

/** How the demo ended. */
interface End {
  readonly final: BookedPlan;
  readonly crash: CrashCount;
  readonly delivery: DeliveryOutcome;
  readonly violations: number;
}

function isSound({ final, crash, delivery, violations }: End): boolean {
  return (
    compare(delivery.billed, delivery.settled) === 0 &&
    delivery.disputedBills === 0 &&
    delivery.auditor.differences.length === 0 &&
    crash.contracts === 1 &&
    crash.debits === 1 &&
    crash.orphans === 0 &&
    violations === 0 &&
    final.remainingBudget.amountMicros >= 0
  );
}

function conclusion(end: End, market: RunningMarket): string {
  const { final, crash, delivery, violations } = end;
  const seller = market.sellers.find(({ id }) => id === crash.sellerId)?.name ?? crash.sellerId;
  return [
    '',
    `Crash drill: the booking process was killed after ${safeText(seller)} had booked and before we had recorded it.`,
    `After a restart: ${crash.contracts} contract in the seller’s books, ${crash.debits} debit in our ledger, ${crash.orphans} orphans.`,
    '',
    `Delivery: ${delivery.requests} requests, ${delivery.bids} bids, ${delivery.impressions} impressions shown, ${delivery.dealImpressions} of them under booked deals; ${delivery.biddersKilled} bidder killed.`,
    `The exchange billed ${showMoney(delivery.billed)}, the ledger paid ${showMoney(delivery.settled)}; ${delivery.disputedBills} bills in dispute.`,
    `The ledger’s audit found ${violations} violations. ${auditLine(delivery.auditor)}`,
    '',
    `Committed ${cents(final.totalSpend)} to ${final.bookedDeals.length} deals; ${cents(final.remainingBudget)} left. ${isSound(end) ? 'Every promise held.' : 'A PROMISE WAS BROKEN.'}`,
    'Next: gavotte verify proves the same in thousands of worlds; gavotte simulate delivers; gavotte serve market gives you this market to try things on.',
  ].join('\n');
}

function demoJson(
  plan: Plan,
  findings: ChannelFindings,
  booked: BookedPlan,
  { final, crash, violations }: End,
): object {
  const names = nameFrom([findings]);
  const budget: Money = parseBrief(plan.brief).budget;
  const failures = [...booked.failedBookings, ...final.failedBookings].map((each) => ({
    seller: names(each.sellerId),
    reason: each.error,
  }));
  return {
    sellersDiscovered: findings.sellers.length,
    quotesReceived: findings.quoteResults.filter((each) => each.quote !== null).length,
    quotesFailed: findings.quoteResults.filter((each) => each.quote === null).length,
    dealsBooked: final.bookedDeals.length,
    budget,
    totalSpend: final.totalSpend,
    remainingBudget: final.remainingBudget,
    deals: final.bookedDeals.map((deal) => ({ seller: names(deal.sellerId), ...deal })),
    refused: [
      ...findings.excluded.map((each) => ({ seller: each.name, reason: each.reason })),
      ...findings.quoteResults.flatMap((each) =>
        each.error === null ? [] : [{ seller: names(each.sellerId), reason: each.error.message }],
      ),
      ...failures,
    ],
    crash: { contracts: crash.contracts, debits: crash.debits, orphans: crash.orphans },
    audit: { violations },
  };
}
