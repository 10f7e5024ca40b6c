import type { DealType, RandomStream } from '../../kernel/index.ts';
import { type CatalogProduct, productIdFor } from './catalog.ts';

/** What kinds of inventory exist, their usual list prices in dollars CPM, and how products of the kind are called. */
const KINDS = {
  ctv: { low: 24, high: 44, names: ['CTV Premium', 'CTV Live', 'CTV On Demand', 'CTV Prime Hours'] },
  video: { low: 14, high: 27, names: ['Pre-Roll Video', 'Mid-Roll Video', 'Outstream Video'] },
  display: { low: 4, high: 15, names: ['Display Run of Site', 'Display Homepage'] },
  mobile_app: { low: 9, high: 21, names: ['App Rewarded Video', 'App Interstitial'] },
  native: { low: 6, high: 13, names: ['Native In-Feed', 'Native Recommendation'] },
  audio: { low: 9, high: 19, names: ['Streaming Audio', 'Podcast Mid-Roll'] },
  dooh: { low: 8, high: 26, names: ['City Screens', 'Transit Screens'] },
} as const;
export type InventoryKind = keyof typeof KINDS;

const DEAL_TYPE_MIXES: readonly (readonly DealType[])[] = [
  ['PG', 'PD'],
  ['PG', 'PD', 'PA'],
  ['PD', 'PA'],
  ['PD'],
];
/** One CTV product in five is priced far above the market. */
const DEAR_SHARE = 0.2;
const DEAR_FACTOR = 1.7;

export interface CatalogPlan {
  readonly sellerName: string;
  readonly kinds: readonly InventoryKind[];
  readonly genres: readonly string[];
  /** What this seller asks, against the usual; about 0.9 to 1.15. */
  readonly priceLevel: number;
}

/** A seller's own products, drawn from `random`: the same stream gives the same catalog and prices. */
export function generateCatalog(plan: CatalogPlan, random: RandomStream): readonly CatalogProduct[] {
  const products: CatalogProduct[] = [];
  for (const kind of plan.kinds) {
    const { names } = KINDS[kind];
    const count = kind === 'ctv' ? 1 + random.int(2) : 1;
    const first = random.int(names.length);
    for (let index = 0; index < count; index += 1) {
      const name = `${names[(first + index) % names.length]!} - ${plan.sellerName}`;
      products.push(generateProduct(plan, kind, name, index === 0, random));
    }
  }
  return products;
}

function generateProduct(
  plan: CatalogPlan,
  kind: InventoryKind,
  name: string,
  isFirst: boolean,
  random: RandomStream,
): CatalogProduct {
  const { low, high } = KINDS[kind];
  const isDear = kind === 'ctv' && random.float() < DEAR_SHARE;
  const list = (low + random.float() * (high - low)) * plan.priceLevel * (isDear ? DEAR_FACTOR : 1);
  const baseCpm = Math.round(list * 4) / 4;
  const floorCpm = Math.round(baseCpm * (0.68 + random.float() * 0.18) * 4) / 4;
  return {
    productId: productIdFor(plan.sellerName, name),
    name,
    description: `${kind} inventory of ${plan.sellerName}: ${plan.genres.join(', ')}`,
    inventoryType: kind,
    baseCpm,
    floorCpm,
    dealTypes: isFirst ? DEAL_TYPE_MIXES[random.int(3)]! : DEAL_TYPE_MIXES[random.int(4)]!,
    minimumImpressions: [10_000, 25_000, 50_000][random.int(3)]!,
    availableImpressions: random.int(3) === 0 ? null : (2 + random.int(29)) * 1_000_000,
    audienceTargeting: { geo: ['US'] },
    contentTargeting: { genre: plan.genres },
  };
}
