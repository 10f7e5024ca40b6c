import { z } from 'zod';
import {
  type DealParams,
  type DealSelection,
  type DealsClientFactory,
  type ExcludedSeller,
  type InventoryRequirements,
  MultiSellerOrchestrator,
  type NegotiationPlan,
  type NegotiationRecord,
  type NormalizedQuote,
  type PortfolioStrategy,
  QuoteNormalizer,
  readVerifiedQuote,
  type Seller,
  type SellerProgress,
  type SellerQuoteResult,
  type SellerRegistry,
  type VerifiedQuote,
} from '../deals/index.ts';
import {
  add,
  canonicalJson,
  type EpochMs,
  GavotteError,
  type Money,
  parseJsonFile,
  sha256,
  type World,
  zeroOf,
} from '../kernel/index.ts';
import type { Ledger } from '../ledger/index.ts';
import { type CapChange, capChanges, channelAccount } from './accounts.ts';
import { type CampaignBrief, type ChannelBrief, impressionsAsked, parseBrief } from './brief/index.ts';

/** How many next-best quotes a plan keeps for each channel. */
const MAX_ALTERNATES = 8;

/** One channel's part of a plan. */
export interface ChannelPlan {
  readonly channel: string;
  readonly picks: readonly VerifiedQuote[];
  /** The next best, in order; bought only in the place of a pick that fails. */
  readonly alternates: readonly VerifiedQuote[];
  /** What the picks commit together. */
  readonly cost: Money;
}

/** What would be bought, from what, for how much. Its hash covers all of it; booking needs the hash. */
export interface Plan {
  readonly version: 1;
  readonly createdAt: EpochMs;
  /** The brief's text as given: what the person approved. */
  readonly brief: string;
  readonly caps: readonly CapChange[];
  readonly channels: readonly ChannelPlan[];
  readonly cost: Money;
  readonly hash: string;
}

/** Everything seen while planning a channel, for people. */
export interface ChannelFindings {
  readonly channel: string;
  readonly sellers: readonly Seller[];
  readonly excluded: readonly ExcludedSeller[];
  readonly quoteResults: readonly SellerQuoteResult[];
  readonly ranked: readonly NormalizedQuote[];
  readonly picks: readonly NormalizedQuote[];
  readonly skipped: DealSelection['skipped'];
  readonly negotiations: readonly NegotiationRecord[];
  readonly warnings: readonly string[];
}

/** What planning works with; the ledger is only read. */
export interface PlanContext {
  readonly world: World;
  readonly ledger: Ledger;
  readonly registryClient: SellerRegistry;
  readonly dealsClientFactory: DealsClientFactory;
  readonly portfolio: PortfolioStrategy;
  readonly negotiation?: NegotiationPlan;
  readonly quoteTimeout?: number;
  readonly timeBudget?: number;
  readonly onProgress?: (progress: SellerProgress) => void;
  readonly signal?: AbortSignal;
}

/** Asks the market and chooses, spending nothing. */
export async function makePlan(
  briefText: string,
  context: PlanContext,
): Promise<{ plan: Plan; findings: readonly ChannelFindings[] }> {
  const brief = parseBrief(briefText);
  const findings: ChannelFindings[] = [];
  for (const channel of brief.channels) findings.push(await planChannel(brief, channel, context));
  const zero = zeroOf(brief.budget);
  const channels = findings.map(({ channel, picks, ranked }): ChannelPlan => {
    const alternates = ranked
      .filter((quote) => quote.cost !== null && !picks.includes(quote))
      .slice(0, MAX_ALTERNATES);
    const cost = picks.reduce((sum, pick) => add(sum, pick.cost ?? zero), zero);
    return {
      channel,
      picks: picks.map(({ quote }) => quote),
      alternates: alternates.map(({ quote }) => quote),
      cost,
    };
  });
  const unhashed = {
    version: 1 as const,
    createdAt: context.world.clock.now(),
    brief: briefText,
    caps: await capChanges(brief, context.ledger),
    channels,
    cost: channels.reduce((sum, channel) => add(sum, channel.cost), zero),
  };
  return { plan: { ...unhashed, hash: planHash(unhashed) }, findings };
}

