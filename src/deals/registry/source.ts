import type { CallOptions, ExcludedSeller, Provenance, TrustLevel } from '../types.ts';

/** Registry pages and agent cards are given this long, ms. */
export const REGISTRY_TIMEOUT_MS = 10_000;
/** Entries of one registry that are read; a longer list is cut, with a warning. */
export const MAX_LISTED = 10_000;

/** A seller as one source lists it. */
export interface ListedSeller {
  readonly externalId: string;
  readonly name: string;
  /** Base URL in its one spelling. */
  readonly url: string;
  readonly trustLevel: TrustLevel;
  /** Lower case; empty = did not say. */
  readonly capabilities: readonly string[];
  /** Lower case; empty = did not say. */
  readonly contentCategories: readonly string[];
}

/** What one source answered. One bad entry costs only itself. */
export interface Listing {
  readonly sellers: readonly ListedSeller[];
  readonly excluded: readonly ExcludedSeller[];
  readonly warnings: readonly string[];
}

/** Where sellers are listed. `RegistryClient` merges any number of them. */
export interface RegistrySource {
  readonly kind: Provenance['source'];
  /** The registry's base URL, or a name for the operator's own list. */
  readonly origin: string;
  /** @throws a GavotteError when there is no usable answer. */
  list(options: CallOptions): Promise<Listing>;
}
