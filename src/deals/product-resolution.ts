import { mediaFormat } from './media-types.ts';
import type { Catalog, DealParams, Product } from './types.ts';

/** Which product of a seller answers a request, and by which rule it was found. */
export type ProductResolution =
  | { readonly outcome: 'exact_id' | 'name_match' | 'channel_match'; readonly product: Product }
  | { readonly outcome: 'unresolved'; readonly product: null };

type Wanted = Pick<DealParams, 'productId' | 'productName' | 'channel' | 'mediaType' | 'dealType'>;

/**
 * Finds the product of a catalog that answers a request (semantics §4): the requested id; else the same name;
 * else the cheapest product of the requested channel that has a price, one that lists the deal type first.
 */
export function resolveProduct(catalog: Pick<Catalog, 'products'>, wanted: Wanted): ProductResolution {
  const { products } = catalog;
  const exact = products.find(({ productId }) => productId === wanted.productId);
  if (exact !== undefined) return { outcome: 'exact_id', product: exact };
  const name = foldedName(wanted.productName ?? '');
  const named =
    name === '' ? undefined : smallestId(products.filter((each) => foldedName(each.name) === name));
  if (named !== undefined) return { outcome: 'name_match', product: named };
  const format = mediaFormat(wanted.channel ?? wanted.mediaType ?? 'digital');
  const [cheapest] = products
    .filter((product) => priceOf(product) > 0)
    .filter(({ formats }) => formats.length === 0 || formats.map(mediaFormat).includes(format))
    .toSorted((a, b) => compareOffers(a, b, wanted));
  return cheapest === undefined
    ? { outcome: 'unresolved', product: null }
    : { outcome: 'channel_match', product: cheapest };
}

function compareOffers(a: Product, b: Product, { dealType }: Wanted): number {
  const listed = Number(b.dealTypes.includes(dealType)) - Number(a.dealTypes.includes(dealType));
  return listed || priceOf(a) - priceOf(b) || compareText(a.productId, b.productId);
}

function priceOf(product: Product): number {
  return product.basePrice?.amountMicros ?? 0;
}

function smallestId(products: readonly Product[]): Product | undefined {
  return products.toSorted((a, b) => compareText(a.productId, b.productId))[0];
}

function foldedName(name: string): string {
  return name.trim().toLowerCase();
}

/** By code unit, so that the order is the same on every machine. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
