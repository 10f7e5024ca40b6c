// For users of the package.
export type { DealTerms, DeliveryCampaign, Goal, Targeting } from './types.ts';
