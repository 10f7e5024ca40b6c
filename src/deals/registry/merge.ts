import type { EpochMs } from '../../kernel/index.ts';
import { type Seller, TRUST_LEVELS, type TrustLevel } from '../types.ts';
import type { ListedSeller, RegistrySource } from './source.ts';

/** One source's list and when it was current. */
export interface DatedListing {
  readonly source: Pick<RegistrySource, 'kind' | 'origin'>;
  readonly sellers: readonly ListedSeller[];
  readonly seenAt: EpochMs;
}

/**
 * One seller per base URL, whoever lists it and how often: a second entry for an address adds provenance, not
 * a second seller. The first source's id names it; where two addresses claim one id, the later one's gets its
 * address appended, so ids are unique.
 */
export function mergeListings(listings: readonly DatedListing[]): readonly Seller[] {
  const byUrl = new Map<string, Seller>();
  const takenIds = new Set<string>();
  for (const { source, sellers, seenAt } of listings) {
    for (const listed of sellers) {
      const provenance = {
        source: source.kind,
        origin: source.origin,
        externalId: listed.externalId,
        seenAt,
      };
      const known = byUrl.get(listed.url);
      const sellerId = known?.sellerId ?? uniqueId(listed, takenIds);
      takenIds.add(sellerId);
      const samePlaceTwice = known?.provenance.some((each) => each.origin === source.origin) ?? false;
      byUrl.set(listed.url, {
        sellerId,
        url: listed.url,
        name: known?.name ?? listed.name,
        trustLevel: mergedTrust(known?.trustLevel, listed.trustLevel, samePlaceTwice),
        capabilities: [...new Set([...(known?.capabilities ?? []), ...listed.capabilities])],
        dealTypes: [],
        contentCategories: [...new Set([...(known?.contentCategories ?? []), ...listed.contentCategories])],
        provenance: [...(known?.provenance ?? []), provenance],
        discoverOnly: null,
      });
    }
  }
  return [...byUrl.values()];
}

function uniqueId(listed: ListedSeller, taken: ReadonlySet<string>): string {
  return taken.has(listed.externalId)
    ? `${listed.externalId}@${listed.url.replace(/^https?:\/\//, '')}`
    : listed.externalId;
}

/** A block by anyone holds. Else the best word counts, but a registry that lists an address twice counts once. */
function mergedTrust(known: TrustLevel | undefined, listed: TrustLevel, samePlaceTwice: boolean): TrustLevel {
  if (known === undefined) return listed;
  if (known === 'BLOCKED' || listed === 'BLOCKED') return 'BLOCKED';
  if (samePlaceTwice) return known;
  return TRUST_LEVELS.indexOf(listed) > TRUST_LEVELS.indexOf(known) ? listed : known;
}
