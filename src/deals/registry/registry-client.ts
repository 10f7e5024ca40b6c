import { type EpochMs, GavotteError, mapBounded, type World, withDeadline } from '../../kernel/index.ts';
import { baseUrlOf } from '../clients/base-url.ts';
import { sellsMedia } from '../media-types.ts';
import type {
  CallOptions,
  Discovery,
  ExcludedSeller,
  Provenance,
  Seller,
  SellerRegistry,
  TrustLevel,
} from '../types.ts';
import type { AgentCard } from './agent-card.ts';
import { applyCard, type CardOutcome } from './apply-card.ts';
import { CardVerifier, type TrustedKey } from './card-signature.ts';
import { fetchAgentCard } from './fetch-card.ts';
import { type DatedListing, mergeListings } from './merge.ts';
import { ProbingRegistry } from './probing-registry.ts';
import { type Listing, REGISTRY_TIMEOUT_MS, type RegistrySource } from './source.ts';

/** Cards fetched at once: more only makes each slower on one core, and the memory grows with them. */
const CARD_FAN_OUT = 128;
/** What a card gets even when little time is left, ms. */
const FAIR_CARD_MS = 500;
/** Of a limited time, the registries get this share and the cards the rest, less a margin to answer in. */
const LIST_SHARE = 0.5;
const END_SHARE = 0.95;

/** Where to look for sellers, and what their cards are checked with. */
export interface RegistryClientOptions {
  /** In order of preference: the first that lists a seller names it. */
  readonly sources: readonly RegistrySource[];
  readonly world: Pick<World, 'network' | 'clock' | 'random'>;
  /** Keys that agent cards may be signed with. @defaultValue none */
  readonly trustedKeys?: readonly TrustedKey[];
}

/** What the sources say of an address. */
export interface AgentStanding {
  readonly registered: boolean;
  readonly trustLevel: TrustLevel;
  readonly sellerId: string | null;
  readonly provenance: readonly Provenance[];
}

/**
 * Finds sellers: lists of any number of registries merged by address, completed and checked by the sellers'
 * own agent cards. A registry that fails costs a warning as long as an earlier list of it is known.
 */
export class RegistryClient implements SellerRegistry {
  readonly #sources: readonly RegistrySource[];
  readonly #world: RegistryClientOptions['world'];
  readonly #verifier: CardVerifier;
  readonly #lastGood = new Map<RegistrySource, { listing: Listing; seenAt: EpochMs }>();

  constructor(options: RegistryClientOptions) {
    this.#sources = options.sources;
    this.#world = options.world;
    this.#verifier = new CardVerifier(options.trustedKeys ?? []);
  }

  /** A client of one registry, AAMP or older: it finds out which. */
  static forUrl(
    url: string,
    options: Omit<RegistryClientOptions, 'sources'> & { token?: string },
  ): RegistryClient {
    const { token, ...rest } = options;
    const source = new ProbingRegistry({
      url,
      world: options.world,
      ...(token === undefined ? {} : { token }),
    });
    return new RegistryClient({ ...rest, sources: [source] });
  }

  /**
   * Every seller that may sell `mediaType`, and who was left out and why.
   * @throws GV_REGISTRY_UNAVAILABLE when no source answered and none ever did; GV_CANCELLED.
   */
  async discoverSellers(query: { mediaType?: string }, options: CallOptions = {}): Promise<Discovery> {
    const startedAt = this.#world.clock.monotonic();
    const timeoutMs = options.timeoutMs ?? Number.POSITIVE_INFINITY;
    const { listings, excluded, warnings } = await this.#list(timeoutMs * LIST_SHARE, options.signal);
    const listed = mergeListings(listings);
    const outcomes = await this.#readCards(listed, startedAt + timeoutMs * END_SHARE, options.signal);
    const unread = outcomes.filter(({ cardUnread }) => cardUnread).length;
    if (unread > 0) warnings.push(`${unread} of ${listed.length} agent cards could not be fetched`);
    const sellers = outcomes.flatMap(({ seller }) => (seller === null ? [] : [seller]));
    excluded.push(...outcomes.flatMap((outcome) => (outcome.excluded === null ? [] : [outcome.excluded])));
    const { mediaType } = query;
    if (mediaType === undefined) return { sellers, excluded, warnings };
    const fits = (seller: Seller) => sellsMedia(seller.capabilities, mediaType);
    const others = sellers.filter((seller) => !fits(seller)).map((seller) => notSelling(seller, mediaType));
    return { sellers: sellers.filter(fits), excluded: [...excluded, ...others], warnings };
  }

