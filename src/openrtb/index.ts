// For users of the package.
export type { Creative, CreativeFormat, NativeAssets } from './creative.ts';
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
// For tests and trials: valid requests of each kind.
export {
  SAMPLE_KINDS,
  type SampleKind,
  type SampleRequest,
  sampleBody,
  sampleRequest,
} from './testing/index.ts';
