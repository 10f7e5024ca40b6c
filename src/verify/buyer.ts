import {
  Bookings,
  createDealsClientFactory,
  DESK_RULES,
  type DealsClientFactory,
  type DeskRules,
  greedy,
  MultiSellerOrchestrator,
  type PortfolioStrategy,
  QuoteNormalizer,
  RegistryClient,
  type SellerRegistry,
  type ShoppingResult,
} from '../deals/index.ts';
import { currency, GavotteError, money, type SimulatedProcess, type World } from '../kernel/index.ts';
import { type Ledger, openLedger, sqliteStore } from '../ledger/index.ts';
import type { BuyerReport } from './checker.ts';
import type { Scenario } from './scenario.ts';

const LEDGER_FILE = 'ledger.db';
const PLAN_FILE = 'shopped.json';
const ACCOUNT = 'acme/spring/ctv';
const CALL_TIMEOUT_MS = 3_000;
const USD = currency('USD');

/** The desk's collaborators, as `verify` may replace them to plant a bug; the defaults are the product. */
export interface BuyerParts {
  readonly rules: DeskRules;
  readonly client: (factory: DealsClientFactory, world: World) => DealsClientFactory;
  readonly registry: (registry: SellerRegistry) => SellerRegistry;
  readonly ledger: (ledger: Ledger) => Ledger;
  readonly normalizer: (normalizer: QuoteNormalizer) => QuoteNormalizer;
  readonly portfolio: PortfolioStrategy;
  /** Whether a restart first finds out what became of what it had begun. */
  readonly recovers: boolean;
  /** What may still be spent of a budget of which `used` is in use, micros. */
  readonly freeMicros: (budget: number, used: number) => number;
}

export const SOUND_BUYER: BuyerParts = {
  rules: DESK_RULES,
  client: (factory) => factory,
  registry: (registry) => registry,
  ledger: (ledger) => ledger,
  normalizer: (normalizer) => normalizer,
  portfolio: greedy,
  recovers: true,
  freeMicros: (budget, used) => Math.max(0, budget - used),
};

/** What the buyer knows of the market before it starts: where the registry is, and its own keys. */
export interface MarketAddress {
  readonly registryUrl: string;
  readonly apiKeys: Readonly<Record<string, string>>;
}

/**
 * The program that is tried: discover, quote, rank, book, in one process that may be killed at any call and
 * started again on the same disk. What it had ranked is on the disk, so a restart goes on with the same quotes.
 */
export async function runBuyer(
  scenario: Scenario,
  process: SimulatedProcess,
  market: MarketAddress,
  parts: BuyerParts,
): Promise<void> {
  const { world } = process;
  const ledger = parts.ledger(named(process, await openBooks(world)));
  const budget = money(scenario.budgetMicros, 'USD');
  for (const account of ['acme', 'acme/spring', ACCOUNT])
    await ledger.open({ account, cap: budget, cause: 'approval:1' });
  const clients = parts.client(
    createDealsClientFactory({ world, apiKeys: market.apiKeys, quoteTimeoutMs: CALL_TIMEOUT_MS }),
    world,
  );
  const normalizer = parts.normalizer(
    new QuoteNormalizer({ budgetCurrency: USD, now: () => world.clock.now() }),
  );
  const orchestrator = new MultiSellerOrchestrator({
    world,
    registryClient: parts.registry(RegistryClient.forUrl(market.registryUrl, { world })),
    dealsClientFactory: clients,
    quoteNormalizer: normalizer,
    quoteTimeout: CALL_TIMEOUT_MS * 3,
    money: { ledger, account: ACCOUNT },
    portfolio: parts.portfolio,
    rules: parts.rules,
    cause: 'approval:1',
  });
  const bookings = bookingsOf(ledger, world, clients, parts.rules);
  if (parts.recovers) await bookings.recover('acme', 'restart');
  const shopped = await shopOnce(scenario, world, orchestrator);
  const held = await bookings.heldQuotes('acme');
  const rankedQuotes = normalizer
    .rankQuotes(
      shopped.rankedQuotes.map((each) => each.quote),
      ceilingOf(scenario),
    )
    .filter((each) => !held.has(`${each.sellerId}|${each.quoteId}`));
  const account = (await ledger.account(ACCOUNT))!;
  const free = money(parts.freeMicros(scenario.budgetMicros, account.reserved + account.settled), 'USD');
  const count = scenario.maxDeals - held.size;
  if (count > 0 && rankedQuotes.length > 0)
    await orchestrator.selectAndBook({ rankedQuotes, budget: free, count });
  await bookings.confirm('acme', 'sweep');
}