  /** A seller's card; null when it serves none. @throws as `fetchAgentCard` of this folder. */
  fetchAgentCard(url: string, options: CallOptions = {}): Promise<AgentCard | null> {
    return fetchAgentCard(this.#world, baseUrlOf(url), options);
  }

  /** What the registries say of an address. @throws as `discoverSellers`. */
  async verifyAgent(url: string, options: CallOptions = {}): Promise<AgentStanding> {
    const { listings } = await this.#list(options.timeoutMs ?? REGISTRY_TIMEOUT_MS, options.signal);
    const base = baseUrlOf(url);
    const found = mergeListings(listings).find((seller) => seller.url === base);
    return {
      registered: found !== undefined,
      trustLevel: found?.trustLevel ?? 'UNKNOWN',
      sellerId: found?.sellerId ?? null,
      provenance: found?.provenance ?? [],
    };
  }

  async #list(
    timeoutMs: number,
    signal: AbortSignal | undefined,
  ): Promise<{ listings: readonly DatedListing[]; excluded: ExcludedSeller[]; warnings: string[] }> {
    const warnings: string[] = [];
    const failures: GavotteError[] = [];
    const answers = await Promise.all(
      this.#sources.map(async (source) => {
        try {
          return await this.#listOne(source, Math.min(timeoutMs, REGISTRY_TIMEOUT_MS), signal, warnings);
        } catch (thrown) {
          const error = GavotteError.from(thrown);
          if (signal?.aborted) throw error;
          failures.push(error);
          return this.#fallBack(source, error.message, warnings);
        }
      }),
    );
    const known = answers.filter((answer) => answer !== undefined);
    if (known.length === 0 && failures.length > 0) throw unavailable(failures);
    return {
      listings: known.map(({ source, listing, seenAt }) => ({ source, seenAt, sellers: listing.sellers })),
      excluded: known.flatMap(({ listing }) => listing.excluded),
      warnings: [...warnings, ...known.flatMap(({ listing }) => listing.warnings)],
    };
  }

  async #listOne(
    source: RegistrySource,
    timeoutMs: number,
    signal: AbortSignal | undefined,
    warnings: string[],
  ) {
    const listing = await withDeadline(this.#world.clock, timeoutMs, signal, (inner) =>
      source.list({ signal: inner, timeoutMs }),
    );
    // A registry that suddenly lists nobody is more likely broken than the market gone.
    if (listing.sellers.length === 0) {
      const before = this.#fallBack(source, 'it lists no seller', warnings);
      if (before !== undefined) return before;
      return { source, listing, seenAt: this.#world.clock.now() };
    }
    const seenAt = this.#world.clock.now();
    this.#lastGood.set(source, { listing, seenAt });
    return { source, listing, seenAt };
  }

  /** The last good list of a source, with a warning that says how old it is. */
  #fallBack(source: RegistrySource, problem: string, warnings: string[]) {
    const known = this.#lastGood.get(source);
    if (known === undefined) {
      warnings.push(`registry ${source.origin}: ${problem}`);
      return undefined;
    }
    const ageS = Math.round((this.#world.clock.now() - known.seenAt) / 1000);
    warnings.push(`registry ${source.origin}: ${problem}; using its list from ${ageS} s ago`);
    return { source, ...known };
  }

  #readCards(
    sellers: readonly Seller[],
    endsAt: number,
    signal: AbortSignal | undefined,
  ): Promise<readonly CardOutcome[]> {
    const { clock } = this.#world;
    const names = {
      ids: new Set(sellers.flatMap((each) => [each.sellerId, ...each.provenance.map((p) => p.externalId)])),
      urls: new Set(sellers.map(({ url }) => url)),
    };
    return mapBounded(sellers, CARD_FAN_OUT, async (seller) => {
      const leftMs = endsAt - clock.monotonic();
      try {
        if (leftMs <= 0) throw new GavotteError('GV_TIMEOUT', 'there was no time left for its card');
        const card = await fetchAgentCard(this.#world, seller.url, {
          // Half of what is left, so that those who hang do not use up the time of those who wait their turn.
          timeoutMs: Math.max(leftMs / 2, Math.min(leftMs, FAIR_CARD_MS)),
          ...(signal === undefined ? {} : { signal }),
        });
        return applyCard(seller, card, names, this.#verifier);
      } catch (thrown) {
        const error = GavotteError.from(thrown);
        if (signal?.aborted) throw error;
        return applyCard(seller, error, names, this.#verifier);
      }
    });
  }
}

function notSelling(seller: Seller, mediaType: string): ExcludedSeller {
  const { sellerId, name, url } = seller;
  return { sellerId, name, url, reason: `it sells ${seller.capabilities.join(', ')}, not ${mediaType}` };
}

function unavailable(failures: readonly GavotteError[]): GavotteError {
  const reasons = failures.map(({ message }) => message).join('; ');
  return new GavotteError(
    'GV_REGISTRY_UNAVAILABLE',
    `no registry answered and no earlier list is known: ${reasons}`,
    {
      fix: 'Check the registry address, or name sellers directly.',
      cause: failures[0],
    },
  );
}
