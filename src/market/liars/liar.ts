import type { RandomStream, World } from '../../kernel/index.ts';
import type { SellerServer } from '../seller/create-seller.ts';
import type { SellerProfile } from '../seller/state.ts';

/** What a liar knows while it lies. */
export interface LiarContext extends Pick<World, 'clock'> {
  readonly random: RandomStream;
  readonly profile: SellerProfile;
  /** Registry ids of the other sellers of its market. */
  readonly otherSellerIds: readonly string[];
}

/** One kind of hostile or broken seller: an honest one, wrapped. */
export interface MarketLiar {
  /** Its name in reports. */
  readonly kind: string;
  /** The fault of reliability §4 it plays. */
  readonly fault: string;
  /** What it does, in a line. */
  readonly description: string;
  readonly wrap: (honest: SellerServer, context: LiarContext) => SellerServer;
}
