import type { DeliveryCampaign } from '../types.ts';
import { TrafficForecast } from './pacing-forecast.ts';
import { FlightPlan } from './pacing-plan.ts';

const HOUR_MS = 3_600_000;

/** The pacing side of one campaign. */
export interface CampaignPace {
  readonly forecast: TrafficForecast;
  readonly plan: FlightPlan;
  /** Requests the campaign could have taken part in, since the last tick. */
  seen: number;
  /** Micros spent and about to be, at the last tick. */
  spent: number;
  /** The clock hour that runs, the split it was planned by, and what was spent before it. */
  hour: number;
  splits: number;
  spentBeforeHour: number;
}

/** Of a campaign that begins. */
export function campaignPace(campaign: DeliveryCampaign): CampaignPace {
  const forecast = new TrafficForecast(campaign.timeZone);
  const plan = new FlightPlan(campaign, forecast);
  return { forecast, plan, seen: 0, spent: 0, hour: -1, splits: 0, spentBeforeHour: 0 };
}

/**
 * At each new hour, and when money was split anew, what is left is planned anew: the campaign's tranche, by what traffic
 * the hours have brought.
 */
export function replanIfDue(
  each: CampaignPace,
  isSplitAnew: boolean,
  at: number,
  spent: number,
  spentToday: number,
  budget: number,
): void {
  const hour = Math.floor(at / HOUR_MS);
  if (hour === each.hour && !isSplitAnew) return;
  if (hour !== each.hour) each.spentBeforeHour = spent;
  each.hour = hour;
  each.plan.replan(at, spent, spentToday, budget);
}
