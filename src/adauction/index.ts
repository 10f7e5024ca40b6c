// For users of the package.
export type { BidOutcome } from './auction/outcome.ts';
export { NO_RIVALS, type RivalBids, type RivalCell, type Rivals, rivalLandscape } from './auction/rivals.ts';
export { runAuction } from './auction/run-auction.ts';
export { Audience, type Reaction, type Shown } from './audience/audience.ts';
export { AdAuction, type AdAuctionOptions, scenarioOf } from './environment/ad-auction.ts';
export { hindsightSurplus } from './environment/hindsight.ts';
export { Landscape } from './environment/landscape.ts';
export {
  type MarketData,
  parseHours,
  parsePrices,
  withMarketData,
} from './environment/market-data.ts';
export type { Met, Shading } from './environment/meeting.ts';
export type { DayMetrics } from './environment/metrics.ts';
export { type MarketShift, SCENARIOS, type Scenario } from './environment/scenario.ts';
export { trafficLeft } from './environment/splits.ts';
export { tunedFor } from './environment/tuned.ts';
export {
  type Conversion,
  DISPLAY_DELAY_MS,
  type ExchangeBidder,
  type ExchangeFaults,
  NO_FAULTS,
  type SimulateExchangeOptions,
} from './exchange/options.ts';
export type {
  DealCounts,
  ExchangeReport,
  NoticeCall,
  NoticeCounts,
  NoticeFault,
  SumsByCurrency,
  TradeCounts,
} from './exchange/report.ts';
export { simulateExchange } from './exchange/simulate.ts';
export { type ReplayLogOptions, type ReplayReport, type ReplayRow, replayLog } from './log-replay.ts';
export type { PublishedRow } from './log-replay-published.ts';
export { parseTrainTotals, type TrainTotals } from './log-replay-reader.ts';
export { type BidRule, holdAuctions, type TickChance, type TickOutcome } from './p48/auction.ts';
export {
  abid,
  type CostCurve,
  type CostCurves,
  constantAlpha,
  onlineLp,
  pid,
} from './p48/classical-strategies.ts';
export type { DayLaw, DayOptions, TickKeys } from './p48/day-law.ts';
export {
  type Estimate,
  type EvaluateP48Options,
  evaluateP48,
  type P48Cell,
  type P48Difference,
  type P48Row,
  p48Difference,
  p48Rows,
  playP48,
} from './p48/evaluate.ts';
export { type Bound, type DayBounds, dayBounds, hindsightBounds } from './p48/hindsight.ts';
export {
  type Advertiser,
  type BidView,
  linearBid,
  type PastTick,
  type Strategy,
  type StrategyMaker,
  stateFeatures,
} from './p48/history.ts';
export type { NoiseKey } from './p48/keyed-noise.ts';
export { type Day, type DayResult, openDay, type PlayedDay, type Player, playDay } from './p48/play-day.ts';
export { resolver as p48Resolver } from './p48/player/resolver.ts';
export {
  type OfficialFiles,
  type OfficialName,
  type OfficialPopulation,
  officialPopulation,
  type Population,
} from './p48/population.ts';
export {
  AGENTS as P48_AGENTS,
  dayScore as p48Score,
  EPISODES as P48_EPISODES,
  TICKS as P48_TICKS,
} from './p48/rules.ts';
export { syntheticPopulation } from './p48/synthetic-population.ts';
export type { TickTraffic } from './p48/traffic.ts';
export { EXCHANGE_RATES } from './rates.ts';
export { checkResponse } from './response/check-response.ts';
export type { CheckedBid, CheckedResponse } from './response/checked.ts';
export { LOSS, RESPONSE_RULES, type ResponseRule, type Violation } from './response/rules.ts';
// For tests of other rooms.
export { SampleBidder, type SampleBooks } from './testing/sample-bidder.ts';
export {
  type AdFormat,
  DEFAULT_EXCHANGE,
  DEFAULT_MIX,
  type ExchangeDeal,
  type PlaceKind,
  type TrafficExchange,
  type TrafficMix,
  type TrafficOptions,
  type TrafficRequest,
  type TrafficSource,
} from './traffic/options.ts';
export { TRAFFIC_SEGMENTS } from './traffic/people.ts';
export { trafficSource } from './traffic/source.ts';
export type { WireDeal, WireImp, WirePlace, WireRequest } from './wire.ts';
