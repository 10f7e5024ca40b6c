import { URL } from 'node:url';
import { sellsMedia } from '../media-types.ts';
import type { Discovery, ExcludedSeller, InventoryRequirements, Seller } from '../types.ts';

/** What of the requirements says which sellers to ask. */
export type SellerRequirements = Pick<
  InventoryRequirements,
  'mediaType' | 'dealTypes' | 'contentCategories' | 'excludedSellers'
>;

/**
 * Leaves out the sellers that need not, or must not, be asked, each with the reason. A seller that did not say
 * what it sells is kept: its catalog will tell.
 */
export function filterSellers(discovery: Discovery, requirements: SellerRequirements): Discovery {
  const sellers: Seller[] = [];
  const excluded: ExcludedSeller[] = [...discovery.excluded];
  for (const seller of discovery.sellers) {
    const reason = reasonAgainst(seller, requirements);
    if (reason === null) sellers.push(seller);
    else excluded.push({ sellerId: seller.sellerId, name: seller.name, url: seller.url, reason });
  }
  return { ...discovery, sellers, excluded };
}

function reasonAgainst(seller: Seller, requirements: SellerRequirements): string | null {
  const { mediaType, dealTypes, contentCategories = [], excludedSellers = [] } = requirements;
  if (excludedSellers.some((name) => isNamed(seller, name))) return 'it is in excludedSellers';
  if (seller.trustLevel === 'BLOCKED') return 'a registry blocks it';
  if (seller.discoverOnly !== null) return `it may not be bought from: ${seller.discoverOnly}`;
  if (!sellsMedia(seller.capabilities, mediaType))
    return `it sells ${seller.capabilities.join(', ')}, not ${mediaType}`;
  if (disjoint(seller.dealTypes, dealTypes))
    return `it offers ${seller.dealTypes.join(', ')}, not ${dealTypes.join(' or ')}`;
  if (
    disjoint(
      seller.contentCategories,
      contentCategories.map((text) => text.toLowerCase()),
    )
  )
    return `it has no content of ${contentCategories.join(' or ')}`;
  return null;
}

function isNamed(seller: Seller, name: string): boolean {
  const url = name.replace(/\/+$/, '').toLowerCase();
  return (
    seller.sellerId === name ||
    seller.url.toLowerCase() === url ||
    seller.provenance.some(({ externalId }) => externalId === name) ||
    (url.includes('://') && URL.parse(url)?.href === URL.parse(seller.url)?.href)
  );
}

/** Both sides said something and have nothing in common. */
function disjoint(offered: readonly string[], wanted: readonly string[]): boolean {
  return offered.length > 0 && wanted.length > 0 && !offered.some((each) => wanted.includes(each));
}
