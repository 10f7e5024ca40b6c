// For users of the package.
export { FeedbackAgent, type RetrainingReason } from './feedback-agent.ts';
export { MixedTeam, type ShadowFigures } from './mixed-team.ts';
export type { BidNews, JoinedBid } from './observing/bid-join.ts';
export type { CreativeChange, RateChange } from './observing/creative-drift.ts';
export type { CreativePosterior } from './observing/creative-rates.ts';
export { DriftDetector, type DriftState } from './observing/drift.ts';
export type { Experience } from './observing/experience.ts';
export { type MarketReport, ObservedMarket, type PriceDrift } from './observing/observed-market.ts';
export type { PriceLevel } from './observing/price-levels.ts';
export {
  type PolicyState,
  PolicyStore,
  type PolicyTransition,
  type StoredPolicy,
} from './policies/policy-store.ts';
export { judge, type Retrained, type RetrainingOptions, retrain, retrainingOf } from './retraining.ts';
