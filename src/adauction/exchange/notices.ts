import type { RandomStream } from '../../kernel/index.ts';
import { chance, pick } from '../draw.ts';
import type { CheckedBid } from '../response/checked.ts';
import { AUDIT_VALUES, type MacroValues, priceText, substitute } from './macros.ts';
import type { ExchangeFaults } from './options.ts';
import type { NoticeCall, NoticeFault } from './report.ts';

/** One call to make. */
export interface PlannedNotice {
  readonly kind: NoticeCall;
  readonly url: string;
  /** Milliseconds from when the plan was made. */
  readonly afterMs: number;
  readonly faults: readonly NoticeFault[];
  /** The true call, not a copy or forgery: it counts, and is tried again until it is answered (W2). */
  readonly authentic: boolean;
}

/** Copies follow within this time. */
const COPIES_WITHIN_MS = 60_000;
const DIGITS = 'ABCDEFGHJKMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz23456789';

/** The calls for one URL of a bid: the true one, unless it gets lost, and what the faults add to it. */
export function planNotice(
  kind: NoticeCall,
  template: string,
  values: MacroValues,
  afterMs: number,
  faults: ExchangeFaults,
  random: RandomStream,
): readonly PlannedNotice[] {
  const url = substitute(template, values);
  const plan: PlannedNotice[] = [];
  const add = (fault: NoticeFault, faulty: string, delayMs: number) =>
    plan.push({ kind, url: faulty, afterMs: delayMs, faults: [fault], authentic: false });
  const late = chance(random, faults.late);
  const lost = chance(random, faults.lost);
  const dueMs = afterMs + (late ? faults.lateMs * (0.5 + random.float()) : 0);
  plan.push({
    kind,
    url: lost ? '' : url,
    afterMs: dueMs,
    faults: [...(late ? (['late'] as const) : []), ...(lost ? (['lost'] as const) : [])],
    authentic: true,
  });
  if (!lost && chance(random, faults.duplicated)) {
    for (let copy = 0; copy < faults.copies; copy += 1) {
      add('duplicated', url, dueMs + random.float() * COPIES_WITHIN_MS);
    }
  }
  if (chance(random, faults.forged)) add('forged', forgedUrl(url, random), aroundMs(afterMs, random));
  if (kind !== 'click' && chance(random, faults.audit)) {
    add('audit', substitute(template, AUDIT_VALUES), aroundMs(afterMs, random));
  }
  if (values.PRICE !== undefined && template.includes('AUCTION_PRICE') && chance(random, faults.tampered)) {
    const price = wrongPrice(values.PRICE, random);
    add('tampered', substitute(template, { ...values, PRICE: price }), aroundMs(afterMs, random));
  }
  return plan;
}

/** Before or after the true call, so that the false one sometimes comes first. */
function aroundMs(afterMs: number, random: RandomStream): number {
  return Math.max(0, afterMs + (random.float() - 0.4) * 1_000);
}

/** The URL with one character changed in its longest value, where a signature or what it signs must be. */
export function forgedUrl(url: string, random: RandomStream): string {
  const values = [...url.matchAll(/=([^&]*)/g)].sort((a, b) => b[1]!.length - a[1]!.length);
  const longest = values[0];
  if (longest === undefined || longest[1] === '') return `${url}x`;
  const at = longest.index + 1 + random.int(longest[1]!.length);
  const other = pick(
    random,
    [...DIGITS].filter((digit) => digit !== url[at]),
  );
  return `${url.slice(0, at)}${other}${url.slice(at + 1)}`;
}

/** A price above any bid, below nothing, or none at all (D9 of the fault list). */
function wrongPrice(price: string, random: RandomStream): string {
  const above = priceText(Math.round(Number(price) * 1e6) * 20 + 5_000_000);
  return pick(random, [above, above, `-${price}`, 'NaN', 'Infinity', '1e12', 'x']);
}

/**
 * A billing call put together from a call of another kind: its path with the query that was signed for a win or a
 * loss. '' when the bid has no URLs to make it of.
 */
export function splicedUrl(bid: CheckedBid, values: MacroValues): string {
  const query = (bid.lurl || bid.nurl).split('?')[1];
  const path = bid.burl.split('?')[0];
  return query === undefined || path === undefined || path === ''
    ? ''
    : substitute(`${path}?${query}`, values);
}

/**
 * Which URLs of the markup are the bidder's, and not its pictures or the advertiser's pages: those on the hosts of its
 * notices, or with macros when it has none.
 */
export function ownUrls(bid: CheckedBid, urls: readonly string[]): readonly string[] {
  const hosts = [bid.nurl, bid.burl, bid.lurl].filter((url) => url !== '').map(hostOf);
  return urls.filter((url) => (hosts.length === 0 ? url.includes('AUCTION_') : hosts.includes(hostOf(url))));
}

function hostOf(url: string): string {
  return url.split('/', 3).join('/');
}
