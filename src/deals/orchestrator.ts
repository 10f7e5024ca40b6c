import type { EventBus } from '../coordination/index.ts';
import {
  type Currency,
  createRealWorld,
  type FxTable,
  type Money,
  newId,
  STEPS,
  traced,
  type World,
} from '../kernel/index.ts';
import { type AccountId, type Ledger, openLedger, sqliteStore } from '../ledger/index.ts';
import { Bookings } from './booking/bookings.ts';
import { type NegotiationPlan, negotiateQuotes } from './negotiation/index.ts';
import { type Announce, announcer } from './news.ts';
import { greedy, type PortfolioConstraints, type PortfolioStrategy } from './portfolio/index.ts';
import { QuoteNormalizer } from './pricing/index.ts';
import { DEFAULT_FAN_OUT, requestQuotesParallel, type SellerProgress } from './quote-stage.ts';
import { filterSellers } from './registry/index.ts';
import type { DealSelection, NegotiationRecord, OrchestrationResult } from './results.ts';
import { DESK_RULES, type DeskRules } from './rules/index.ts';
import { selectAndBook } from './select-and-book.ts';
import { TimeBudget } from './time-budget.ts';
import type {
  DealParams,
  DealsClientFactory,
  Discovery,
  InventoryRequirements,
  NormalizedQuote,
  Seller,
  SellerQuoteResult,
  SellerRegistry,
} from './types.ts';

/** @defaultValue of `quoteTimeout`, ms per seller. */
export const DEFAULT_QUOTE_TIMEOUT_MS = 30_000;
/** Shares of the time budget by which discovery and quoting must be over, so that booking has time left. */
const DISCOVERY_SHARE = 0.25;
const QUOTING_SHARE = 0.8;

/** The orchestrator's collaborators; all but the first two have working defaults. */
export interface OrchestratorOptions {
  readonly registryClient: SellerRegistry;
  readonly dealsClientFactory: DealsClientFactory;
  /** @defaultValue one with zero fees, in the budget's currency */
  readonly quoteNormalizer?: QuoteNormalizer;
  readonly eventBus?: EventBus;
  /** Bounds each seller's quoting, ms. @defaultValue 30 000 */
  readonly quoteTimeout?: number;
  /** @defaultValue the real world */
  readonly world?: World;
  /** Where the money is. @defaultValue a ledger in memory with one account capped at the budget */
  readonly money?: { readonly ledger: Ledger; readonly account: AccountId };
  /** What allowed the spending; written to every entry (I11). @defaultValue `run:` + the run's id */
  readonly cause?: string;
  readonly fx?: FxTable;
  /** @defaultValue greedy */
  readonly portfolio?: PortfolioStrategy;
  /** When given, quotes are negotiated before they are ranked for good. */
  readonly negotiation?: NegotiationPlan;
  /** Sellers asked at once. @defaultValue 512 */
  readonly fanOut?: number;
  readonly onProgress?: (progress: SellerProgress) => void;
  /** @internal replaced by `verify` to plant bugs */
  readonly rules?: DeskRules;
}

/** What a run of the whole desk is asked for. */
export interface OrchestrateInput {
  readonly inventoryRequirements: InventoryRequirements;
  readonly dealParams: DealParams;
  readonly budget: Money;
  /** @defaultValue 3 */
  readonly maxDeals?: number;
  /** Bounds the whole run, ms. */
  readonly timeBudget?: number;
  readonly constraints?: PortfolioConstraints;
  readonly signal?: AbortSignal;
}

/** What stages 1 to 3 found. */
export type ShoppingResult = Omit<OrchestrationResult, 'selection'>;

/**
 * Buys from many sellers at once: discover → quote → (negotiate) → normalise and rank → select and book.
 * Each stage can be called alone. Names and stages are those of the IAB Tech Lab buyer agent; money is not:
 * nothing is booked that was not first reserved in the ledger.
 */
export class MultiSellerOrchestrator {
  readonly #options: OrchestratorOptions;
  readonly #world: World;
  readonly #runId: string;
  readonly #announce: Announce;
  readonly #rules: DeskRules;
  #warnings: string[] = [];

  constructor(options: OrchestratorOptions) {
    this.#options = options;
    this.#world = options.world ?? createRealWorld();
    this.#runId = newId(this.#world);
    this.#rules = options.rules ?? DESK_RULES;
    this.#announce = announcer(options.eventBus, this.#world, (message) => this.#warnings.push(message));
  }

