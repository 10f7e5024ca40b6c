import { GavotteError, mapBounded, type World } from '../../../kernel/index.ts';
import { type AdsTxt, isDomain, parseAdsTxt } from '../ads-txt.ts';
import { type AdsTxtKind, type Authorisations, isWithin, type SupplyFileKind } from '../authorisations.ts';
import { parseSellersJson } from '../sellers-json.ts';
import { type FetchedFile, fetchSupplyFile } from './fetch-file.ts';
import { FileShelf, type ShelvedFile } from './file-shelf.ts';

/** What a crawler has done since it began. */
export interface CrawlStatus {
  /** Files that came. */
  readonly fetched: number;
  /** Answers that there is no such file. */
  readonly absent: number;
  /** Files that could not be had. */
  readonly failed: number;
  /** The last twenty things that went wrong, or are wrong in a file: its URL and why. */
  readonly problems: readonly string[];
}

/** Files asked for at once; a domain is asked for one at a time. */
const AT_ONCE = 4;
const LOOK_EVERY_MS = 1_000;
/** After a failure we wait this long, then twice as long each time, up to a day. */
const FIRST_WAIT_MS = 60_000;
const DAY_MS = 86_400_000;
/** Some 100 MB; beyond, all is forgotten, and what is asked for comes back from disk. */
const MAX_LINES = 1_000_000;
/** Names below a registered domain. */
const MAX_LABELS = 6;
const MAX_PROBLEMS = 20;

/**
 * Fetches the files that bid requests ask for: ads.txt of sites, app-ads.txt of apps, sellers.json of ad systems. It
 * works beside the bid path, and keeps what it has on disk; what could not be had again holds as it was.
 */
export class SupplyCrawler {
  readonly #world: Pick<World, 'clock' | 'network'>;
  readonly #authorisations: Authorisations;
  readonly #shelf: FileShelf;
  /** What is being asked for, by URL: two names may lead to one file. */
  readonly #asking = new Map<string, Promise<ShelvedFile>>();
  readonly #counts = { fetched: 0, absent: 0, failed: 0 };
  readonly #problems: string[] = [];

  /** Keeps its files in the database at `path`, which nobody else may use. */
  constructor(options: {
    readonly world: Pick<World, 'clock' | 'network' | 'storage'>;
    readonly authorisations: Authorisations;
    readonly path: string;
  }) {
    this.#world = options.world;
    this.#authorisations = options.authorisations;
    this.#shelf = new FileShelf(options.world.storage.openDatabase(options.path));
  }

  get status(): CrawlStatus {
    return { ...this.#counts, problems: [...this.#problems] };
  }

  /** Fetches what is wanted, once a second, until `signal` aborts. Never throws. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.fetchWanted(signal);
      } catch (error) {
        if (!signal.aborted) this.#note(`our own disk: ${GavotteError.from(error).message}`);
      }
      await this.#world.clock.sleep(LOOK_EVERY_MS, signal).catch(() => {});
    }
    this.#shelf.close();
  }

  /**
   * Fetches what was asked for since the last time, where it is due.
   * @throws what the disk throws, GV_CANCELLED when `signal` aborts.
   */
  async fetchWanted(signal?: AbortSignal): Promise<void> {
    const wanted = this.#authorisations.takeWanted();
    const files = Object.entries(wanted).flatMap(([kind, domains]) =>
      [...domains].map((domain) => ({ kind: kind as SupplyFileKind, domain })),
    );
    await mapBounded(files, AT_ONCE, async ({ kind, domain }) => {
      if (signal?.aborted || !isDomain(domain) || domain.split('.').length > MAX_LABELS) return;
      if (kind === 'sellers.json') await this.#sellers(domain, signal);
      else await this.#adsTxt(kind, domain, signal);
    });
    if (this.#authorisations.lines > MAX_LINES) this.#authorisations.clear();
  }

  /**
   * The file by which a name is judged. That of a site lies at its root domain, which may refer to one of a subdomain;
   * an app's developer may have one at a subdomain, and else at the root. Which name is the root is not told by the
   * name: the shortest that has a file is taken for it.
   */
  async #adsTxt(kind: AdsTxtKind, domain: string, signal: AbortSignal | undefined): Promise<void> {
    const names = namesOf(domain);
    let verdict: ShelvedFile | undefined;
    for (const name of kind === 'ads.txt' ? names : names.toReversed()) {
      const file = await this.#file(kind, name, signal);
      if (file.state === 'file' && kind === 'app-ads.txt') return void this.#take(kind, name, file, domain);
      if (file.state === 'file') {
        const { subdomains } = this.#take(kind, name, file);
        const own = subdomains.find((subdomain) => subdomain !== name && isWithin(domain, subdomain));
        if (own !== undefined) this.#take(kind, own, await this.#file(kind, own, signal));
        return;
      }
      if (name === domain || file.state === 'failed') verdict = file;
      if (file.state === 'failed') break;
    }
    if (verdict !== undefined) this.#authorisations.setAdsTxt(kind, domain, undefined, verdict);
  }

  /** Takes in the file of a name, for `domain` when another goes by it. */
  #take(kind: AdsTxtKind, name: string, shelved: ShelvedFile, domain = name): Pick<AdsTxt, 'subdomains'> {
    const file = shelved.state === 'file' ? parseAdsTxt(shelved.body) : undefined;
    const owned = file && { ...file, ownerDomain: file.ownerDomain || name };
    this.#authorisations.setAdsTxt(kind, domain, owned, shelved);
    const [first, ...others] = file?.problems ?? [];
    const more = others.length === 0 ? '' : `; ${others.length} more like it`;
    if (first !== undefined) this.#note(`${name}/${kind} line ${first.line}: ${first.why}${more}`);
    return file ?? { subdomains: [] };
  }

