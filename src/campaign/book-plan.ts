import {
  type BookedDeal,
  type BookingIntent,
  Bookings,
  DEFAULT_QUOTE_TIMEOUT_MS,
  DESK_RULES,
  type DealSelection,
  type DealsClientFactory,
  MultiSellerOrchestrator,
  type VerifiedQuote,
} from '../deals/index.ts';
import {
  canonicalJson,
  FX_MAX_AGE_MS,
  type FxTable,
  GavotteError,
  type Money,
  type World,
} from '../kernel/index.ts';
import type { AccountId, Ledger } from '../ledger/index.ts';
import { applyCaps, channelAccount } from './accounts.ts';
import { type CampaignBrief, parseBrief } from './brief/index.ts';
import { requireUnchanged, unchangedQuotes } from './check-quotes.ts';
import { briefNormalizer, type Plan } from './plan.ts';

/** What booking a plan works with. */
export interface BookContext {
  readonly world: World;
  readonly ledger: Ledger;
  readonly dealsClientFactory: DealsClientFactory;
  readonly quoteTimeout?: number;
  /** Today's rates, when the plan's brief had any; they must be the plan's. */
  readonly fx?: FxTable;
  readonly signal?: AbortSignal;
}

/** Where a plan stands after a run of `bookPlan`: all its deals, whichever run booked them. */
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
  const planned = new Set(
    plan.channels.flatMap(({ picks, alternates }) => [...picks, ...alternates].map(quoteKey)),
  );
  const isOfPlan = ({ sellerId, expected }: BookingIntent) =>
    planned.has(quoteKey({ sellerId, quoteId: expected.quoteId }));
  const recovery = { which: isOfPlan, ...(context.signal === undefined ? {} : { signal: context.signal }) };
  for (const result of await bookings.recover(root, cause, recovery)) {
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
  const missing = await findMissing(plan, brief, bookings);
  await requireUnchanged(
    missing.flatMap((each) => each.picks),
    context,
  );
  for (const each of missing) failed.push(...(await bookChannel(brief, each, cause, context)).failedBookings);
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
  if (context.fx !== undefined && canonicalJson(context.fx) !== canonicalJson(brief.fx ?? null)) {
    throw new GavotteError('GV_PLAN_CHANGED', 'the FX rates are not those the plan was made with', {
      fix: 'Plan again with the new rates.',
    });
  }
  if (brief.fx === undefined) return;
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

/** What is still to be bought of a channel. */
interface Missing {
  readonly channel: string;
  readonly picks: readonly VerifiedQuote[];
  /** Bought when a pick fails, in this order. */
  readonly alternates: readonly VerifiedQuote[];
  readonly count: number;
}

/** What no earlier run has booked or still holds money for. */
async function findMissing(plan: Plan, brief: CampaignBrief, bookings: Bookings): Promise<Missing[]> {
  const missing: Missing[] = [];
  for (const { channel, picks, alternates } of plan.channels) {
    const held = await bookings.heldQuotes(channelAccount(brief, channel));
    const isFree = (quote: VerifiedQuote) => !held.has(quoteKey(quote));
    const count = picks.length - [...picks, ...alternates].filter((quote) => !isFree(quote)).length;
    if (count > 0)
      missing.push({ channel, picks: picks.filter(isFree), alternates: alternates.filter(isFree), count });
  }
  return missing;
}

async function bookChannel(
  brief: CampaignBrief,
  missing: Missing,
  cause: string,
  context: BookContext,
): Promise<DealSelection> {
  const { channel, picks, count } = missing;
  const { ledger, world } = context;
  const account = channelAccount(brief, channel);
  const normalizer = briefNormalizer(brief, world);
  const alternates = await unchangedQuotes(missing.alternates, context);
  const inPlannedOrder = [picks, alternates].flatMap((quotes) => {
    const normalized = normalizer.rankQuotes(quotes);
    return quotes.flatMap((quote) => normalized.find((each) => quoteKey(each) === quoteKey(quote)) ?? []);
  });
  const orchestrator = new MultiSellerOrchestrator({
    world,
    registryClient: { discoverSellers: () => Promise.resolve({ sellers: [], excluded: [], warnings: [] }) },
    dealsClientFactory: context.dealsClientFactory,
    quoteNormalizer: normalizer,
    money: { ledger, account },
    cause,
    ...(context.quoteTimeout === undefined ? {} : { quoteTimeout: context.quoteTimeout }),
  });
  return orchestrator.selectAndBook({
    rankedQuotes: inPlannedOrder,
    budget: await freeMoney(account, ledger),
    count,
    ...(context.signal === undefined ? {} : { signal: context.signal }),
  });
}

async function freeMoney(account: AccountId, ledger: Ledger): Promise<Money> {
  const { cap, reserved, leased, settled, currency } = (await ledger.account(account))!;
  return { amountMicros: (cap - reserved - leased - settled) as Money['amountMicros'], currency };
}

function quoteKey({ sellerId, quoteId }: { readonly sellerId: string; readonly quoteId: string }): string {
  return `${sellerId}|${quoteId}`;
}