  /** Stage 1: every seller that could answer, and who was left out and why. */
  async discoverSellers(
    requirements: InventoryRequirements,
    options: { signal?: AbortSignal; timeoutMs?: number } = {},
  ): Promise<Discovery> {
    const found = await this.#options.registryClient.discoverSellers(
      { mediaType: requirements.mediaType },
      options,
    );
    const discovery = filterSellers(found, requirements);
    this.#announce('inventory.discovered', {
      media_type: requirements.mediaType,
      sellers_found: discovery.sellers.length,
      seller_ids: discovery.sellers.map((seller) => seller.sellerId),
    });
    return discovery;
  }

  /** Stage 2: one result per seller (and volume step), in the sellers' order; a failure is a result. */
  requestQuotesParallel(
    sellers: readonly Seller[],
    dealParams: DealParams,
    options: { budgetCurrency?: Currency; signal?: AbortSignal; quoteTimeout?: number } = {},
  ): Promise<readonly SellerQuoteResult[]> {
    return requestQuotesParallel(sellers, dealParams, {
      clock: this.#world.clock,
      clientOf: this.#options.dealsClientFactory,
      rules: this.#rules,
      budgetCurrency: options.budgetCurrency ?? ('USD' as Currency),
      fx: this.#options.fx,
      quoteTimeoutMs: options.quoteTimeout ?? this.#options.quoteTimeout ?? DEFAULT_QUOTE_TIMEOUT_MS,
      fanOut: this.#options.fanOut ?? DEFAULT_FAN_OUT,
      runId: this.#runId,
      announce: this.#announce,
      onProgress: this.#options.onProgress ?? (() => {}),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
  }

  /** Stage 3: normalised to effective CPM, over-ceiling ones removed, best score first. */
  evaluateAndRank(
    quoteResults: readonly SellerQuoteResult[],
    options: { maxCpm?: Money; budgetCurrency?: Currency } = {},
  ): readonly NormalizedQuote[] {
    const quotes = quoteResults.flatMap(({ quote }) => (quote === null ? [] : [quote]));
    return this.#normalizer(options.budgetCurrency ?? options.maxCpm?.currency).rankQuotes(quotes, options);
  }

  /** Stage 4: books the best quotes that fit, each reserved before its seller is asked. */
  async selectAndBook(input: {
    rankedQuotes: readonly NormalizedQuote[];
    budget: Money;
    count: number;
    quoteSellerMap?: Readonly<Record<string, string>>;
    constraints?: PortfolioConstraints;
    signal?: AbortSignal;
  }): Promise<DealSelection> {
    const { ledger, account, close } = await this.#moneyFor(input.budget);
    try {
      const bookings = this.#bookings(ledger);
      const selection = await selectAndBook(input, {
        bookings,
        portfolio: this.#options.portfolio ?? greedy,
        account,
        cause: this.#cause,
        announce: this.#announce,
      });
      await bookings.confirm(account, this.#cause, input.signal);
      this.#announce('campaign.booking_completed', {
        deals_booked: selection.bookedDeals.length,
        deals_failed: selection.failedBookings.length,
        total_spend: selection.totalSpend,
        remaining_budget: selection.remainingBudget,
      });
      return selection;
    } finally {
      await close();
    }
  }

  /** Stages 1 to 3 and the negotiation: everything that spends nothing. */
  async shop(input: Omit<OrchestrateInput, 'maxDeals' | 'constraints'>): Promise<ShoppingResult> {
    const time = new TimeBudget(this.#world, input.timeBudget, input.signal);
    try {
      return await this.#shop(input, time);
    } finally {
      time.end();
    }
  }

  /** All stages. Zero sellers or zero ranked quotes end it early with nothing booked. */
  orchestrate(input: OrchestrateInput): Promise<OrchestrationResult> {
    return traced(
      STEPS.orchestrate,
      () => ({}),
      () => this.#orchestrate(input),
    );
  }

  async #orchestrate(input: OrchestrateInput): Promise<OrchestrationResult> {
    const { budget, constraints, maxDeals, timeBudget } = input;
    const time = new TimeBudget(this.#world, timeBudget, input.signal);
    try {
      const shopped = await this.#shop(input, time);
      const selection =
        shopped.rankedQuotes.length === 0
          ? nothingBooked(budget)
          : await this.selectAndBook({
              rankedQuotes: shopped.rankedQuotes,
              budget,
              count: maxDeals ?? 3,
              ...(constraints === undefined ? {} : { constraints }),
              signal: time.signal,
            });
      return { ...shopped, selection, warnings: this.#warnings };
    } finally {
      time.end();
    }
  }

  async #shop(input: Omit<OrchestrateInput, 'maxDeals'>, time: TimeBudget): Promise<ShoppingResult> {
    this.#warnings = [];
    const { inventoryRequirements: requirements, dealParams, budget } = input;
    const discovery = await this.discoverSellers(requirements, time.until(DISCOVERY_SHARE));
    this.#warnings.push(...discovery.warnings);
    const { sellers } = discovery;
    const quoteResults = sellers.length === 0 ? [] : await this.#quote(sellers, dealParams, budget, time);
    const { ranked, negotiations } = await this.#negotiateAndRank(quoteResults, requirements, budget, time);
    return {
      discoveredSellers: sellers,
      excludedSellers: discovery.excluded,
      quoteResults,
      rankedQuotes: ranked,
      negotiations,
      warnings: this.#warnings,
    };
  }

  #quote(
    sellers: readonly Seller[],
    params: DealParams,
    budget: Money,
    time: TimeBudget,
  ): Promise<readonly SellerQuoteResult[]> {
    // With more sellers than fan-out, those who hang must not use up the time of those who still wait their turn.
    const waves = Math.ceil(sellers.length / (this.#options.fanOut ?? DEFAULT_FAN_OUT));
    const { signal, timeoutMs } = time.until(QUOTING_SHARE);
    const configured = this.#options.quoteTimeout ?? DEFAULT_QUOTE_TIMEOUT_MS;
    const quoteTimeout = timeoutMs === undefined ? configured : Math.min(configured, timeoutMs / waves);
    return this.requestQuotesParallel(sellers, params, {
      budgetCurrency: budget.currency,
      signal,
      quoteTimeout,
    });
  }

  async #negotiateAndRank(
    results: readonly SellerQuoteResult[],
    requirements: InventoryRequirements,
    budget: Money,
    time: TimeBudget,
  ): Promise<{ ranked: readonly NormalizedQuote[]; negotiations: readonly NegotiationRecord[] }> {
    const normalizer = this.#normalizer(budget.currency);
    const ceiling = requirements.maxCpm === undefined ? {} : { maxCpm: requirements.maxCpm };
    const { minImpressions = 0 } = requirements;
    const quotes = results.flatMap(({ quote }) =>
      quote === null || quote.impressions < minImpressions ? [] : [quote],
    );
    const { negotiation } = this.#options;
    if (negotiation === undefined || quotes.length === 0)
      return { ranked: normalizer.rankQuotes(quotes, ceiling), negotiations: [] };
    const { signal, timeoutMs } = time.until(QUOTING_SHARE);
    const outcome = await negotiateQuotes({
      quotes,
      plan:
        timeoutMs === undefined
          ? negotiation
          : { ...negotiation, timeBudgetMs: Math.min(negotiation.timeBudgetMs, timeoutMs) },
      clientOf: this.#options.dealsClientFactory,
      normalizer,
      clock: this.#world.clock,
      announce: this.#announce,
      signal,
      ...ceiling,
    });
    return { ranked: normalizer.rankQuotes(outcome.quotes, ceiling), negotiations: outcome.records };
  }

  get #cause(): string {
    return this.#options.cause ?? `run:${this.#runId}`;
  }

  #normalizer(currency: Currency | undefined): QuoteNormalizer {
    if (this.#options.quoteNormalizer !== undefined) return this.#options.quoteNormalizer;
    return new QuoteNormalizer({
      budgetCurrency: currency ?? ('USD' as Currency),
      now: () => this.#world.clock.now(),
      ...(this.#options.fx === undefined ? {} : { fx: this.#options.fx }),
    });
  }

  #bookings(ledger: Ledger): Bookings {
    return new Bookings({
      ledger,
      clock: this.#world.clock,
      clientOf: this.#options.dealsClientFactory,
      rules: this.#rules,
      callTimeoutMs: this.#options.quoteTimeout ?? DEFAULT_QUOTE_TIMEOUT_MS,
      onWarning: (message) => this.#warnings.push(message),
    });
  }

  /** The given account, or a fresh one in memory whose cap is the budget. */
  async #moneyFor(
    budget: Money,
  ): Promise<{ ledger: Ledger; account: AccountId; close: () => Promise<void> }> {
    const { money } = this.#options;
    if (money !== undefined) return { ...money, close: async () => {} };
    const ledger = await openLedger({
      store: sqliteStore(this.#world.storage.openDatabase(':memory:')),
      clock: this.#world.clock,
    });
    await ledger.open({ account: 'desk', cap: budget, cause: this.#cause });
    return { ledger, account: 'desk', close: () => ledger.close() };
  }
}

function nothingBooked(budget: Money): DealSelection {
  const totalSpend = { ...budget, amountMicros: 0 as Money['amountMicros'] };
  return { bookedDeals: [], failedBookings: [], skipped: [], totalSpend, remainingBudget: budget };
}
