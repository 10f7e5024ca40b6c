// For users of the package.
export type { Agent, Policy } from './agents/agent.ts';
export type { BidAgents, ChoiceContext, CreativeChoice, PriceOffer } from './agents/bid-agents.ts';
export {
  BiddingAgent,
  type BiddingObservation,
  type BiddingOutcome,
  biddingReward,
} from './agents/bidding.ts';
export {
  BudgetAgent,
  type BudgetClaim,
  type BudgetObservation,
  type BudgetOutcome,
  budgetReward,
} from './agents/budget.ts';
export type { ResponseCurve, TrancheNeed } from './agents/budget-tranches.ts';
export { ClassicalAgents, classicalAgents, teamAgents } from './agents/classical-agents.ts';
export {
  CreativeAgent,
  type CreativeChances,
  type CreativeDecision,
  type CreativeObservation,
  type CreativeOutcome,
  creativeReward,
} from './agents/creative.ts';
export type { ClickPrior } from './agents/creative-clicks.ts';
export { type GuardedPolicy, guarded } from './agents/guarded.ts';
export type { MakeGood } from './agents/make-goods.ts';
export {
  type PacingAction,
  PacingAgent,
  type PacingObservation,
  type PacingOutcome,
  type PacingTick,
  pacingReward,
  UNCORRECTED,
} from './agents/pacing.ts';
export { admits } from './agents/pacing-admits.ts';
export { TrafficForecast } from './agents/pacing-forecast.ts';
export { type Flight, FlightPlan } from './agents/pacing-plan.ts';
export {
  ACTIONS,
  type ActionSpec,
  OBSERVATION,
  PERIODS,
  ROLES,
  type Role,
  TEAM_SCHEMA,
} from './agents/team/roles.ts';
export { ServedTeam } from './agents/team/served-team.ts';
export { Steering } from './agents/team/steering.ts';
export {
  FACT,
  FACT_COUNT,
  FACTS,
  type Fact,
  OBSERVATION_SIZE,
  TeamFacts,
} from './agents/team/team-facts.ts';
export { TeamPolicy } from './agents/team/team-policy.ts';
export { type ClassicalTuning, DEFAULT_TUNING } from './agents/team/tuning.ts';
export { type BookedDeal, DealBook, type DealRefusal } from './deals/deal-book.ts';
export type { AgentsState, BoardRead, CampaignStates, StatedAgents } from './decisions/agents-state.ts';
export { decisionIdOf, keyPrintOf, readFunnel, type WrittenSetup } from './decisions/decision-outcomes.ts';
export type { DecisionOutcome, DecisionRecord } from './decisions/decision-record.ts';
export type { RecordedBid, RecordedState } from './decisions/decision-recorder.ts';
export {
  type AgentSteps,
  type CampaignPart,
  DecisionReplay,
  type DecisionSetup,
  type Redecision,
  type ReplayParts,
} from './decisions/decision-replay.ts';
export { type Explained, type ExplainedDecision, explainDecision } from './decisions/explanation.ts';
export {
  type CampaignFunnel,
  type DealFunnel,
  type Funnel,
  type FunnelLoss,
  funnelOf,
  type ProcessFunnel,
} from './decisions/funnel.ts';
export { type LoadedDecision, loadDecision } from './decisions/load-decision.ts';
export { type DeliveryPlan, parseDeliveryPlan } from './delivery-plan.ts';
export { FrequencyCaps } from './eligibility/frequency-caps.ts';
export { DeliveryEngine } from './engine.ts';
export type { AgentsContext, EngineAgents, EngineOptions, ServedPolicy } from './engine-options.ts';
export { pathJudge, privacyJudge, supplyJudge } from './judges.ts';
export type { BillSpool } from './money/bill-spool.ts';
export type { Bill, BillOutcome } from './money/bills.ts';
export { type BidEnd, Purse } from './money/purse.ts';
export { lateReservation, setAsideForLateBills } from './money/set-aside.ts';
export type { Wallet } from './money/wallet.ts';
export type { NoticeAnswer, NoticeCounts, NoticeDesk, OutcomeListener } from './notice-desk.ts';
export { prepareLedger } from './prepare-ledger.ts';
export type { Bidder, BidResult, Permissions } from './serving/bidder.ts';
export type { Candidate, OpenBid } from './serving/candidate.ts';
export type { ReasonCounts } from './serving/reasons.ts';
export { RunningCampaign, type RunningCreative } from './serving/running-campaign.ts';
export type { DealTerms, DeliveryCampaign, Goal, Targeting } from './types.ts';
