import type { Currency, EpochMs, Micros, Money } from '../kernel/index.ts';
import type { AccountId } from '../ledger/index.ts';
import type { Creative, DsaTransparency } from '../openrtb/index.ts';

/** What a campaign buys, and what one of it is worth. */
export interface Goal {
  readonly kind: 'impressions' | 'clicks' | 'conversions';
  readonly value: Money;
}

/** One campaign as the bidder runs it. Money in `currency` only. */
export interface DeliveryCampaign {
  readonly id: string;
  /** Its place in the ledger; leases are taken here. */
  readonly account: AccountId;
  readonly currency: Currency;
  readonly start: EpochMs;
  readonly end: EpochMs;
  readonly totalBudget: Micros;
  readonly dailyBudget: Micros;
  /** Most to spend in any hour; `null` for no limit. */
  readonly hourlyLimit: Micros | null;
  /** Most to pay for a thousand impressions. */
  readonly maxCpm: Micros;
  readonly goal: Goal;
  readonly frequencyCap: { readonly impressions: number; readonly windowMs: number } | null;
  readonly targeting: Targeting;
  readonly creatives: readonly Creative[];
  /** Our seat by exchange; a campaign without one does not bid there. */
  readonly seats: Readonly<Record<string, string>>;
  /** Whether it also buys outside its deals. */
  readonly openAuction: boolean;
  /** Who paid and for whom, where the Digital Services Act asks (B17); without it there is no bid there. */
  readonly dsa: DsaTransparency | null;
  /** IANA name; days and hours are counted in it. */
  readonly timeZone: string;
}

/** Empty means any. */
export interface Targeting {
  readonly countries: readonly string[];
  readonly inventory: readonly ('site' | 'app' | 'dooh')[];
  readonly domains: readonly string[];
  readonly excludedDomains: readonly string[];
  readonly deviceTypes: readonly number[];
  readonly languages: readonly string[];
  /** At least one of these segments. */
  readonly segments: readonly string[];
}

/** A booked deal as the bidder must honour it. */
export interface DealTerms {
  /** Deals of different exchanges with one id are different deals: the key is both. */
  readonly exchange: string;
  readonly dealId: string;
  readonly type: 'PG' | 'PD' | 'PA';
  readonly campaign: string;
  /** The deal's own account, and the reservation on it that booking made. */
  readonly account: AccountId;
  readonly reservation: string;
  /** Agreed CPM; for PA the floor. */
  readonly cpm: Money;
  readonly impressions: number;
  readonly start: EpochMs;
  readonly end: EpochMs;
  readonly countries: readonly string[];
  readonly format: Creative['format'] | null;
  /** Publisher ids, domains or bundles it is limited to; empty means any. */
  readonly publishers: readonly string[];
  readonly seat: string;
  readonly paused: boolean;
}
