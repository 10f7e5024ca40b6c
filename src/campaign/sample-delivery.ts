import type { DealTerms, DeliveryCampaign, DeliveryPlan } from '../delivery/index.ts';
import { type EpochMs, MICROS_PER_UNIT, type Money, money } from '../kernel/index.ts';
import type { AccountId, Ledger } from '../ledger/index.ts';
import type { Creative, CreativeFormat } from '../openrtb/index.ts';

/** A campaign that runs anywhere, for trials: the one of `gavotte demo` and `gavotte simulate`. */
export function sampleCampaign(options: {
  readonly id: string;
  readonly account: AccountId;
  readonly budget: Money;
  readonly dailyBudget: Money;
  readonly maxCpm: Money;
  /** Value of a click. */
  readonly clickValue: Money;
  readonly start: EpochMs;
  readonly end: EpochMs;
  /** Our seat by exchange. */
  readonly seats: Readonly<Record<string, string>>;
}): DeliveryCampaign {
  const { id, account, budget, dailyBudget, maxCpm, clickValue, start, end, seats } = options;
  return {
    id,
    account,
    currency: budget.currency,
    start,
    end,
    totalBudget: budget.amountMicros,
    dailyBudget: dailyBudget.amountMicros,
    hourlyLimit: null,
    maxCpm: maxCpm.amountMicros,
    goal: { kind: 'clicks', value: clickValue },
    frequencyCap: { impressions: 5, windowMs: 86_400_000 },
    targeting: {
      countries: [],
      inventory: [],
      domains: [],
      excludedDomains: [],
      deviceTypes: [],
      languages: [],
      segments: [],
    },
    creatives: sampleCreatives(id),
    seats,
    openAuction: true,
    dsa: { behalf: 'Acme', paid: 'Acme' },
    timeZone: 'UTC',
  };
}

/** Sizes of the sample's banners. */
const BANNERS = [
  [300, 250],
  [728, 90],
  [320, 50],
  [300, 600],
  [970, 250],
] as const;

/** Two of a kind where there is a choice to be made. */
function sampleCreatives(campaign: string): readonly Creative[] {
  const domain = `${campaign.toLowerCase().replaceAll(/[^a-z0-9]/g, '-')}.example`;
  const plain = (id: string, format: CreativeFormat, changes: Partial<Creative>): Creative => ({
    id: `${campaign}-${id}`,
    format,
    adomain: [domain],
    cat: ['IAB1'],
    cattax: 1,
    attr: [],
    w: 0,
    h: 0,
    duration: 0,
    mime: 'image/png',
    protocol: 0,
    bitrate: 0,
    apis: [],
    btype: 0,
    language: 'en',
    bundle: '',
    assetUrl: `https://cdn.${domain}/${id}`,
    clickUrl: `https://${domain}/${id}`,
    imageUrl: `https://cdn.${domain}/${id}.png`,
    native: undefined,
    ...changes,
  });
  const image = (w: number, h: number) => ({ url: `https://cdn.${domain}/${w}x${h}.png`, w, h });
  return [
    ...BANNERS.flatMap(([w, h]) => [
      plain(`banner-${w}x${h}-a`, 'banner', { w, h, btype: 2 }),
      plain(`banner-${w}x${h}-b`, 'banner', { w, h, btype: 2 }),
    ]),
    plain('video-15', 'video', {
      duration: 15,
      mime: 'video/mp4',
      protocol: 3,
      bitrate: 3_000,
      w: 1920,
      h: 1080,
    }),
    plain('video-30', 'video', {
      duration: 30,
      mime: 'video/mp4',
      protocol: 3,
      bitrate: 3_000,
      w: 1920,
      h: 1080,
    }),
    plain('audio-30', 'audio', { duration: 30, mime: 'audio/mpeg', protocol: 3, bitrate: 128 }),
    plain('native', 'native', {
      native: {
        title: 'Made to be noticed',
        description: 'What you see is what you get.',
        sponsored: 'Acme',
        callToAction: 'Learn more',
        icon: image(120, 120),
        image: image(1200, 627),
      },
    }),
  ];
}

/** Deals of the sample: name, type, CPM in USD, format. */
const SAMPLE_DEALS = [
  ['sample-pg', 'PG', 9, 'banner'],
  ['sample-pd', 'PD', 18, 'video'],
  ['sample-pa', 'PA', 4, null],
] as const;

/**
 * Books as the desk would leave them, for trials: two campaigns of one advertiser under one cap, which the budget
 * agent splits, and three deals of the first, each funded with a twentieth of the whole. Safe to repeat.
 * @param options.exchange name of the exchange that sells all of it.
 */
export async function openSampleBooks(
  ledger: Ledger,
  options: {
    readonly budget: Money;
    readonly start: EpochMs;
    readonly end: EpochMs;
    readonly exchange: string;
  },
): Promise<DeliveryPlan> {
  const { budget, start, end, exchange } = options;
  const cause = 'sample';
  const [account, channel] = ['acme/sample', 'acme/sample/web'];
  for (const each of ['acme', account, channel]) await ledger.open({ account: each, cap: budget, cause });
  const usd = (units: number) => money(Math.round(units * MICROS_PER_UNIT), 'USD');
  const seats = { [exchange]: 'acme-seat' };
  const campaigns = ['acme-spring', 'acme-brand'].map((id, index) =>
    sampleCampaign({
      id,
      account: `${channel}/${id}`,
      budget,
      dailyBudget: budget,
      maxCpm: usd(25),
      clickValue: usd(index === 0 ? 3 : 2),
      start,
      end,
      seats,
    }),
  );
  for (const { account: each } of campaigns) await ledger.open({ account: each, cap: budget, cause });
  const funded = money(Math.floor(budget.amountMicros / 20), budget.currency);
  const deals = SAMPLE_DEALS.map(
    ([dealId, type, cpm, format]): DealTerms => ({
      exchange,
      dealId,
      type,
      campaign: 'acme-spring',
      account: `${channel}/${dealId}`,
      reservation: `book-${dealId}`,
      cpm: usd(cpm),
      impressions: Math.floor((funded.amountMicros * 1000) / usd(cpm).amountMicros),
      start,
      end,
      countries: [],
      format,
      publishers: [],
      seat: 'acme-seat',
      paused: false,
    }),
  );
  for (const { reservation, account: to } of deals) {
    if ((await ledger.reservation(reservation)) !== undefined) continue;
    await ledger.reserve({ id: reservation, account: channel, amount: funded, memo: '', cause });
    await ledger.move({ id: reservation, to, memo: '', cause });
  }
  return { campaigns, deals };
}
