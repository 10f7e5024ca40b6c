import { z } from 'zod';
import { MEDIA_TYPES } from '../../deals/index.ts';
import { DEAL_TYPES } from '../../kernel/index.ts';
import { audience } from './audience-schema.ts';
import { day, listOf, name, positiveSum, share, sum, text } from './fields.ts';
import { fxSchema } from './fx.ts';
import { GEO_TYPES, MONEY_KPIS, NUMBER_KPIS, OBJECTIVES, PERCENT_KPIS } from './types.ts';

/** Most channels of a campaign; the field knows eight kinds of media. */
const MAX_CHANNELS = 100;
/** Longest flight in days: three years. Every day costs a row in plans and reports. */
export const MAX_FLIGHT_DAYS = 1_096;

const dealTypes = z
  .union([z.enum(DEAL_TYPES), z.array(z.enum(DEAL_TYPES)).min(1).max(DEAL_TYPES.length)], {
    error: `must be ${DEAL_TYPES.join(', ')}, or a list of these, first the one to ask for`,
  })
  .transform((given) => (typeof given === 'string' ? [given] : [...new Set(given)]));

const constraints = z.strictObject({
  minImpressions: z.int().positive().exactOptional().describe('Least impressions of all its deals together.'),
  maxSellerShare: share
    .positive()
    .exactOptional()
    .describe('Most of the spend that one seller may have, above 0 up to 1.'),
  dealTypeShares: z
    .partialRecord(
      z.enum(DEAL_TYPES),
      z.strictObject({
        min: share.exactOptional().describe('Least of the spend, 0 to 1.'),
        max: share.exactOptional().describe('Most of the spend, 0 to 1.'),
      }),
    )
    .exactOptional()
    .describe('Least and most of the spend for each deal type.'),
});

const channel = z.strictObject({
  channel: name.describe(
    'Its id, unique in the brief and a part of its account; by itself also what is bought.',
  ),
  mediaType: text
    .exactOptional()
    .describe(`What is bought where the id does not say: ${MEDIA_TYPES.join(', ')}.`),
  formats: listOf(text).describe('Formats that are liked best, first the best: 300x250, video-15.'),
  budget: positiveSum
    .exactOptional()
    .describe('What it may spend. Give this or share, the same for all channels.'),
  share: z
    .number()
    .min(0.01)
    .max(100)
    .exactOptional()
    .describe('What it may spend, in percent of the budget; the shares of all channels add up to 100.'),
  dealType: dealTypes
    .exactOptional()
    .describe('PG, PD or PA, or a list, first the one to ask for. Left out: what is usual for the media.'),
  impressions: z
    .int()
    .positive()
    .exactOptional()
    .describe('Impressions of each deal. Left out: what budget / maxDeals buys at maxCpm, or at targetCpm.'),
  maxDeals: z.int().positive().max(1000).default(3).describe('Most deals to make.'),
  maxCpm: positiveSum.exactOptional().describe('Highest effective CPM, fees and all, inclusive.'),
  targetCpm: positiveSum.exactOptional().describe('The CPM to negotiate for, before fees.'),
  minImpressions: z
    .int()
    .positive()
    .exactOptional()
    .describe('Least impressions of one deal; quotes for fewer are left out.'),
  excludedSellers: listOf(text).describe('Seller ids or base URLs never to ask for this channel.'),
  contentCategories: listOf(text).describe('Only sellers of this content, in their own words.'),
  creatives: listOf(text).describe('Ids of the creatives to run; empty takes all that fit.'),
  volumeSteps: z
    .array(z.number().positive().max(1))
    .min(1)
    .max(20)
    .default([1])
    .describe('Ask also for these parts of the impressions, so that volume can be split.'),
  constraints: constraints
    .prefault({})
    .describe('What the deals must satisfy together; only --portfolio optimal can.'),
});

const geo = z.strictObject({
  type: z.enum(GEO_TYPES).describe('What kind of place.'),
  value: text.describe(
    'A country as ISO 3166 alpha-3 (USA), a state as ISO 3166-2 (US-CA), others by their number.',
  ),
});

