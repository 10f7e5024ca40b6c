import {
  type BookedDeal,
  Bookings,
  DEFAULT_QUOTE_TIMEOUT_MS,
  DESK_RULES,
  type DealSelection,
  type DealsClientFactory,
  MultiSellerOrchestrator,
  type NormalizedQuote,
  type VerifiedQuote,
} from '../deals/index.ts';
import {
  add,
  canonicalJson,
  FX_MAX_AGE_MS,
  type FxTable,
  GavotteError,
  type Money,
  mapBounded,
  showMoney,
  type World,
  zeroOf,
} from '../kernel/index.ts';
import type { Ledger } from '../ledger/index.ts';
import { applyCaps, channelAccount } from './accounts.ts';
import { type CampaignBrief, parseBrief } from './brief.ts';
import { briefNormalizer, type ChannelPlan, type Plan } from './plan.ts';

export interface BookContext {
  readonly world: World;
  readonly ledger: Ledger;
  readonly dealsClientFactory: DealsClientFactory;
  readonly quoteTimeout?: number;
  /** Today's rates, when the plan's brief had any; they must be the plan's. */
  readonly fx?: FxTable;
  readonly signal?: AbortSignal;
}

export interface BookedPlan {
  readonly planHash: string;
  readonly bookedDeals: readonly BookedDeal[];
  readonly failedBookings: DealSelection['failedBookings'];
  readonly warnings: readonly string[];
  /** Committed to deals on the plan's accounts, whichever run of the plan did it. */
  readonly totalSpend: Money;
  readonly remainingBudget: Money;
}

/**
 * Books what a plan says, or nothing if anything it was made from has changed. Run again after a crash, it
 * first finds out what became of what it had begun, and then books only what is missing.
 * @throws GV_PLAN_CHANGED, GV_FX_STALE, GV_CAP_EXCEEDED, GV_LEDGER_UNAVAILABLE
 */
export async function bookPlan(plan: Plan, context: BookContext): Promise<BookedPlan> {
  const brief = parseBrief(plan.brief, 'the plan’s brief');
  checkRates(brief, context);
  const cause = `plan:${plan.hash}`;
  await applyCaps(plan.caps, context.ledger, cause);
  const warnings: string[] = [];
  const bookings = new Bookings({
    ledger: context.ledger,
    clock: context.world.clock,
    clientOf: context.dealsClientFactory,
    rules: DESK_RULES,
    callTimeoutMs: context.quoteTimeout ?? DEFAULT_QUOTE_TIMEOUT_MS,
    onWarning: (message) => warnings.push(message),
  });
  const failed: DealSelection['failedBookings'][number][] = [];
  const root = `${brief.advertiser.id}/${brief.campaign}`;
  for (const result of await bookings.recover(root, cause, context.signal)) {
    if (result.outcome === 'booked') continue;
    const { intent, error, outcome } = result;
    failed.push({
      quoteId: intent.expected.quoteId,
      sellerId: intent.sellerId,
      error: error.message,
      errorCode: error.code,
      outcome,
    });
  }
  const missing = await missingPicks(plan, brief, bookings);
  await checkQuotes(
    missing.flatMap((each) => each.picks),
    context,
  );
  for (const { channel, picks } of missing) {
    const selection = await bookChannel(brief, channel, picks, cause, context);
    failed.push(...selection.failedBookings);
  }
  const bookedDeals = await bookings.bookedDeals(root);
  const account = await context.ledger.account(root);
  const totalSpend = {
    ...brief.budget,
    amountMicros: ((account?.reserved ?? 0) + (account?.settled ?? 0)) as Money['amountMicros'],
  };
  const remainingBudget = {
    ...brief.budget,
    amountMicros: (brief.budget.amountMicros - totalSpend.amountMicros) as Money['amountMicros'],
  };
  return { planHash: plan.hash, bookedDeals, failedBookings: failed, warnings, totalSpend, remainingBudget };
}

