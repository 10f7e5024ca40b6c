import { type Day, formatOf, PURPOSE } from './day.ts';
import { FORMATS, LEVELS, TICKS, TRAFFIC } from './scenario.ts';

/** A deal of the day. Its money is its own, funded by its booking. */
export interface DayDeal {
  readonly kind: 'PG' | 'PD' | 'PA';
  readonly campaign: number;
  /** Agreed CPM, micros; of a private auction its floor. */
  readonly cpm: number;
  /** Impressions agreed, or the most that are to be bought. */
  readonly impressions: number;
}

const ALL_TRAFFIC = TRAFFIC.reduce((sum, each) => sum + each, 0);
/** What is agreed, over the impressions of the format. */
const SHARE_OF_FORMAT = 0.06;
/** Offers come for a tenth more than is agreed, give or take. */
const OVER_OFFER = 1.1;
const OFFER_SIGMA = 0.25;

/** Whose deals there are, and their prices over the usual level of the format. */
const DEALS = [
  { kind: 'PG', campaign: 0, price: 1.2 },
  { kind: 'PG', campaign: 4, price: 1.2 },
  { kind: 'PD', campaign: 8, price: 1 },
  { kind: 'PD', campaign: 1, price: 1 },
  { kind: 'PA', campaign: 10, price: 0.8 },
] as const;

/** Two guaranteed and two preferred deals and a private auction; none where the scenario has none. */
export function dealsOf(day: Day): readonly DayDeal[] {
  if (!day.scenario.deals) return [];
  return DEALS.map(({ kind, campaign, price }, index) => {
    const size = 0.5 + day.draws.uniform(PURPOSE.deal, index);
    let usual = 0;
    for (let tick = 0; tick < TICKS; tick += 1) usual += day.forecast[tick * FORMATS + formatOf(campaign)]!;
    return {
      kind,
      campaign,
      cpm: Math.round(LEVELS[formatOf(campaign)]! * price),
      impressions: Math.round(usual * SHARE_OF_FORMAT * size),
    };
  });
}

/** Impressions that a deal offers in a tick: its part by the traffic, with luck. */
export function offered(day: Day, deal: DayDeal, index: number, tick: number): number {
  const luck = Math.exp(OFFER_SIGMA * day.draws.normal(PURPOSE.dealSupply, tick, index));
  return ((deal.impressions * TRAFFIC[tick]!) / ALL_TRAFFIC) * OVER_OFFER * luck;
}