/** A later sweep on calm seas: finishes what is unknown and reads every deal back. */
export async function sweep(
  process: SimulatedProcess,
  market: MarketAddress,
  parts: BuyerParts,
): Promise<void> {
  const { world } = process;
  const ledger = parts.ledger(named(process, await openBooks(world)));
  const clients = parts.client(
    createDealsClientFactory({ world, apiKeys: market.apiKeys, quoteTimeoutMs: CALL_TIMEOUT_MS }),
    world,
  );
  const bookings = bookingsOf(ledger, world, clients, parts.rules);
  if (parts.recovers) await bookings.recover('acme', 'sweep');
  await bookings.confirm('acme', 'sweep');
}

/** What a user would be shown now, read from the books on the disk. */
export async function reportOf(scenario: Scenario, world: World, parts: BuyerParts): Promise<BuyerReport> {
  const ledger = parts.ledger(await openBooks(world));
  const bookings = bookingsOf(
    ledger,
    world,
    () => Promise.reject(new Error('asks nobody')) as never,
    parts.rules,
  );
  const account = await ledger.account(ACCOUNT);
  const spend = (account?.reserved ?? 0) + (account?.settled ?? 0);
  const unknown = await bookings.unknownBookings('acme');
  const deals = await bookings.bookedDeals('acme');
  const covered = (await ledger.reservations({ account: ACCOUNT, state: 'reserved' })).filter(({ id }) =>
    id.endsWith(':second'),
  );
  const shopped = await readShopped(world);
  return {
    budgetMicros: scenario.budgetMicros,
    maxCpmMicros: scenario.maxCpmMicros,
    totalSpendMicros: spend,
    remainingMicros: scenario.budgetMicros - spend,
    discoveredUrls: shopped?.discoveredSellers.map((seller) => seller.url) ?? [],
    quotedUrls: shopped?.quoteResults.flatMap((each) => (each.quote === null ? [] : [each.sellerUrl])) ?? [],
    ranked:
      shopped?.rankedQuotes.map((each) => ({
        sellerId: each.sellerId,
        sellerUrl: each.quote.sellerUrl,
        quoteId: each.quoteId,
        cpmMicros: each.rawCpm?.amountMicros ?? null,
        currency: each.rawCpm?.currency ?? null,
      })) ?? [],
    deals: deals.map((deal) => ({
      sellerId: deal.sellerId,
      sellerUrl: deal.sellerUrl,
      dealId: deal.dealId,
      quoteId: deal.quoteId,
      committedMicros: deal.committed.amountMicros,
    })),
    unknown: unknown.map((intent) => ({
      sellerUrl: intent.sellerUrl,
      quoteId: intent.expected.quoteId,
      heldMicros: intent.amount.amountMicros,
    })),
    coveredMicros: covered.reduce((sum, each) => sum + each.amount.amountMicros, 0),
    auditViolations: (await ledger.audit()).violations,
  };
}

function bookingsOf(ledger: Ledger, world: World, clientOf: DealsClientFactory, rules: DeskRules): Bookings {
  return new Bookings({
    ledger,
    clock: world.clock,
    clientOf,
    rules,
    callTimeoutMs: CALL_TIMEOUT_MS,
    onWarning: () => {},
  });
}

async function openBooks(world: World): Promise<Ledger> {
  return openLedger({ store: sqliteStore(world.storage.openDatabase(LEDGER_FILE)), clock: world.clock });
}

/** The ledger, telling the simulation what it is asked, so that places to crash at have names. */
function named(process: SimulatedProcess, ledger: Ledger): Ledger {
  return new Proxy(ledger, {
    get: (target, property) => {
      const member = Reflect.get(target, property) as unknown;
      if (typeof member !== 'function') return member;
      return (...args: unknown[]) => {
        process.activity = String(property);
        return member.apply(target, args) as unknown;
      };
    },
  });
}

function ceilingOf(scenario: Scenario): { maxCpm?: ReturnType<typeof money> } {
  return scenario.maxCpmMicros === null ? {} : { maxCpm: money(scenario.maxCpmMicros, 'USD') };
}

async function readShopped(world: World): Promise<ShoppingResult | undefined> {
  try {
    return JSON.parse(await world.storage.readText(PLAN_FILE)) as ShoppingResult;
  } catch (error) {
    if (GavotteError.from(error).code === 'GV_BAD_INPUT') return undefined;
    throw error;
  }
}

async function shopOnce(
  scenario: Scenario,
  world: World,
  orchestrator: MultiSellerOrchestrator,
): Promise<ShoppingResult> {
  const earlier = await readShopped(world);
  if (earlier !== undefined) return earlier;
  const shopped = await orchestrator.shop({
    inventoryRequirements: { mediaType: 'ctv', dealTypes: [], ...ceilingOf(scenario) },
    dealParams: {
      channel: 'ctv',
      dealType: scenario.dealType,
      impressions: scenario.impressions,
      flightStart: '2026-12-01',
      flightEnd: '2026-12-31',
    },
    budget: money(scenario.budgetMicros, 'USD'),
  });
  await world.storage.writeText(PLAN_FILE, JSON.stringify(shopped));
  return shopped;
}
