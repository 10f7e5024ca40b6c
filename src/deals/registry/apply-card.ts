import { GavotteError } from '../../kernel/index.ts';
import { baseUrlOf } from '../clients/base-url.ts';
import type { ExcludedSeller, Seller } from '../types.ts';
import type { AgentCard } from './agent-card.ts';
import type { CardVerifier } from './card-signature.ts';

/** A seller after a look at its card: one of `seller` and `excluded` is set. */
export interface CardOutcome {
  readonly seller: Seller | null;
  readonly excluded: ExcludedSeller | null;
  /** The card was not to be had; the registry's word stands alone. */
  readonly cardUnread: boolean;
}

/** How the sellers of one discovery are called: what a card may not claim for itself. */
export interface ListedNames {
  readonly ids: ReadonlySet<string>;
  readonly urls: ReadonlySet<string>;
}

/** Faults that speak against the seller itself, not against the way to it. */
const DAMNING = new Set(['GV_RESPONSE_INVALID', 'GV_RESPONSE_TOO_LARGE', 'GV_URL_FORBIDDEN']);

/**
 * Completes a listed seller from its card, or leaves it out. A malformed card, or an address that may not be
 * called, excludes that one seller by name; a card that cannot be had leaves the registry's data as they are;
 * a card that is not authentic leaves a seller one may look at and not buy from.
 */
export function applyCard(
  seller: Seller,
  card: AgentCard | null | GavotteError,
  listed: ListedNames,
  verifier: CardVerifier,
): CardOutcome {
  if (card instanceof GavotteError && DAMNING.has(card.code)) {
    const { sellerId, name, url } = seller;
    return { seller: null, excluded: { sellerId, name, url, reason: card.message }, cardUnread: false };
  }
  if (card === null || card instanceof GavotteError) {
    // Holding a card back must not get around the signature that a pinned key demands.
    const doubtful = withDoubt(seller, verifier.check({}, seller.url));
    return { seller: doubtful, excluded: null, cardUnread: card !== null };
  }
  const onlyStatic = seller.provenance.every(({ source }) => source === 'static');
  const completed: Seller = {
    ...seller,
    name: onlyStatic ? card.name : seller.name,
    capabilities: [...new Set([...seller.capabilities, ...card.capabilities])],
    dealTypes: card.dealTypes,
    contentCategories: [...new Set([...seller.contentCategories, ...card.contentCategories])],
  };
  const impersonated = otherSeller(card, seller, listed);
  const doubtful =
    impersonated === null
      ? withDoubt(completed, verifier.check(card.raw, seller.url))
      : { ...completed, discoverOnly: `its card claims to be ${impersonated}` };
  return { seller: doubtful, excluded: null, cardUnread: false };
}

function withDoubt(seller: Seller, verdict: ReturnType<CardVerifier['check']>): Seller {
  return verdict.verdict === 'refused' ? { ...seller, discoverOnly: verdict.reason } : seller;
}

/**
 * The other listed seller whose id or address a card gives as its own. An address nobody lists is only a
 * wrong setting.
 */
function otherSeller(card: AgentCard, seller: Seller, listed: ListedNames): string | null {
  const own = new Set([seller.sellerId, ...seller.provenance.map(({ externalId }) => externalId)]);
  if (card.agentId !== null && !own.has(card.agentId) && listed.ids.has(card.agentId)) return card.agentId;
  const claimed = card.url === null ? null : normalised(card.url);
  return claimed !== null && claimed !== seller.url && listed.urls.has(claimed) ? claimed : null;
}

function normalised(url: string): string | null {
  try {
    return baseUrlOf(url);
  } catch {
    return null;
  }
}
