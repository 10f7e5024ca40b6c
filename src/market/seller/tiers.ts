/** What a buyer is to a seller; decides discounts and how it negotiates (wire §1.2, §6.3). */
export type Tier = 'public' | 'seat' | 'agency' | 'advertiser';

/** The eleven optional names of wire §4.1. */
export interface BuyerIdentity {
  readonly seat_id?: string | null | undefined;
  readonly agency_id?: string | null | undefined;
  readonly advertiser_id?: string | null | undefined;
}

/** A key a seller has given to a buyer. */
export interface BuyerKey {
  readonly apiKey: string;
  readonly identity: BuyerIdentity;
}

/** `advertiser_id` without `agency_id` is public: the trap of wire §1.2. */
export function tierOf(identity: BuyerIdentity): Tier {
  if (identity.agency_id) return identity.advertiser_id ? 'advertiser' : 'agency';
  return identity.seat_id ? 'seat' : 'public';
}

/** The scope of idempotency keys and quote history. */
export function pricingKeyOf(identity: BuyerIdentity): string {
  if (identity.advertiser_id) return `advertiser:${identity.advertiser_id}`;
  if (identity.agency_id) return `agency:${identity.agency_id}`;
  return identity.seat_id ? `seat:${identity.seat_id}` : 'public';
}

export interface TierRules {
  readonly discount: number;
  readonly volumeDiscounts: boolean;
  readonly strategy: string;
  readonly maxRounds: number;
  /** Largest concession in one round and in all, as shares of the opening price. */
  readonly perRoundCap: number;
  readonly totalCap: number;
  /** Share of the gap to the buyer's price that it gives up per round. */
  readonly gapShare: number;
}

export const TIER_RULES: Readonly<Record<Tier, TierRules>> = {
  public: {
    discount: 0,
    volumeDiscounts: false,
    strategy: 'aggressive',
    maxRounds: 3,
    perRoundCap: 0.03,
    totalCap: 0.08,
    gapShare: 0.3,
  },
  seat: {
    discount: 0.05,
    volumeDiscounts: false,
    strategy: 'standard',
    maxRounds: 4,
    perRoundCap: 0.04,
    totalCap: 0.12,
    gapShare: 0.4,
  },
  agency: {
    discount: 0.1,
    volumeDiscounts: true,
    strategy: 'collaborative',
    maxRounds: 5,
    perRoundCap: 0.05,
    totalCap: 0.15,
    gapShare: 0.5,
  },
  advertiser: {
    discount: 0.15,
    volumeDiscounts: true,
    strategy: 'premium',
    maxRounds: 6,
    perRoundCap: 0.06,
    totalCap: 0.2,
    gapShare: 0.65,
  },
};