const kpi = z.discriminatedUnion('metric', [
  z.strictObject({
    metric: z.enum(MONEY_KPIS).describe('Money per thousand impressions, click, completed view.'),
    target: positiveSum.describe('The most to pay.'),
  }),
  z.strictObject({
    metric: z.enum(PERCENT_KPIS).describe('Clicks, completed views.'),
    target: z.number().positive().max(100).describe('The least, in percent: 70 is 70 %.'),
  }),
  z.strictObject({
    metric: z.enum(NUMBER_KPIS).describe('Return on ad spend, gross rating points.'),
    target: z.number().positive().describe('The least.'),
  }),
]);

const pacing = z.discriminatedUnion('model', [
  z.strictObject({
    model: z
      .enum(['even', 'ahead', 'asap'])
      .describe('even: the same each day; ahead: more in the beginning; asap: as fast as it goes.'),
  }),
  z.strictObject({
    model: z.literal('custom').describe('By weights of your own.'),
    weights: z
      .array(z.number().min(0))
      .min(1)
      .max(MAX_FLIGHT_DAYS)
      .describe('One for each day of the flight, 0 or more.'),
  }),
]);

const frequencyCap = z.strictObject({
  impressions: z.int().positive().describe('Most impressions for one person.'),
  windowHours: z.number().positive().describe('In this many hours.'),
});

const supplyPath = z.strictObject({
  sellerId: text.describe('The seller it leads to.'),
  intermediaryFeePct: z.number().min(0).max(100).describe('Percent of the CPM that stays on the way.'),
  techFeeCpm: sum.describe('A flat fee for each thousand impressions.'),
});

const waits = (by: boolean, what: string) => z.boolean().default(by).describe(what);

/** A brief as it is written, JSON or YAML: the one schema that is read with and that is published. */
export const briefSchema = z.strictObject({
  $schema: z.string().exactOptional().describe('Where this schema is, for editors.'),
  advertiser: z
    .strictObject({
      id: name.describe('The account of the ledger that pays.'),
      cap: positiveSum.describe('Most that all campaigns of the advertiser may spend together.'),
    })
    .describe('Who pays.'),
  campaign: name.describe('The id of the campaign, unique for the advertiser.'),
  name: text.exactOptional().describe('What people call it; else its id.'),
  objective: z.enum(OBJECTIVES).exactOptional().describe('What it is for.'),
  budget: positiveSum.describe('Most that the campaign may spend. Its currency is the campaign’s.'),
  flight: z
    .strictObject({
      start: day.describe('The first day, YYYY-MM-DD.'),
      end: day.describe('The last day, YYYY-MM-DD, whole.'),
      timeZone: text
        .default('UTC')
        .describe('Where its days begin and end: an IANA name such as Europe/Berlin.'),
    })
    .describe('When it runs.'),
  channels: z
    .array(channel)
    .min(1)
    .max(MAX_CHANNELS)
    .describe('What is bought, each with its part of the budget.'),
  audience: audience.exactOptional().describe('Whom to reach.'),
  geo: listOf(geo).describe('Where to run; empty is everywhere.'),
  kpis: listOf(kpi).describe('What it is judged by.'),
  brandSafety: z
    .strictObject({
      excludedCategories: listOf(text).describe('Ids of the IAB Content Taxonomy.'),
      excludedKeywords: listOf(text).describe('Words.'),
      excludedDomains: listOf(text).describe('Sites and apps, by domain.'),
    })
    .prefault({})
    .describe('What no ad may stand beside.'),
  frequencyCap: frequencyCap.exactOptional().describe('How often one person may see it.'),
  pacing: pacing.prefault({ model: 'even' }).describe('How spend is spread over the flight.'),
  preferredSellers: listOf(text).describe('Sellers that are liked, by id or base URL.'),
  excludedSellers: listOf(text).describe('Seller ids or base URLs never to ask, for any channel.'),
  approvals: z
    .strictObject({
      plan: waits(true, 'The plan waits for a person.'),
      booking: waits(true, 'Booking waits for a person.'),
      creative: waits(false, 'Creatives wait for a person.'),
      pacing: waits(false, 'Changes of pacing wait for a person.'),
    })
    .prefault({})
    .describe('Which steps wait for a person.'),
  notes: z.string().max(10_000).default('').describe('For people.'),
  supplyPaths: listOf(supplyPath).describe('Fees between you and sellers.'),
  fx: fxSchema.exactOptional().describe('Rates for quotes in other currencies.'),
});

/** A brief whose fields are each right, before rules that join fields. */
export type WrittenBrief = z.output<typeof briefSchema>;
/** One of its channels. */
export type WrittenChannel = WrittenBrief['channels'][number];
