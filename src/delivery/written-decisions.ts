import type { Clock } from '../kernel/index.ts';
import type { DealBook } from './deals/deal-book.ts';
import type { StatedAgents } from './decisions/agents-state.ts';
import { keyPrintOf } from './decisions/decision-outcomes.ts';
import { DecisionRecorder } from './decisions/decision-recorder.ts';
import type { DecisionSetup } from './decisions/decision-replay.ts';
import type { ProcessFunnel } from './decisions/funnel.ts';
import type { EngineOptions } from './engine-options.ts';
import { OutcomeJournal } from './outcome-journal.ts';
import type { RunningCampaign } from './serving/running-campaign.ts';

/** What an engine tells those who write down what it decides. */
export interface WrittenEngine {
  readonly setup: DecisionSetup;
  readonly clock: Pick<Clock, 'now' | 'monotonic'>;
  /** Indexes of the campaigns in flight. */
  readonly active: () => readonly number[];
  readonly funnel: () => ProcessFunnel;
}

/**
 * What writes down what an engine decides; undefined where nobody asked for it. Without a recorder, as agents that cannot
 * be written down have none, there are notices and counts only.
 */
export function writtenDecisions(
  { outcomes, exchanges, notices }: Pick<EngineOptions, 'outcomes' | 'exchanges' | 'notices'>,
  agents: StatedAgents | undefined,
  { setup, clock, active, funnel }: WrittenEngine,
): { readonly recorder: DecisionRecorder | null; readonly journal: OutcomeJournal } | undefined {
  if (outcomes === undefined) return undefined;
  const { log, noBidsPerKept } = outcomes;
  const names = exchanges.map(({ name }) => name);
  const recorder =
    agents === undefined ? null : new DecisionRecorder({ agents, exchanges: names, active, noBidsPerKept });
  const written = { ...setup, noticeUrl: notices.baseUrl, keyPrint: keyPrintOf(notices), noBidsPerKept };
  return { recorder, journal: new OutcomeJournal({ log, recorder, setup: written, clock, funnel }) };
}

/** How far offers came in a process, by campaign and deal. */
export function processFunnel(
  engine: {
    readonly purse: { readonly holder: string };
    readonly bidder: { readonly imps: number };
    readonly campaigns: readonly RunningCampaign[];
    readonly deals: DealBook;
  },
  at: number,
): ProcessFunnel {
  return {
    holder: engine.purse.holder,
    at,
    available: engine.bidder.imps,
    campaigns: engine.campaigns.map(({ campaign, spent, bids, wins, impressions, reasons }) => ({
      id: campaign.id,
      currency: campaign.currency,
      budget: campaign.totalBudget,
      spent,
      bids,
      wins,
      billed: impressions,
      reasons: Object.fromEntries(reasons.entries()),
    })),
    deals: [...engine.deals.deals].map(({ terms, offered, refused }) => ({
      exchange: terms.exchange,
      dealId: terms.dealId,
      campaign: terms.campaign,
      offered,
      refused: Object.fromEntries(refused),
    })),
  };
}
