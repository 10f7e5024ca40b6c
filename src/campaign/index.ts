// For users of the package.
export { type CapChange, channelAccount } from './accounts.ts';
export { type BookContext, type BookedPlan, bookPlan } from './book-plan.ts';
export { bookedDealTerms, type TermsContext } from './booked-terms.ts';
export { type CampaignBrief, type ChannelBrief, parseBrief, parseFx } from './brief.ts';
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
