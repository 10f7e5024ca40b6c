import { type DealType, sha256 } from '../../kernel/index.ts';
import { usd } from './rounding.ts';

/** One thing a seller offers; prices in dollars per thousand, as its own books have them. */
export interface CatalogProduct {
  readonly productId: string;
  readonly name: string;
  readonly description: string;
  readonly inventoryType: string;
  /** null = price on request. */
  readonly baseCpm: number | null;
  readonly floorCpm: number | null;
  readonly dealTypes: readonly DealType[];
  readonly minimumImpressions: number;
  /** null = no declared cap. */
  readonly availableImpressions: number | null;
  readonly audienceTargeting: Readonly<Record<string, readonly string[]>> | null;
  readonly contentTargeting: Readonly<Record<string, readonly string[]>> | null;
}

/** Every seller of this software calls itself this on the wire (wire §1.4): a trap for buyers that believe it. */
export const CONSTANT_SELLER_ID = 'seller-premium-pub-001';

/** The product as `GET /products` shows it (wire §3.1). */
export function wireProduct(product: CatalogProduct): Record<string, unknown> {
  return {
    product_id: product.productId,
    seller_organization_id: CONSTANT_SELLER_ID,
    name: product.name,
    description: product.description,
    base_price: product.baseCpm === null ? null : usd(product.baseCpm),
    pricing_type: 'fixed',
    pricing_model: 'cpm',
    delivery_type: 'Guaranteed',
    domain: null,
    ad_formats: [product.inventoryType],
    audience_targeting: product.audienceTargeting,
    ad_product_targeting: null,
    content_targeting: product.contentTargeting,
    available_impressions: product.availableImpressions,
    commercial_terms: null,
    ext: {
      inventory_type: product.inventoryType,
      floor_cpm: product.floorCpm,
      minimum_impressions: product.minimumImpressions,
      deal_types: product.dealTypes,
      audience_capabilities: [],
    },
  };
}

type Row = readonly [
  id: string,
  name: string,
  description: string,
  inventoryType: string,
  base: number | null,
  floor: number | null,
  dealTypes: string,
  cap?: number | undefined,
  audience?: Readonly<Record<string, readonly string[]>> | undefined,
  content?: Readonly<Record<string, readonly string[]>> | undefined,
];

/** The thirteen products of a fresh IAB seller (wire §3.1), with its deterministic ids. */
const DEFAULT_ROWS: readonly Row[] = [
  [
    'prod-91ddc363',
    'Premium Display - Homepage',
    'High-impact display on homepage',
    'display',
    15,
    10,
    'PG PD',
    5_000_000,
    undefined,
    { section: ['homepage'] },
  ],
  ['prod-c642fc9b', 'Standard Display - ROS', 'Run of site display inventory', 'display', 8, 5, 'PD PA'],
  ['prod-15ba2543', 'Pre-Roll Video', 'In-stream pre-roll video ads', 'video', 25, 18, 'PG PD'],
  [
    'prod-53e78a97',
    'CTV Premium Streaming',
    'Connected TV inventory on premium streaming apps',
    'ctv',
    35,
    28,
    'PG',
    20_000_000,
    { demo: ['A18-49', 'A25-54'], geo: ['US'] },
    { genre: ['drama', 'comedy', 'sports', 'news'], content_rating: ['TV-PG', 'TV-14'] },
  ],
  [
    'prod-5c55dc4e',
    'Mobile App Rewarded Video',
    'User-initiated rewarded video in mobile apps',
    'mobile_app',
    20,
    15,
    'PD PA',
  ],
  ['prod-12b49f7d', 'Native In-Feed', 'Native ads in content feeds', 'native', 12, 8, 'PD'],
  [
    'prod-889e2b7d',
    'NBC Primetime :30',
    'NBC broadcast primetime 30-second national spot',
    'linear_tv',
    55,
    40,
    'PG',
    12_000_000,
  ],
  [
    'prod-e28c7f13',
    'NBCU Cable Network :30 (Bravo/USA)',
    'NBCU cable network 30-second spot',
    'linear_tv',
    22,
    15,
    'PG PD',
  ],
  [
    'prod-6576b09a',
    'Telemundo Primetime :30',
    'Telemundo Spanish-language primetime 30-second spot',
    'linear_tv',
    18,
    12,
    'PG PD PA',
  ],
  [
    'prod-3b381ddc',
    'Comcast Local Avails — Top 10 DMAs',
    'Local cable insertion avails in top 10 markets',
    'linear_tv',
    15,
    8,
    'PD PA',
  ],
  [
    'prod-6c6b953d',
    'Comcast Addressable Linear — National',
    'Addressable linear TV with household-level targeting',
    'linear_tv',
    55,
    40,
    'PG PA',
    undefined,
    { geo: ['US'], household_income: ['75k-100k', '100k+'], presence_of_children: ['true', 'false'] },
  ],
  [
    'prod-c6383323',
    'Programmatic Linear Reach — A25-54 Primetime',
    'Aggregated primetime linear reach across networks',
    'linear_tv',
    30,
    20,
    'PG PA',
    undefined,
    { demo: ['A25-54'], daypart: ['primetime'] },
  ],
  [
    'prod-f114d7a7',
    'Digital Out-of-Home — Times Square Spectacular',
    'Times Square digital billboard; pricing on request only',
    'dooh',
    null,
    null,
    'PD',
    undefined,
    undefined,
    { venue: ['times_square'], format: ['billboard'] },
  ],
];

/** The products a seller offers unless its profile says otherwise. */
export const DEFAULT_CATALOG: readonly CatalogProduct[] = DEFAULT_ROWS.map(
  ([productId, name, description, inventoryType, baseCpm, floorCpm, dealTypes, cap, audience, content]) => ({
    productId,
    name,
    description,
    inventoryType,
    baseCpm,
    floorCpm,
    dealTypes: dealTypes.split(' ') as DealType[],
    minimumImpressions: 10_000,
    availableImpressions: cap ?? null,
    audienceTargeting: audience ?? null,
    contentTargeting: content ?? null,
  }),
);

/** An id in the form of the wire, the same for the same seller and product name. */
export function productIdFor(sellerName: string, productName: string): string {
  return `prod-${sha256(`product:${sellerName}:${productName}`).slice(0, 8)}`;
}
