// For users of the package.

export { EXCHANGE_RATES } from './rates.ts';
export { checkResponse } from './response/check-response.ts';
export type { CheckedBid, CheckedResponse } from './response/checked.ts';
export { LOSS, RESPONSE_RULES, type ResponseRule, type Violation } from './response/rules.ts';
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
