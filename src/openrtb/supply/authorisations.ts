import type { EpochMs } from '../../kernel/index.ts';
import type { AdsTxt } from './ads-txt.ts';
import type { ListedSeller } from './sellers-json.ts';

/** Whether a publisher lets an account sell for it. `silent` is a file that says nothing, `unknown` none that we have. */
export type Authorisation = 'direct' | 'reseller' | 'unlisted' | 'silent' | 'unknown';

interface Listing {
  readonly fetchedAt: EpochMs;
  readonly statement: boolean;
  /** `asi sid` to relation; an account listed as both counts as direct. */
  readonly accounts: ReadonlyMap<string, 'direct' | 'reseller'>;
  /** Whose business it is, and who may manage its sale. */
  readonly owners: ReadonlySet<string>;
  readonly managers: ReadonlySet<string>;
}

/**
 * What crawled ads.txt, app-ads.txt and sellers.json files say, compiled for the bid path: each question is one or two
 * look-ups (S7). A crawler fills it off the bid path, one domain at a time; some 100 bytes a line.
 */
export class Authorisations {
  readonly #listings = new Map<string, Listing>();
  readonly #appDomains = new Map<string, string>();
  readonly #sellers = new Map<string, ReadonlyMap<string, ListedSeller>>();

  /** Takes in the file of a domain; `undefined` for one that answered 404, which says nothing either. */
  setAdsTxt(domain: string, file: AdsTxt | undefined, fetchedAt: EpochMs): void {
    const accounts = new Map<string, 'direct' | 'reseller'>();
    for (const { asi, sid, relation } of file?.records ?? []) {
      const account = accountOf(asi, sid);
      if (accounts.get(account) !== 'direct') accounts.set(account, relation);
    }
    const plain = domain.toLowerCase();
    this.#listings.set(plain, {
      fetchedAt,
      statement: file?.statement ?? false,
      accounts,
      owners: new Set([file?.ownerDomain || plain]),
      managers: new Set(file?.managerDomains),
    });
  }

  /** Whose app a bundle is: the developer's domain in its store listing, where its app-ads.txt lies. */
  setAppDomain(bundle: string, domain: string): void {
    this.#appDomains.set(bundle, domain.toLowerCase());
  }

  /** Takes in the sellers.json of an ad system. */
  setSellers(asi: string, sellers: ReadonlyMap<string, ListedSeller>): void {
    this.#sellers.set(asi.toLowerCase(), sellers);
  }

  /** The developer's domain of an app; '' when not known. */
  appDomain(bundle: string): string {
    return this.#appDomains.get(bundle) ?? '';
  }

  /**
   * Whether `domain` lets the account `sid` of `asi` sell for it. A file older than `maxAgeMs` counts as not had.
   * A subdomain without a file of its own goes by that of its parent.
   */
  authorisation(domain: string, asi: string, sid: string, now: EpochMs, maxAgeMs: number): Authorisation {
    const listing = this.#listing(domain);
    if (listing === undefined || now - listing.fetchedAt > maxAgeMs) return 'unknown';
    if (!listing.statement) return 'silent';
    return listing.accounts.get(accountOf(asi.toLowerCase(), sid)) ?? 'unlisted';
  }

  /**
   * Whether the sellers.json of `asi` bears out that `domain` itself sells by this account (S5): a publisher's account
   * that belongs to the owner that ads.txt names, or an account of its manager. `unknown` where the file is not had or
   * the seller is confidential.
   */
  ownership(domain: string, asi: string, sid: string): 'borne-out' | 'contradicted' | 'unknown' {
    const listing = this.#listing(domain);
    const sellers = this.#sellers.get(asi.toLowerCase());
    if (listing === undefined || sellers === undefined) return 'unknown';
    const seller = sellers.get(sid);
    if (seller === undefined) return 'contradicted';
    if (seller.domain === '') return 'unknown';
    if (listing.managers.has(seller.domain)) return 'borne-out';
    return listing.owners.has(seller.domain) && seller.type !== 'INTERMEDIARY' ? 'borne-out' : 'contradicted';
  }

  #listing(domain: string): Listing | undefined {
    let name = domain.toLowerCase();
    while (name.includes('.')) {
      const listing = this.#listings.get(name);
      if (listing !== undefined) return listing;
      name = name.slice(name.indexOf('.') + 1);
    }
    return undefined;
  }
}

function accountOf(asi: string, sid: string): string {
  return `${asi} ${sid}`;
}
