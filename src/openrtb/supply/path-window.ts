import { assert } from '../../kernel/index.ts';
import type { BidRequest, Imp } from '../request.ts';

/** How many offers are remembered, and for how long; both bound what the window may cost. */
export interface PathWindowOptions {
  /** Rounded up to a power of two; 25 bytes each. */
  readonly capacity: number;
  readonly windowMs: number;
  /** Bids for one impression, over all paths. */
  readonly maxBids: number;
}

/**
 * One impression offered by several paths (S6). We take part `maxBids` times, so that we do not outbid ourselves, and
 * after that only by a path with fewer hops than the best we took. A table of fixed size: two impressions that fall
 * into one place forget each other, which lets a duplicate through now and then and never holds a bid back.
 * Allocates nothing.
 */
export class PathWindow {
  readonly #keys: Float64Array;
  readonly #since: Float64Array;
  readonly #bids: Uint8Array;
  readonly #hops: Uint8Array;
  readonly #windowMs: number;
  readonly #maxBids: number;

  constructor({ capacity, windowMs, maxBids }: PathWindowOptions) {
    assert(
      capacity > 0 && capacity <= 2 ** 24 && maxBids > 0 && maxBids < 255,
      'a path window out of its limits',
    );
    const size = 2 ** Math.ceil(Math.log2(capacity));
    this.#keys = new Float64Array(size);
    this.#since = new Float64Array(size);
    this.#bids = new Uint8Array(size);
    this.#hops = new Uint8Array(size);
    this.#windowMs = windowMs;
    this.#maxBids = maxBids;
  }

  /** Whether to bid on the impression `key` by a path of `hops`; if so, it is counted. `now` is monotonic ms. */
  take(key: number, hops: number, now: number): boolean {
    if (key === 0) return true;
    const at = key % this.#keys.length;
    if (this.#keys[at] !== key || now - this.#since[at]! > this.#windowMs) {
      this.#keys[at] = key;
      this.#since[at] = now;
      this.#bids[at] = 1;
      this.#hops[at] = Math.min(hops, 255);
      return true;
    }
    const better = hops < this.#hops[at]!;
    if (this.#bids[at]! >= this.#maxBids && !better) return false;
    this.#bids[at] = Math.min(this.#bids[at]! + 1, 255);
    if (better) this.#hops[at] = hops;
    return true;
  }
}

/** Hops from the publisher to us; a request without a chain counts as one that hides them. */
export function hopsOf({ source }: BidRequest): number {
  return source.nodes.length === 0 ? 255 : source.nodes.length;
}

/**
 * A number for the impression itself, the same by whichever path it comes: the transaction and the placement, or the
 * person, the page and the placement. 0 when the request does not say enough to tell.
 */
export function impressionKey(request: BidRequest, imp: Imp): number {
  const { source, device, inventory } = request;
  if (source.tid !== '') return hash53(source.tid, imp.gpid === '' ? imp.id : imp.gpid, '', '');
  const person = device.ifa === '' ? device.ip + device.ipv6 : device.ifa;
  if (imp.gpid === '' || person === '') return 0;
  return hash53(imp.gpid, person, device.ua, inventory.page === '' ? inventory.bundle : inventory.page);
}

/** FNV-1a over the texts, twice with other starts, as one whole number; never 0. */
function hash53(a: string, b: string, c: string, d: string): number {
  let low = 0x811c9dc5;
  let high = 0x9747b28c;
  for (let part = 0; part < 4; part++) {
    const text = part === 0 ? a : part === 1 ? b : part === 2 ? c : d;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      low = Math.imul(low ^ code, 0x01000193);
      high = Math.imul(high ^ code, 0x85ebca6b) ^ (high >>> 15);
    }
    // Between texts, so that "ab","c" differs from "a","bc".
    low = Math.imul(low ^ 0x1ffff, 0x01000193);
    high = Math.imul(high ^ 0x1ffff, 0x85ebca6b);
  }
  return (high & 0x1fffff) * 2 ** 32 + (low >>> 0) || 1;
}
