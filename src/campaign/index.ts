// For users of the package.
export { type CapChange, channelAccount } from './accounts.ts';
export { type BookContext, type BookedPlan, bookPlan } from './book-plan.ts';
export { bookedDealTerms, type TermsContext } from './booked-terms.ts';
export {
  type ApprovalsBrief,
  type AudienceBrief,
  type AudienceRef,
  type AudienceRole,
  type BrandSafety,
  briefJsonSchema,
  type CampaignBrief,
  type CampaignFlight,
  type ChannelBrief,
  type GeoTarget,
  impressionsAsked,
  type Kpi,
  type Objective,
  type PacingBrief,
  parseBrief,
  parseFx,
  SAMPLE_BRIEF,
  type Strictness,
  type Taxonomy,
} from './brief/index.ts';
export type { Approval, ApprovalStatus } from './pipeline/approvals.ts';
export { approvalStatus } from './pipeline/approvals.ts';
export { type Act, CampaignDesk, type CampaignDeskOptions, PIPELINE } from './pipeline/campaign-desk.ts';
export type { CampaignDeal, CampaignState } from './pipeline/campaign-state.ts';
export type { ApprovalStage, CampaignEntry, CampaignFact } from './pipeline/facts.ts';
export { CampaignJournal } from './pipeline/journal.ts';
export { CAMPAIGN_MOVES, type CampaignStatus, DEAL_MOVES, type DealStatus } from './pipeline/states.ts';
export type { WaitsFor } from './pipeline/waits-for.ts';
export {
  type ChannelFindings,
  type ChannelPlan,
  makePlan,
  type Plan,
  type PlanContext,
  parsePlan,
  planHash,
} from './plan.ts';
export { openSampleBooks, sampleCampaign } from './sample-delivery.ts';
