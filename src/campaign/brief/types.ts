import type { PortfolioConstraints, SupplyPathInfo } from '../../deals/index.ts';
import type { DealType, Flight, FxTable, Money } from '../../kernel/index.ts';

export const OBJECTIVES = ['awareness', 'consideration', 'conversion', 'reach'] as const;
/** What a campaign is for. */
export type Objective = (typeof OBJECTIVES)[number];

/** KPIs whose target is a sum: the most to pay per thousand impressions, per click, per completed view. */
export const MONEY_KPIS = ['CPM', 'CPC', 'CPCV'] as const;
/** KPIs whose target is a percentage, 0 to 100: clicks, and views that were completed. */
export const PERCENT_KPIS = ['CTR', 'VCR'] as const;
/** KPIs whose target is a plain number: return on the money spent, gross rating points. */
export const NUMBER_KPIS = ['ROAS', 'GRP'] as const;

/** What the campaign is judged by. */
export type Kpi =
  | { readonly metric: (typeof MONEY_KPIS)[number]; readonly target: Money }
  | { readonly metric: (typeof PERCENT_KPIS)[number]; readonly target: number }
  | { readonly metric: (typeof NUMBER_KPIS)[number]; readonly target: number };

export const GEO_TYPES = ['country', 'state', 'dma', 'metro', 'zip'] as const;
/** A place: a country as ISO 3166 alpha-3, a state as ISO 3166-2 (`US-CA`), others as the field numbers them. */
export interface GeoTarget {
  readonly type: (typeof GEO_TYPES)[number];
  readonly value: string;
}

export const TAXONOMIES = ['iab-audience', 'iab-content', 'agentic-audiences'] as const;
/** Where an audience is defined; it also decides its kind on the wire: standard, contextual, agentic. */
export type Taxonomy = (typeof TAXONOMIES)[number];

export const CONSENT_FRAMEWORKS = ['IAB-TCFv2', 'GPP', 'advertiser-1p', 'none'] as const;
export const EMBEDDING_PROVENANCES = [
  'local_buyer',
  'advertiser_supplied',
  'hosted_external',
  'mock',
] as const;

/** Under which law and consent an agentic audience was made (wire §10.1). */
export interface AudienceCompliance {
  readonly jurisdiction: string;
  readonly consentFramework: (typeof CONSENT_FRAMEWORKS)[number];
  readonly consentStringRef?: string;
  readonly attestation?: string;
  readonly embeddingProvenance?: (typeof EMBEDDING_PROVENANCES)[number];
}

export const AUDIENCE_SOURCES = ['explicit', 'resolved', 'inferred'] as const;
/** One audience. `explicit` is what a person named; what was worked out carries its confidence, 0 to 1. */
export interface AudienceRef {
  readonly taxonomy: Taxonomy;
  readonly version: string;
  readonly identifier: string;
  readonly source: (typeof AUDIENCE_SOURCES)[number];
  readonly confidence?: number;
  readonly compliance?: AudienceCompliance;
}

export const AUDIENCE_ROLES = ['primary', 'constraints', 'extensions', 'exclusions'] as const;
/** What an audience does in a plan. */
export type AudienceRole = (typeof AUDIENCE_ROLES)[number];

export const STRICTNESS = ['required', 'preferred', 'optional'] as const;
/** What happens to a seller that cannot do a role: `required` leaves it out. */
export type Strictness = (typeof STRICTNESS)[number];

/** Whom to reach (semantics §10). */
export interface AudienceBrief {
  readonly primary: AudienceRef;
  readonly constraints: readonly AudienceRef[];
  readonly extensions: readonly AudienceRef[];
  readonly exclusions: readonly AudienceRef[];
  readonly strictness: Readonly<Record<AudienceRole, Strictness>>;
  readonly rationale: string;
}

/** What no ad may stand beside. */
export interface BrandSafety {
  /** IAB Content Taxonomy ids. */
  readonly excludedCategories: readonly string[];
  readonly excludedKeywords: readonly string[];
  readonly excludedDomains: readonly string[];
}

/** How spend is spread over the flight; `weights` has one number for each of its days. */
export type PacingBrief =
  | { readonly model: 'even' | 'ahead' | 'asap' }
  | { readonly model: 'custom'; readonly weights: readonly number[] };

/** Which steps wait for a person. */
export interface ApprovalsBrief {
  readonly plan: boolean;
  readonly booking: boolean;
  readonly creative: boolean;
  readonly pacing: boolean;
}

/** The days of a campaign, both included, and the zone in which they begin and end. */
export interface CampaignFlight extends Flight {
  /** An IANA name. */
  readonly timeZone: string;
}

/** One channel's part of a campaign: what is asked of every seller, and the money it may use. */
export interface ChannelBrief {
  /** Its id, and the last part of its account. */
  readonly channel: string;
  /** What is bought, as `MEDIA_TYPES` of the desk name it. */
  readonly mediaType: string;
  /** Formats that are liked best, first the best; as sellers name them. */
  readonly formats: readonly string[];
  /** Said, or worked out from a share. */
  readonly budget: Money;
  /** The deal types that will do, first the one that is asked for. */
  readonly dealTypes: readonly [DealType, ...DealType[]];
  /** Asked of every seller, and so the size of each deal: see `impressionsAsked`. */
  readonly impressions?: number;
  readonly maxDeals: number;
  /** Highest effective CPM. */
  readonly maxCpm?: Money;
  readonly targetCpm?: Money;
  /** The least impressions of one deal. */
  readonly minImpressions?: number;
  /** The campaign's and the channel's own. */
  readonly excludedSellers: readonly string[];
  readonly contentCategories: readonly string[];
  /** Ids of the creatives to run here; empty takes all that fit. */
  readonly creatives: readonly string[];
  /** Also ask for these shares of the impressions. */
  readonly volumeSteps: readonly number[];
  /** What the portfolio must satisfy besides the budget; only the optimal one can. */
  readonly constraints: PortfolioConstraints;
}

/** What a person wants bought. The only input that allows spending, and only through a plan's hash. */
export interface CampaignBrief {
  readonly advertiser: { readonly id: string; readonly cap: Money };
  /** Its id, unique for the advertiser. */
  readonly campaign: string;
  /** For people; the id where none was given. */
  readonly name: string;
  readonly objective?: Objective;
  /** Its currency is the campaign's. */
  readonly budget: Money;
  readonly flight: CampaignFlight;
  /** Their budgets are at most the campaign's; by shares, they are it to the micro. */
  readonly channels: readonly ChannelBrief[];
  readonly audience?: AudienceBrief;
  readonly geo: readonly GeoTarget[];
  readonly kpis: readonly Kpi[];
  readonly brandSafety: BrandSafety;
  readonly frequencyCap?: { readonly impressions: number; readonly windowHours: number };
  readonly pacing: PacingBrief;
  readonly preferredSellers: readonly string[];
  readonly excludedSellers: readonly string[];
  readonly approvals: ApprovalsBrief;
  readonly notes: string;
  readonly supplyPaths: readonly SupplyPathInfo[];
  readonly fx?: FxTable;
}
