import { type CampaignBrief, impressionsAsked, type Kpi } from '../campaign/index.ts';
import { showMoney } from '../kernel/index.ts';
import { safeText } from './safe-text.ts';
import { type Column, table } from './table.ts';

const CHANNEL_COLUMNS: readonly Column[] = [
  { title: 'channel', align: 'left', maxWidth: 28 },
  { title: 'media', align: 'left' },
  { title: 'budget', align: 'right' },
  { title: 'deal types', align: 'left' },
  { title: 'max. deals', align: 'right' },
  { title: 'impressions each', align: 'right' },
  { title: 'max. CPM', align: 'right' },
  { title: 'target CPM', align: 'right' },
];

/** A brief as a program reads it: with the impressions that each channel asks for. */
export function briefJson(brief: CampaignBrief): object {
  const channels = brief.channels.map((each) => ({ ...each, impressionsAsked: impressionsAsked(each) }));
  return { ...brief, channels };
}

/** A brief as a person reads it, with everything that it leaves out. */
export function showBrief(brief: CampaignBrief, width: number | undefined): readonly string[] {
  const rows = brief.channels.map((channel) => [
    channel.channel,
    channel.mediaType,
    showMoney(channel.budget),
    channel.dealTypes.join(', '),
    String(channel.maxDeals),
    (impressionsAsked(channel) ?? 0).toLocaleString('en-US'),
    channel.maxCpm === undefined ? '-' : showMoney(channel.maxCpm),
    channel.targetCpm === undefined ? '-' : showMoney(channel.targetCpm),
  ]);
  return [
    safeText(`${brief.name} (${brief.advertiser.id}/${brief.campaign})`),
    '',
    ...facts(brief).map(([title, fact]) => `  ${title.padEnd(14)}${safeText(fact)}`),
    '',
    ...table(CHANNEL_COLUMNS, rows, width),
  ];
}

function facts(brief: CampaignBrief): readonly (readonly [string, string])[] {
  const { flight, audience, frequencyCap, approvals, advertiser, brandSafety } = brief;
  const { excludedCategories, excludedDomains, excludedKeywords } = brandSafety;
  const waiting = Object.entries(approvals).flatMap(([stage, waits]) => (waits ? stage : []));
  const all: readonly (readonly [string, string])[] = [
    ['objective', brief.objective ?? ''],
    ['budget', `${showMoney(brief.budget)}, of ${showMoney(advertiser.cap)} for ${advertiser.id}`],
    ['flight', `${flight.start} to ${flight.end}, ${flight.timeZone}`],
    ['pacing', brief.pacing.model],
    ['approvals', waiting.length === 0 ? 'none' : waiting.join(', ')],
    ['audience', audience === undefined ? '' : `${audience.primary.taxonomy} ${audience.primary.identifier}`],
    ['geo', brief.geo.map(({ type, value }) => `${type} ${value}`).join(', ')],
    ['KPIs', brief.kpis.map(kpiText).join(', ')],
    ['never beside', [...excludedCategories, ...excludedKeywords, ...excludedDomains].join(', ')],
    [
      'frequency',
      frequencyCap === undefined ? '' : `${frequencyCap.impressions} in ${frequencyCap.windowHours} h`,
    ],
    ['preferred', brief.preferredSellers.join(', ')],
    ['excluded', brief.excludedSellers.join(', ')],
    ['notes', brief.notes],
  ];
  return all.filter(([, fact]) => fact !== '');
}

function kpiText({ metric, target }: Kpi): string {
  if (typeof target !== 'number') return `${metric} ${showMoney(target)}`;
  return metric === 'CTR' || metric === 'VCR' ? `${metric} ${target} %` : `${metric} ${target}`;
}