  async #sellers(asi: string, signal: AbortSignal | undefined): Promise<void> {
    const file = await this.#file('sellers.json', asi, signal);
    const sellers = file.state === 'file' ? parseSellersJson(file.body) : new Map<string, never>();
    this.#authorisations.setSellers(asi, sellers, file);
  }

  /** A file off the shelf; when it is due, from its domain. */
  async #file(kind: SupplyFileKind, domain: string, signal: AbortSignal | undefined): Promise<ShelvedFile> {
    const before = this.#shelf.get(kind, domain);
    if (before !== undefined && this.#world.clock.now() < before.askAt) return before;
    const url = `${domain}/${kind}`;
    const asking = this.#asking.get(url) ?? this.#ask(kind, domain, before, signal);
    this.#asking.set(url, asking);
    return asking.finally(() => this.#asking.delete(url));
  }

  async #ask(
    kind: SupplyFileKind,
    domain: string,
    before: ShelvedFile | undefined,
    signal: AbortSignal | undefined,
  ): Promise<ShelvedFile> {
    const fetched = await fetchSupplyFile(this.#world, kind, domain, signal);
    const after = this.#shelved(kind, domain, readable(fetched, kind), before);
    this.#shelf.put(kind, domain, after);
    return after;
  }

  #shelved(
    kind: SupplyFileKind,
    domain: string,
    fetched: FetchedFile,
    before: ShelvedFile | undefined,
  ): ShelvedFile {
    const now = this.#world.clock.now();
    if (fetched.outcome === 'file' || fetched.outcome === 'none') {
      this.#counts[fetched.outcome === 'file' ? 'fetched' : 'absent'] += 1;
      return {
        state: fetched.outcome,
        body: fetched.outcome === 'file' ? fetched.body : '',
        fetchedAt: now,
        askAt: (now + fetched.freshMs) as typeof now,
        failures: 0,
      };
    }
    this.#counts.failed += 1;
    this.#note(`${domain}/${kind}: ${fetched.why}`);
    const failures = (before?.failures ?? 0) + 1;
    const askAt = (now + Math.min(FIRST_WAIT_MS * 2 ** (failures - 1), DAY_MS)) as typeof now;
    // What was had holds; how old it may be is for the policy to say.
    if (before?.state === 'file' || before?.state === 'none') return { ...before, askAt, failures };
    return { state: fetched.outcome, body: '', fetchedAt: 0 as typeof now, askAt, failures };
  }

  #note(problem: string): void {
    this.#problems.push(problem);
    if (this.#problems.length > MAX_PROBLEMS) this.#problems.shift();
  }
}

/** A sellers.json that cannot be read must not take the place of one that can. */
function readable(fetched: FetchedFile, kind: SupplyFileKind): FetchedFile {
  if (kind !== 'sellers.json' || fetched.outcome !== 'file') return fetched;
  try {
    parseSellersJson(fetched.body);
    return fetched;
  } catch (error) {
    return { outcome: 'failed', why: GavotteError.from(error).message };
  }
}

/** `news.example`, `sport.news.example`: a name and those above it, the shortest first. */
function namesOf(domain: string): readonly string[] {
  const labels = domain.split('.');
  return labels.slice(1).map((_label, index) => labels.slice(labels.length - 2 - index).join('.'));
}
