// For users of the package.
export type { Creative, CreativeFormat, NativeAssets } from './creative.ts';
export type { Markup, MarkupTarget } from './markup/markup.ts';
export { impressionCost, noticeCost } from './notices/cost.ts';
export { googlePriceDecoder } from './notices/google-price.ts';
export { AUCTION_MACROS, type AuctionMacro, macro, substituteMacros } from './notices/macros.ts';
export { decodePlainPrice } from './notices/price.ts';
export { type NoticeReader, noticeReader } from './notices/reader.ts';
export {
  type NoticeContext,
  type NoticeContextClaims,
  NoticeSigner,
  type NoticeUrls,
  noticeUrl,
  type SignedNotice,
} from './notices/signer.ts';
export {
  NOTICE_KINDS,
  NOTICE_REFUSALS,
  type Notice,
  type NoticeClaims,
  type NoticeConfig,
  type NoticeExchange,
  type NoticeKind,
  type NoticeRefusal,
  type NoticeResult,
  type PriceDecoder,
} from './notices/types.ts';
export { ALL_ALLOWED, PRIVACY } from './privacy/bits.ts';
export { decidePrivacy, type PrivacyPolicy, privacyPolicy } from './privacy/decide-privacy.ts';
export { type PrivacySettings, readPrivacySettings } from './privacy/policy.ts';
export { noticeExchange, type PriceSecrets } from './profiles/notice-exchange.ts';
export { EXCHANGE_PRESETS, type ExchangePreset } from './profiles/presets.ts';
export { type ExchangeProfile, readProfile, roundBidPrice } from './profiles/profile.ts';
export { jsonReader } from './read-json.ts';
export type {
  BannerSlot,
  BidRequest,
  DealOffer,
  Device,
  Eid,
  Imp,
  Inventory,
  NativeSlot,
  ReadResult,
  Regs,
  RequestReader,
  SchainNode,
  SupplySource,
  User,
  VideoSlot,
} from './request.ts';
export {
  type CompiledCreative,
  type CompileOptions,
  type CompileResult,
  compileCreative,
  type DsaTransparency,
} from './response/compile-creative.ts';
export { type FittedLines, fitLines, type LineToFit } from './response/fit-lines.ts';
export { noBidText } from './response/no-bid.ts';
export { type BidLine, type ResponseTarget, responseText, writeResponse } from './response/response.ts';
export { type AuctionKind, auctionKindOf, bidCurrencyOf, mayShade } from './rules/auction.ts';
export { languageRefusal, RequestBlocks } from './rules/blocks.ts';
export {
  type CategoryMap,
  type CreativeFacts,
  contentOneMap,
  creativeFacts,
  plainDomain,
} from './rules/creative-facts.ts';
export { fitRefusal } from './rules/fit.ts';
export { type Floor, floorOf } from './rules/floor.ts';
export { crawlerRefusal, NO_BID_REASONS, type NoBidReason, nbrOf, type Refusal } from './rules/no-bid.ts';
export { holdRefusal, placeRefusal } from './rules/place.ts';
export { isDynamicPod, PodBreak } from './rules/pods.ts';
export { dealRefusal, offeredDeal, openAuctionRefusal, seatRefusal } from './rules/seats.ts';
export { DEFAULT_NETWORK_MS, DEFAULT_TMAX_MS, RESERVE_MS, timeBudgetMs, timeRefusal } from './rules/time.ts';
export { type AdsTxt, type AdsTxtProblem, type AdsTxtRecord, parseAdsTxt } from './supply/ads-txt.ts';
export {
  type AdsTxtKind,
  type Authorisation,
  Authorisations,
  type FileTimes,
  type SupplyFileKind,
} from './supply/authorisations.ts';
export { type CrawlStatus, SupplyCrawler } from './supply/crawl/supply-crawler.ts';
export { judgeSupply } from './supply/judge-supply.ts';
export { hopsOf, impressionKey, PathWindow, type PathWindowOptions } from './supply/path-window.ts';
export { readSupplyPolicy, type SupplyPolicy } from './supply/policy.ts';
export { type ListedSeller, parseSellersJson } from './supply/sellers-json.ts';
// For tests and trials: valid requests of each kind, and creatives that fit them.
export {
  readSample,
  SAMPLE_KINDS,
  type SampleKind,
  type SampleRequest,
  sampleBody,
  sampleCreative,
  sampleRequest,
} from './testing/index.ts';
export { type WasmReader, wasmReader } from './wasm/reader.ts';
