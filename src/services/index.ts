export { type AuditorParts, type OpenedAuditor, openAuditor } from './auditor/open-auditor.ts';
export { type RunningAuditor, type ServeAuditorOptions, serveAuditor } from './auditor/serve-auditor.ts';
export type { BidAnswer, BidApplication, ControlAnswer, ControlRequest } from './bid-server/application.ts';
export { type BidServerLimits, DEFAULT_LIMITS } from './bid-server/limits.ts';
export {
  BID_SERVER_FAILURES,
  type RunningBidServer,
  type ServeBidsOptions,
  serveBids,
} from './bid-server/serve-bids.ts';
export type { BidServerStats } from './bid-server/stats.ts';
export { type BidderSettings, parseBidderSettings } from './bidder/bidder-settings.ts';
export type { BidderStatus, CampaignStatus, DealStatus } from './bidder/bidder-status.ts';
export type { BidderParts } from './bidder/engine-options.ts';
export { type RunningBidder, type ServeBidderOptions, serveBidder } from './bidder/serve-bidder.ts';
export { type RunningEnvironments, serveEnvironment } from './environment/serve-environment.ts';
export type { Quantiles } from './exchange/histogram.ts';
export {
  type ServedExchange,
  type ServedSecond,
  type ServeExchangeOptions,
  serveExchange,
} from './exchange/serve-exchange.ts';
export { type RunningServer, type ServeOptions, serveHandler } from './serve-handler.ts';
export {
  type RunningMarket,
  type ServedSeller,
  type ServeMarketOptions,
  serveMarket,
} from './serve-market.ts';
export { type LiveDay, LiveMarket, type LiveMarketOptions } from './simulation/live-market.ts';
export {
  SIMULATION_NOTICE_KEY,
  type SimulateDeliveryOptions,
  type SimulatedDelivery,
  type SimulatedSecond,
  simulateDelivery,
} from './simulation/simulate-delivery.ts';
