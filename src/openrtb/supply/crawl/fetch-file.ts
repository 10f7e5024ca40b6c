import {
  GavotteError,
  type HttpResponse,
  type Network,
  type World,
  withDeadline,
} from '../../../kernel/index.ts';
import { isWithin, type SupplyFileKind } from '../authorisations.ts';

/**
 * What came of asking for a file. `none` is an answer: the domain has no such file (404). `nobody` is a name at which
 * no machine answers, such as `co.uk`; `failed` is everything else, and says nothing about the file.
 */
export type FetchedFile =
  | { readonly outcome: 'file'; readonly body: string; readonly freshMs: number }
  | { readonly outcome: 'none'; readonly freshMs: number }
  | { readonly outcome: 'nobody' | 'failed'; readonly why: string };

/** The largest files known to us are of 1 MB; ad systems list some 30,000 sellers in 5 MB. */
const LIMITS = {
  'ads.txt': { bytes: 1_000_000, ms: 10_000 },
  'app-ads.txt': { bytes: 1_000_000, ms: 10_000 },
  'sellers.json': { bytes: 5_000_000, ms: 30_000 },
} as const;
/** ads.txt 1.1 §3.1 names these three. */
const REDIRECTS: readonly number[] = [301, 302, 307];
const MAX_REDIRECTS = 5;
const HOUR_MS = 3_600_000;
/**
 * The longest that an answer is believed, and the usual. The standard's week (ads.txt 1.1 §3.3) is how old a file may
 * be at most, so asking daily leaves six days to a server that fails.
 */
const DAY_MS = 24 * HOUR_MS;
const HEADERS = { accept: 'text/plain, application/json', 'user-agent': 'gavotte ads.txt crawler' };

/** Asks a domain for one of its files, over https only. @throws GV_CANCELLED when `signal` aborts, and nothing else. */
export async function fetchSupplyFile(
  { network, clock }: Pick<World, 'network' | 'clock'>,
  kind: SupplyFileKind,
  domain: string,
  signal?: AbortSignal,
): Promise<FetchedFile> {
  try {
    return await withDeadline(clock, LIMITS[kind].ms, signal, async (cutOff) => {
      const response = await follow(network, kind, domain, cutOff);
      return typeof response === 'string' ? failed(response) : judge(response, kind, clock.now());
    });
  } catch (error) {
    const { code, message } = GavotteError.from(error);
    if (signal?.aborted) throw error;
    return { outcome: code === 'GV_NETWORK_REFUSED' ? 'nobody' : 'failed', why: message };
  }
}

/**
 * The answer behind all redirects, or why there is none. Any number within the domain will do; one may lead to another
 * domain, whose own redirect is an error (ads.txt 1.1 §3.1).
 */
async function follow(
  network: Network,
  kind: SupplyFileKind,
  domain: string,
  signal: AbortSignal,
): Promise<HttpResponse | string> {
  let url = `https://${domain}/${kind}`;
  let isAway = false;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
    const request = { method: 'GET', url, headers: HEADERS } as const;
    const response = await network.request(request, { signal, maxBytes: LIMITS[kind].bytes });
    if (!REDIRECTS.includes(response.status)) return response;
    if (isAway) return `${new URL(url).host}, to which it redirects, redirects again`;
    const next = URL.parse(response.headers.location ?? '', url);
    if (next === null || response.headers.location === undefined) return 'it redirects to no URL';
    isAway = !isWithin(next.hostname, domain);
    url = next.href;
  }
  return `it redirects more than ${MAX_REDIRECTS} times`;
}

function judge({ status, headers, body }: HttpResponse, kind: SupplyFileKind, now: number): FetchedFile {
  // An ad system never takes its sellers back: what was had last holds (sellers.json 1.0).
  if (status === 404 && kind !== 'sellers.json') return { outcome: 'none', freshMs: freshMs(headers, now) };
  if (status < 200 || status > 299) return failed(`it answers ${status}`);
  const type = (headers['content-type'] ?? '').split(';', 1)[0]!.trim().toLowerCase();
  // A page that says "not found" with a 200 is no file. Which type JSON comes as is told by whether it is any.
  if (kind !== 'sellers.json' && type !== '' && type !== 'text/plain')
    return failed(`it is ${type.slice(0, 60)}, where text/plain is asked for`);
  return { outcome: 'file', body, freshMs: freshMs(headers, now) };
}

/** For how long an answer holds, as its server says: an hour to a day. */
function freshMs(headers: HttpResponse['headers'], now: number): number {
  const control = headers['cache-control'] ?? '';
  const seconds = /(?:^|[\s,])max-age=(\d{1,9})/i.exec(control)?.[1];
  const expires = Date.parse(headers.expires ?? '');
  const told = /no-store|no-cache/i.test(control)
    ? 0
    : seconds !== undefined
      ? Number(seconds) * 1_000
      : Number.isNaN(expires)
        ? DAY_MS
        : expires - now;
  return Math.min(Math.max(told, HOUR_MS), DAY_MS);
}

function failed(why: string): FetchedFile {
  return { outcome: 'failed', why };
}
