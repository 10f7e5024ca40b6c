import { z } from 'zod';
import type { PortfolioConstraints, SupplyPathInfo } from '../deals/index.ts';
import {
  add,
  compare,
  DEAL_TYPES,
  type DealType,
  type EpochMs,
  type Flight,
  type FxTable,
  GavotteError,
  type Money,
  parseJsonFile,
  parseMoney,
  zeroOf,
} from '../kernel/index.ts';

/** One channel's part of a campaign: what is asked of every seller, and the money it may use. */
export interface ChannelBrief {
  readonly channel: string;
  readonly budget: Money;
  readonly dealType: DealType;
  /** Impressions per deal. */
  readonly impressions: number;
  readonly maxDeals: number;
  readonly maxCpm?: Money;
  readonly targetCpm?: Money;
  readonly excludedSellers: readonly string[];
  readonly contentCategories: readonly string[];
  /** Also ask for these shares of `impressions`. */
  readonly volumeSteps: readonly number[];
  /** What the portfolio must satisfy besides the budget; only the optimal one can. */
  readonly constraints: PortfolioConstraints;
}

/** What a person wants bought. The only input that allows spending, and only through a plan's hash. */
export interface CampaignBrief {
  readonly advertiser: { readonly id: string; readonly cap: Money };
  readonly campaign: string;
  readonly budget: Money;
  readonly flight: Flight;
  readonly channels: readonly ChannelBrief[];
  readonly supplyPaths: readonly SupplyPathInfo[];
  /** What a person is asked before it happens. */
  readonly approvals: { readonly plan: boolean; readonly booking: boolean };
  readonly fx?: FxTable;
}

const moneySchema = z.unknown().transform((value, context) => {
  try {
    return parseMoney(value, 'money');
  } catch (error) {
    const problem = GavotteError.from(error);
    context.addIssue({
      code: 'custom',
      message: `${problem.message.replace(/^money /, '')}. ${problem.fix}`,
      input: value,
    });
    return z.NEVER;
  }
});

const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'must be 1 to 64 of a-z 0-9 . _ - and begin with a letter or digit');
const day = z.iso.date('must be a date YYYY-MM-DD');

const share = z.number().min(0).max(1);

const channelSchema = z.strictObject({
  channel: name,
  budget: moneySchema,
  dealType: z.enum(DEAL_TYPES),
  impressions: z.int().positive(),
  maxDeals: z.int().positive().max(1000).default(3),
  maxCpm: moneySchema.optional(),
  targetCpm: moneySchema.optional(),
  excludedSellers: z.array(z.string()).default([]),
  contentCategories: z.array(z.string()).default([]),
  volumeSteps: z.array(z.number().positive().max(1)).min(1).default([1]),
  constraints: z
    .strictObject({
      minImpressions: z.int().positive().optional(),
      maxSellerShare: share.positive().optional(),
      dealTypeShares: z
        .partialRecord(z.enum(DEAL_TYPES), z.strictObject({ min: share.optional(), max: share.optional() }))
        .optional(),
    })
    .default({}),
});

const fxSchema = z
  .strictObject({ asOf: z.iso.datetime(), base: z.string(), rates: z.record(z.string(), z.string()) })
  .transform(({ asOf, ...rest }): FxTable => ({ asOf: Date.parse(asOf) as EpochMs, ...rest }));

const briefSchema = z.strictObject({
  advertiser: z.strictObject({ id: name, cap: moneySchema }),
  campaign: name,
  budget: moneySchema,
  flight: z.strictObject({ start: day, end: day }),
  channels: z.array(channelSchema).min(1),
  supplyPaths: z
    .array(
      z.strictObject({
        sellerId: z.string(),
        intermediaryFeePct: z.number().min(0).max(100),
        techFeeCpm: moneySchema,
      }),
    )
    .default([]),
  approvals: z
    .strictObject({ plan: z.boolean().default(true), booking: z.boolean().default(true) })
    .prefault({}),
  fx: fxSchema.optional(),
});

/**
 * Reads a brief from JSON text.
 * @throws GV_BAD_INPUT naming every field that is wrong, its value and the rule.
 */
export function parseBrief(text: string, source = 'brief'): CampaignBrief {
  const brief = readJson(
    text,
    source,
    briefSchema,
    'examples/brief.json is a complete brief',
  ) as CampaignBrief;
  checkSums(brief, source);
  return brief;
}

/**
 * Reads dated FX rates, `{"asOf": "2026-11-23T11:00:00Z", "base": "USD", "rates": {"EUR": "0.8"}}`: one unit of `base`
 * buys that many of the other.
 * @throws GV_BAD_INPUT
 */
export function parseFx(text: string, source = 'rates'): FxTable {
  return readJson(text, source, fxSchema, 'rates are texts, such as "EUR": "0.8"');
}

function readJson<T>(text: string, source: string, schema: z.ZodType<T>, hint: string): T {
  const value = parseJsonFile(text, source, 'Correct the JSON.');
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.') || source}: ${issue.message}`);
  throw new GavotteError(
    'GV_BAD_INPUT',
    `${source} has ${problems.length} problem(s): ${problems.join('; ')}`,
    {
      fix: `Correct the named fields; ${hint}.`,
    },
  );
}

function checkSums(brief: CampaignBrief, source: string): void {
  const fail = (message: string, fix: string) => {
    throw new GavotteError('GV_BAD_INPUT', `${source}: ${message}`, { fix });
  };
  if (brief.flight.end < brief.flight.start)
    fail(`flight.end ${brief.flight.end} is before flight.start ${brief.flight.start}`, 'Swap them.');
  const everyMoney = [
    brief.advertiser.cap,
    ...brief.channels.flatMap((each) => [each.budget, each.maxCpm ?? brief.budget]),
  ];
  for (const each of everyMoney) {
    if (each.currency !== brief.budget.currency)
      fail(
        `${each.currency} is not the budget's currency ${brief.budget.currency}`,
        'Use one currency in the brief.',
      );
  }
  const total = brief.channels.reduce((sum, channel) => add(sum, channel.budget), zeroOf(brief.budget));
  if (compare(total, brief.budget) > 0)
    fail('the channels’ budgets add up to more than budget', 'Lower a channel, or raise budget.');
  if (compare(brief.budget, brief.advertiser.cap) > 0)
    fail('budget is above advertiser.cap', 'Lower budget, or raise the cap.');
  const names = new Set(brief.channels.map((channel) => channel.channel));
  if (names.size !== brief.channels.length) fail('a channel is listed twice', 'Join the two entries.');
}
