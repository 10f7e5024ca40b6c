import { z } from 'zod';
import { type EpochMs, GavotteError, type Micros, parseJsonFile, parseMoney } from '../kernel/index.ts';
import type { Creative } from '../openrtb/index.ts';
import type { DealTerms, DeliveryCampaign } from './types.ts';

/** What a bidder is to run: the campaigns, and the deals that the desk booked for them. */
export interface DeliveryPlan {
  readonly campaigns: readonly DeliveryCampaign[];
  readonly deals: readonly DealTerms[];
}

const money = z.unknown().transform((value, context) => {
  try {
    return parseMoney(value, 'money');
  } catch (error) {
    const problem = GavotteError.from(error);
    context.addIssue({ code: 'custom', message: `${problem.message}. ${problem.fix}`, input: value });
    return z.NEVER;
  }
});
const time = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text) as EpochMs);
const texts = z.array(z.string()).default([]);
const numbers = z.array(z.int()).default([]);
const id = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,79}$/, 'must be 1 to 80 letters, digits or . _ : -');
const account = z.string().min(1);
const httpsUrl = z.url({ protocol: /^https$/ });
const domain = z.string().transform((text) => text.toLowerCase());
const image = z.strictObject({ url: httpsUrl, w: z.int().positive(), h: z.int().positive() });

const creative = z.strictObject({
  id,
  format: z.enum(['banner', 'video', 'audio', 'native']),
  adomain: z.array(domain).min(1),
  cat: texts,
  cattax: z.int().default(1),
  attr: numbers,
  w: z.int().nonnegative().default(0),
  h: z.int().nonnegative().default(0),
  duration: z.number().nonnegative().default(0),
  mime: z.string().default(''),
  protocol: z.int().nonnegative().default(0),
  bitrate: z.int().nonnegative().default(0),
  apis: numbers,
  btype: z.int().nonnegative().default(0),
  language: z.string().default(''),
  bundle: z.string().default(''),
  assetUrl: httpsUrl,
  clickUrl: httpsUrl,
  imageUrl: httpsUrl,
  native: z
    .strictObject({
      title: z.string(),
      description: z.string(),
      sponsored: z.string(),
      callToAction: z.string(),
      icon: image,
      image,
    })
    .optional(),
});

const campaign = z
  .strictObject({
    id,
    account,
    start: time,
    end: time,
    totalBudget: money,
    dailyBudget: money,
    hourlyLimit: money.optional(),
    maxCpm: money,
    goal: z.strictObject({ kind: z.enum(['impressions', 'clicks', 'conversions']), value: money }),
    frequencyCap: z
      .strictObject({ impressions: z.int().positive(), windowHours: z.number().positive() })
      .optional(),
    targeting: z
      .strictObject({
        countries: z.array(z.string().regex(/^[A-Z]{3}$/, 'must be an ISO 3166 alpha-3 code')).default([]),
        inventory: z.array(z.enum(['site', 'app', 'dooh'])).default([]),
        domains: z.array(domain).default([]),
        excludedDomains: z.array(domain).default([]),
        deviceTypes: numbers,
        languages: texts,
        segments: texts,
      })
      .prefault({}),
    creatives: z.array(creative).min(1),
    seats: z.record(z.string(), z.string()),
    openAuction: z.boolean().default(true),
    dsa: z.strictObject({ behalf: z.string(), paid: z.string() }).nullable().default(null),
    timeZone: z.string().default('UTC'),
  })
  .check(({ value, issues }) => {
    const amounts = { totalBudget: value.totalBudget, dailyBudget: value.dailyBudget, maxCpm: value.maxCpm };
    for (const [key, { amountMicros, currency }] of Object.entries(amounts)) {
      const problem =
        amountMicros <= 0
          ? 'must be above zero'
          : currency === value.totalBudget.currency
            ? ''
            : `must be in ${value.totalBudget.currency}, like totalBudget`;
      if (problem !== '') issues.push({ code: 'custom', path: [key], message: problem, input: amountMicros });
    }
    if (value.end <= value.start)
      issues.push({ code: 'custom', path: ['end'], message: 'must be after start', input: value.end });
  });

const deal = z.strictObject({
  exchange: id,
  dealId: z.string().min(1),
  type: z.enum(['PG', 'PD', 'PA']),
  campaign: id,
  account,
  reservation: z.string().min(1),
  cpm: money,
  impressions: z.int().positive(),
  start: time,
  end: time,
  countries: texts,
  format: z.enum(['banner', 'video', 'audio', 'native']).nullable().default(null),
  publishers: texts,
  seat: z.string(),
  paused: z.boolean().default(false),
});

const planSchema = z.strictObject({ campaigns: z.array(campaign), deals: z.array(deal).default([]) });

/**
 * Reads a delivery plan from JSON text. Times are ISO 8601 with their offset, money is
 * `{"amount": "1.50", "currency": "USD"}`.
 * @throws GV_BAD_INPUT naming every field that is wrong, its value and the rule.
 */
export function parseDeliveryPlan(text: string, source = 'delivery plan'): DeliveryPlan {
  const parsed = planSchema.safeParse(parseJsonFile(text, source, 'Correct the JSON.'));
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      (issue) => `${issue.path.join('.') || source}: ${issue.message}`,
    );
    throw new GavotteError('GV_BAD_INPUT', problems.join('; '), {
      fix: 'Correct these fields; examples/delivery.json is a complete plan.',
    });
  }
  const { campaigns, deals } = parsed.data;
  const known = new Set(campaigns.map((each) => each.id));
  const stray = deals.find((each) => !known.has(each.campaign));
  if (known.size < campaigns.length || stray !== undefined) {
    const message =
      stray === undefined
        ? 'two campaigns share an id'
        : `deal ${stray.dealId} is for campaign ${stray.campaign}`;
    throw new GavotteError('GV_BAD_INPUT', message, {
      fix: 'Give each campaign its own id, and deals one of these.',
    });
  }
  return { campaigns: campaigns.map(campaignFrom), deals };
}

function campaignFrom(given: z.output<typeof campaign>): DeliveryCampaign {
  const { totalBudget, frequencyCap } = given;
  return {
    ...given,
    currency: totalBudget.currency,
    totalBudget: totalBudget.amountMicros,
    dailyBudget: given.dailyBudget.amountMicros,
    hourlyLimit: given.hourlyLimit?.amountMicros ?? null,
    maxCpm: given.maxCpm.amountMicros as Micros,
    frequencyCap:
      frequencyCap === undefined
        ? null
        : { impressions: frequencyCap.impressions, windowMs: frequencyCap.windowHours * 3_600_000 },
    creatives: given.creatives.map((each): Creative => ({ ...each, native: each.native })),
  };
}

/** Where a click on a creative of a campaign leads; undefined for one that the plan does not have. */
export function landingOf(plan: DeliveryPlan, campaign: string, creative: string): string | undefined {
  const creatives = plan.campaigns.find(({ id }) => id === campaign)?.creatives;
  return creatives?.find(({ id }) => id === creative)?.clickUrl;
}