function checkRates(brief: CampaignBrief, context: BookContext): void {
  if (brief.fx === undefined) return;
  if (context.fx !== undefined && canonicalJson(context.fx) !== canonicalJson(brief.fx)) {
    throw new GavotteError('GV_PLAN_CHANGED', 'the FX rates are not those the plan was made with', {
      fix: 'Plan again with the new rates.',
    });
  }
  const ageMs = context.world.clock.now() - brief.fx.asOf;
  if (ageMs > FX_MAX_AGE_MS) {
    throw new GavotteError(
      'GV_FX_STALE',
      `the plan’s FX rates are ${Math.round(ageMs / 3_600_000)} hours old; at most 24 are allowed`,
      {
        fix: 'Plan again with fresh rates.',
      },
    );
  }
}

/** The picks no earlier run has booked or still holds money for. */
async function missingPicks(plan: Plan, brief: CampaignBrief, bookings: Bookings): Promise<ChannelPlan[]> {
  const missing: ChannelPlan[] = [];
  for (const channel of plan.channels) {
    const held = await bookings.heldQuotes(channelAccount(brief, channel.channel));
    missing.push({
      ...channel,
      picks: channel.picks.filter((pick) => !held.has(`${pick.sellerId}|${pick.quoteId}`)),
    });
  }
  return missing;
}

/** Every quote must still be what the plan saw; otherwise nothing at all is booked (fault B8). */
async function checkQuotes(picks: readonly VerifiedQuote[], context: BookContext): Promise<void> {
  const problems = await mapBounded(picks, 32, async (pick) => {
    const client = context.dealsClientFactory({ sellerId: pick.sellerId, url: pick.sellerUrl });
    try {
      const now = await client.getQuote(
        pick.quoteId,
        context.signal === undefined ? {} : { signal: context.signal },
      );
      const { agreedCpm: _agreed, request, sellerId, sellerUrl, ...planned } = pick;
      DESK_RULES.checkQuote(
        // Later reads of a quote may leave out what the seller does not store (wire §4.1).
        { ...now, minimumSpend: now.minimumSpend ?? planned.minimumSpend },
        {
          seller: { sellerId, url: sellerUrl },
          request,
          now: context.world.clock.now(),
          budgetCurrency: (pick.finalCpm ?? { currency: 'USD' as Money['currency'] }).currency,
          fx: undefined,
          knownSellerIds: new Set(),
        },
      );
      const was = pick.finalCpm === null ? 'none' : showMoney(pick.finalCpm);
      const is = now.finalCpm === null ? 'none' : showMoney(now.finalCpm);
      return was === is ? null : `${sellerId} now asks ${is} instead of ${was}`;
    } catch (error) {
      return `${pick.sellerId}: ${GavotteError.from(error).message}`;
    }
  });
  const found = problems.filter((problem) => problem !== null);
  if (found.length === 0) return;
  throw new GavotteError(
    'GV_PLAN_CHANGED',
    `nothing was booked, because quotes are not what the plan saw: ${found.join('; ')}`,
    {
      fix: 'Plan again.',
      details: { quotes: found },
    },
  );
}

async function bookChannel(
  brief: CampaignBrief,
  channel: string,
  picks: readonly VerifiedQuote[],
  cause: string,
  context: BookContext,
): Promise<DealSelection> {
  const account = channelAccount(brief, channel);
  const normalizer = briefNormalizer(brief, context.world);
  const rankedQuotes: readonly NormalizedQuote[] = normalizer.rankQuotes(picks, {});
  const budget = rankedQuotes.reduce(
    (sum, quote) => add(sum, quote.cost ?? zeroOf(brief.budget)),
    zeroOf(brief.budget),
  );
  const orchestrator = new MultiSellerOrchestrator({
    world: context.world,
    registryClient: { discoverSellers: () => Promise.resolve({ sellers: [], excluded: [], warnings: [] }) },
    dealsClientFactory: context.dealsClientFactory,
    quoteNormalizer: normalizer,
    money: { ledger: context.ledger, account },
    cause,
    ...(context.quoteTimeout === undefined ? {} : { quoteTimeout: context.quoteTimeout }),
  });
  return orchestrator.selectAndBook({
    rankedQuotes,
    budget,
    count: picks.length,
    ...(context.signal === undefined ? {} : { signal: context.signal }),
  });
}
