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
