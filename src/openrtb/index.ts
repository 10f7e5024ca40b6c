// For users of the package.
export type { Creative, CreativeFormat, NativeAssets } from './creative.ts';
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
