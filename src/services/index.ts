export { type RunningServer, type ServeOptions, serveHandler } from './serve-handler.ts';
export {
  type RunningMarket,
  type ServedSeller,
  type ServeMarketOptions,
  serveMarket,
} from './serve-market.ts';