async function planChannel(
  brief: CampaignBrief,
  channel: ChannelBrief,
  context: PlanContext,
): Promise<ChannelFindings> {
  const warnings: string[] = [];
  const orchestrator = new MultiSellerOrchestrator({
    ...context,
    quoteNormalizer: briefNormalizer(brief, context.world),
    ...(brief.fx === undefined ? {} : { fx: brief.fx }),
  });
  const shopped = await orchestrator.shop({
    inventoryRequirements: requirementsOf(channel),
    dealParams: dealParamsOf(channel, brief),
    budget: channel.budget,
    ...(context.timeBudget === undefined ? {} : { timeBudget: context.timeBudget }),
    ...(context.signal === undefined ? {} : { signal: context.signal }),
  });
  const choice = await context.portfolio.choose({
    candidates: shopped.rankedQuotes,
    remaining: await stillFree(brief, channel, context.ledger),
    slots: channel.maxDeals,
    held: [],
    constraints: channel.constraints,
  });
  return {
    channel: channel.channel,
    sellers: shopped.discoveredSellers,
    excluded: shopped.excludedSellers,
    quoteResults: shopped.quoteResults,
    ranked: shopped.rankedQuotes,
    picks: choice.picks,
    skipped: choice.skipped,
    negotiations: shopped.negotiations,
    warnings: [...warnings, ...shopped.warnings],
  };
}

function requirementsOf(channel: ChannelBrief): InventoryRequirements {
  const { mediaType, dealTypes, excludedSellers, contentCategories, minImpressions, maxCpm } = channel;
  return {
    mediaType,
    dealTypes: [dealTypes[0]],
    excludedSellers,
    contentCategories,
    ...(minImpressions === undefined ? {} : { minImpressions }),
    ...(maxCpm === undefined ? {} : { maxCpm }),
  };
}

function dealParamsOf(channel: ChannelBrief, { flight }: CampaignBrief): DealParams {
  const { mediaType, dealTypes, volumeSteps, targetCpm } = channel;
  return {
    channel: mediaType,
    dealType: dealTypes[0],
    // A brief is only read when it says how many, or from what to work it out.
    impressions: impressionsAsked(channel)!,
    flightStart: flight.start,
    flightEnd: flight.end,
    mediaType: mediaType === 'ctv' || mediaType === 'linear_tv' ? mediaType : 'digital',
    volumeSteps,
    ...(targetCpm === undefined ? {} : { targetCpm }),
  };
}

/** The channel's budget less what earlier plans already hold on its account. */
async function stillFree(brief: CampaignBrief, channel: ChannelBrief, ledger: Ledger): Promise<Money> {
  const account = await ledger.account(channelAccount(brief, channel.channel));
  const used = account === undefined ? 0 : account.reserved + account.leased + account.settled;
  return {
    ...channel.budget,
    amountMicros: Math.max(0, channel.budget.amountMicros - used) as Money['amountMicros'],
  };
}

/** The normaliser a brief asks for: its currency, its supply paths, its rates. */
export function briefNormalizer(brief: CampaignBrief, world: World): QuoteNormalizer {
  return new QuoteNormalizer({
    budgetCurrency: brief.budget.currency,
    supplyPaths: brief.supplyPaths,
    now: () => world.clock.now(),
    ...(brief.fx === undefined ? {} : { fx: brief.fx }),
  });
}

/** SHA-256 over everything in the plan but the hash itself. */
export function planHash(plan: Omit<Plan, 'hash'>): string {
  const { hash: _hash, ...rest } = plan as Plan;
  return sha256(canonicalJson(rest));
}

const moneySchema = z.object({ amountMicros: z.int(), currency: z.string() }) as unknown as z.ZodType<Money>;
const planSchema = z.object({
  version: z.literal(1),
  createdAt: z.number(),
  brief: z.string(),
  caps: z.array(z.object({ account: z.string(), from: moneySchema.nullable(), to: moneySchema })),
  channels: z.array(
    z.object({
      channel: z.string(),
      picks: z.array(z.unknown()),
      alternates: z.array(z.unknown()),
      cost: moneySchema,
    }),
  ),
  cost: moneySchema,
  hash: z.string(),
});

/**
 * Reads a plan back.
 * @throws GV_BAD_INPUT when it is no plan, GV_PLAN_CHANGED when its content is not what was hashed.
 */
export function parsePlan(text: string, source = 'plan'): Plan {
  const value = parseJsonFile(text, source, 'Give the file that plan wrote.');
  const parsed = planSchema.safeParse(value);
  if (!parsed.success) {
    throw new GavotteError('GV_BAD_INPUT', `${source} is not a plan: ${z.prettifyError(parsed.error)}`, {
      fix: 'Give the file that plan wrote.',
    });
  }
  const found = planHash(value as Plan);
  if (found !== parsed.data.hash) {
    throw new GavotteError(
      'GV_PLAN_CHANGED',
      `${source} was changed after it was made: its hash is ${found}, it says ${parsed.data.hash}`,
      {
        fix: 'Plan again; plans are not edited by hand.',
      },
    );
  }
  const channels = parsed.data.channels.map((each) => ({
    ...each,
    picks: each.picks.map(readVerifiedQuote),
    alternates: each.alternates.map(readVerifiedQuote),
  }));
  return { ...(parsed.data as unknown as Plan), channels };
}
