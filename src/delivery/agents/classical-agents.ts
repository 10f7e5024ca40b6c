import type { EngineAgents } from '../engine.ts';
import type { RunningCampaign } from '../serving/running-campaign.ts';

/** Clicks per impression before anything is known. */
const PRIOR_CLICK_RATE = 0.002;

/** The four agents with their classical policies. */
export function classicalAgents(campaigns: readonly RunningCampaign[]): EngineAgents {
  return {
    admits: () => true,
    choose: (campaign, creatives) => ({
      creative: creatives[0]!,
      propensity: 1,
      valueCpm: impressionValue(campaigns[campaign]!) * 1000,
    }),
    price: (_campaign, { valueCpm, floorCpm, maxCpm, auction }) => {
      const wanted = Math.min(maxCpm, auction === 'first' ? valueCpm * 0.85 : valueCpm);
      return wanted >= floorCpm ? wanted : valueCpm >= floorCpm ? floorCpm : 0;
    },
    won: () => {},
    lost: () => {},
    billed: () => {},
    clicked: () => {},
    tick: () => Promise.resolve(),
  };
}

function impressionValue({ campaign: { goal } }: RunningCampaign): number {
  return goal.kind === 'impressions' ? goal.value.amountMicros : goal.value.amountMicros * PRIOR_CLICK_RATE;
}
