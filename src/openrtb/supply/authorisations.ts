import type { EpochMs } from '../../kernel/index.ts';
import type { AdsTxt } from './ads-txt.ts';
import type { ListedSeller } from './sellers-json.ts';

/** Whether a publisher lets an account sell for it. `silent` is a file that says nothing, `unknown` none that we have. */
export type Authorisation = 'direct' | 'reseller' | 'unlisted' | 'silent' | 'unknown';

/** Sites and apps of one domain have a file each. */
export type AdsTxtKind = 'ads.txt' | 'app-ads.txt';

/** The files by which supply is judged; each lies at the root of a domain. */
export type SupplyFileKind = AdsTxtKind | 'sellers.json';

/** When a file was last had, and from when on it is asked for again. */
export interface FileTimes {
  /** 0 for a file that was never had. */
  readonly fetchedAt: EpochMs;
  readonly askAt: EpochMs;
}

interface Listing extends FileTimes {
  readonly statement: boolean;
  /** `asi sid` to relation; an account listed as both counts as direct. */
  readonly accounts: ReadonlyMap<string, 'direct' | 'reseller'>;
  /** Whose business it is, and who may manage its sale. */
  readonly owners: ReadonlySet<string>;
  readonly managers: ReadonlySet<string>;
  readonly subdomains: readonly string[];
}

interface Sellers extends FileTimes {
  readonly byId: ReadonlyMap<string, ListedSeller>;
}

/** Names of one kind that wait to be fetched; more are dropped, and asked for by their next request. */
const MAX_WANTED = 1_000;

/**
 * What ads.txt, app-ads.txt and sellers.json files say, compiled for the bid path: each question is one or two look-ups
 * (S7). A question that no fresh file answers is noted; a crawler fetches what is noted, off the bid path. Some 100
 * bytes a line.
 */
export class Authorisations {
  readonly #listings = { 'ads.txt': new Map<string, Listing>(), 'app-ads.txt': new Map<string, Listing>() };
  readonly #appDomains = new Map<string, string>();
  readonly #sellers = new Map<string, Sellers>();
  #wanted = noNames();

  /** Takes in the file of a domain; `undefined` for one that answered 404, which says nothing either, or never had. */
  setAdsTxt(kind: AdsTxtKind, domain: string, file: AdsTxt | undefined, times: FileTimes): void {
    const accounts = new Map<string, 'direct' | 'reseller'>();
    for (const { asi, sid, relation } of file?.records ?? []) {
      const account = accountOf(asi, sid);
      if (accounts.get(account) !== 'direct') accounts.set(account, relation);
    }
    const plain = domain.toLowerCase();
    this.#listings[kind].set(plain, {
      ...times,
      statement: file?.statement ?? false,
      accounts,
      owners: new Set([file?.ownerDomain || plain]),
      managers: new Set(file?.managerDomains),
      subdomains: file?.subdomains ?? [],
    });
  }

  /** Whose app a bundle is: the developer's domain in its store listing, where its app-ads.txt lies. */
  setAppDomain(bundle: string, domain: string): void {
    this.#appDomains.set(bundle, domain.toLowerCase());
  }

  /** Takes in the sellers.json of an ad system. */
  setSellers(asi: string, sellers: ReadonlyMap<string, ListedSeller>, times: FileTimes): void {
    this.#sellers.set(asi.toLowerCase(), { ...times, byId: sellers });
  }

  /** The developer's domain of an app; '' when not known. */
  appDomain(bundle: string): string {
    return this.#appDomains.get(bundle) ?? '';
  }

  /** Whose files were asked for and are not there, or no longer fresh, since the last call. */
  takeWanted(): Readonly<Record<SupplyFileKind, ReadonlySet<string>>> {
    const wanted = this.#wanted;
    this.#wanted = noNames();
    return wanted;
  }

  /** How many accounts and sellers are kept. */
  get lines(): number {
    let lines = 0;
    for (const listings of Object.values(this.#listings))
      for (const { accounts } of listings.values()) lines += accounts.size;
    for (const { byId } of this.#sellers.values()) lines += byId.size;
    return lines;
  }

  /** Forgets all files. */
  clear(): void {
    for (const listings of Object.values(this.#listings)) listings.clear();
    this.#sellers.clear();
  }

  /**
   * Whether `domain` lets the account `sid` of `asi` sell for it. A file older than `maxAgeMs` counts as not had.
   * A subdomain of a site goes by the file of its parent, unless that refers to one of its own.
   */
  authorisation(
    kind: AdsTxtKind,
    domain: string,
    asi: string,
    sid: string,
    now: EpochMs,
    maxAgeMs: number,
  ): Authorisation {
    const listing = this.#listing(kind, domain);
    if (listing === undefined || now >= listing.askAt) this.#want(kind, domain);
    if (listing === undefined || now - listing.fetchedAt > maxAgeMs) return 'unknown';
    if (!listing.statement) return 'silent';
    return listing.accounts.get(accountOf(asi.toLowerCase(), sid)) ?? 'unlisted';
  }

  /**
   * Whether the sellers.json of `asi` bears out that `domain` itself sells by this account (S5): a publisher's account
   * that belongs to the owner that ads.txt names, or an account of its manager. `unknown` where a file was not had for
   * `maxAgeMs` or the seller is confidential.
   */
  ownership(
    kind: AdsTxtKind,
    domain: string,
    asi: string,
    sid: string,
    now: EpochMs,
    maxAgeMs: number,
  ): 'borne-out' | 'contradicted' | 'unknown' {
    const listing = this.#listing(kind, domain);
    const system = asi.toLowerCase();
    const sellers = this.#sellers.get(system);
    if (sellers === undefined || now >= sellers.askAt) this.#want('sellers.json', system);
    if (listing === undefined || sellers === undefined || now - sellers.fetchedAt > maxAgeMs)
      return 'unknown';
    const seller = sellers.byId.get(sid);
    if (seller === undefined) return 'contradicted';
    if (seller.domain === '') return 'unknown';
    if (listing.managers.has(seller.domain)) return 'borne-out';
    return listing.owners.has(seller.domain) && seller.type !== 'INTERMEDIARY' ? 'borne-out' : 'contradicted';
  }

  /** The listing that a name goes by: its own; else, for a site, the nearest above that does not refer to another. */
  #listing(kind: AdsTxtKind, domain: string): Listing | undefined {
    const listings = this.#listings[kind];
    const asked = domain.toLowerCase();
    if (kind === 'app-ads.txt') return listings.get(asked);
    let name = asked;
    while (name.includes('.')) {
      const listing = listings.get(name);
      if (listing !== undefined) return name !== asked && refersTo(listing, asked) ? undefined : listing;
      name = name.slice(name.indexOf('.') + 1);
    }
    return undefined;
  }

  #want(kind: SupplyFileKind, domain: string): void {
    const names = this.#wanted[kind];
    if (names.size < MAX_WANTED) names.add(domain.toLowerCase());
  }
}

function refersTo({ subdomains }: Listing, name: string): boolean {
  return subdomains.some((subdomain) => isWithin(name, subdomain));
}

/** Whether a name is a domain, or one below it. Both in lower case. */
export function isWithin(name: string, domain: string): boolean {
  return name === domain || name.endsWith(`.${domain}`);
}

function noNames(): Record<SupplyFileKind, Set<string>> {
  return { 'ads.txt': new Set(), 'app-ads.txt': new Set(), 'sellers.json': new Set() };
}

function accountOf(asi: string, sid: string): string {
  return `${asi} ${sid}`;
}
