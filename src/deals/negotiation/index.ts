// For users of the package.
export { Adaptive, adaptive } from './adaptive.ts';
export { Competitive, competitive } from './competitive.ts';
export { CONCESSION_RULES, type ConcessionRule } from './concession-table.ts';
export { targetWorthAsking } from './dual-quote.ts';
export {
  type NegotiateQuotesInput,
  type NegotiationAnnounce,
  type NegotiationPlan,
  type NegotiationResult,
  negotiateQuotes,
} from './negotiate-quotes.ts';
export { SimpleThreshold, type SimpleThresholdOptions, simpleThreshold } from './simple-threshold.ts';
export type {
  NegotiationContext,
  NegotiationDecision,
  NegotiationStrategy,
  NegotiationStrategyFactory,
} from './strategy.ts';
