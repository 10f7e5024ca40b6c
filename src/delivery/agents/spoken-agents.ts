import { MICROS_PER_UNIT } from '../../kernel/index.ts';
import type { RunningCampaign } from '../serving/running-campaign.ts';
import type { CampaignPace } from './campaign-pace.ts';
import type { HourlyAgreements } from './hourly-agreements.ts';

/** Campaigns that a message names. */
const MOST_SPOKEN_OF = 4;

/** What the classical agents speak of. */
export interface SpokenParts {
  readonly at: number;
  readonly campaigns: readonly RunningCampaign[];
  readonly plans: readonly CampaignPace[];
  readonly throttles: Float64Array;
  readonly lambdas: Float64Array;
  readonly agreements: HourlyAgreements;
  /** What is bid for a campaign of late, CPM micros. */
  readonly levelOf: (id: string) => number;
}

/** What each agent would say if asked, for people who watch. */
export function spokenAgents(parts: SpokenParts): Readonly<Record<string, string>> {
  const { at, campaigns, plans, throttles, lambdas, agreements, levelOf } = parts;
  const say = (of: (index: number, running: RunningCampaign) => string) =>
    campaigns
      .slice(0, MOST_SPOKEN_OF)
      .map((running, index) => `${running.campaign.id} ${of(index, running)}`)
      .join(', ');
  return {
    budget: [
      `may still spend: ${say((index, { openSpent }) => units(Math.max(0, agreements.partOf(index) - openSpent)))}`,
      ...agreements.spoken().slice(0, MOST_SPOKEN_OF),
    ].join('; '),
    pacing: `spent of plan, requests taken: ${say((index) => {
      const { spent, plan } = plans[index]!;
      return `${units(spent)} of ${units(plan.plannedBy(at))}, ${Math.round(throttles[index]! * 100)} %`;
    })}`,
    bidding: `CPM of late, λ: ${say((index, { campaign: { id } }) => `${units(levelOf(id))}, ${lambdas[index]!.toFixed(2)}`)}`,
    creative: `clicks learned from: ${say((_index, { clicks }) => String(clicks))}`,
  };
}

/** Micros as whole units with cents, for people. */
function units(micros: number): string {
  return (micros / MICROS_PER_UNIT).toFixed(2);
}
